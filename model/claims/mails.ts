/** Which mails and comments are quoted by more than one sentence of the discussion? */
import { ALEXEI } from "./reading.ts";

export const A12MAY = {
  who: ALEXEI,
  where: "to Sebastian on v1 4/6, 12 May 2025, CAADnVQLs009ZgcwHfo77zHA_NiGqsBpwvdG1kqc0cW6b02tXXw@mail.gmail.com",
  messageId: "CAADnVQLs009ZgcwHfo77zHA_NiGqsBpwvdG1kqc0cW6b02tXXw@mail.gmail.com",
};
export const V2 = {
  who: ALEXEI,
  where: "v2 6/6, 8 Jul 2025, 20250709015303.8107-7",
  messageId: "20250709015303.8107-7-alexei.starovoitov@gmail.com",
};
export const JUL11 = {
  where: "on v2 3/6, 11 Jul 2025, c31bee2f-dee5-4dd5-8cf4-edc90d3c595b@suse.cz",
  messageId: "c31bee2f-dee5-4dd5-8cf4-edc90d3c595b@suse.cz",
};
export const SEP16 = {
  who: ALEXEI,
  where: "16 Sep 2025, CAADnVQLNm+0ZwX2MN_JK3ookGxpOGxEdwaaroQk+rGB401E8Jg@mail.gmail.com",
  messageId: "CAADnVQLNm+0ZwX2MN_JK3ookGxpOGxEdwaaroQk+rGB401E8Jg@mail.gmail.com",
};
export const SEP15 = {
  who: ALEXEI,
  where: "on v5 6/6, 15 Sep 2025, CAADnVQKC=BA73ifNnyiE2c8ExtzS4LjR00--m5Xe8pqPLSGJfA@mail.gmail.com",
  messageId: "CAADnVQKC=BA73ifNnyiE2c8ExtzS4LjR00--m5Xe8pqPLSGJfA@mail.gmail.com",
};
export const NOLOCK_PAGES = { who: "a comment of 6.18", where: "mm/page_alloc.c alloc_frozen_pages_nolock_noprof()" };
export const JULY = { who: ALEXEI, where: "on v3, July 2025" };
