/**
 * A page comes off a list, or goes on one. Each is a read and a write: what is written was computed from what was read.
 *
 * Context: The list's lock is held. Without SMP that keeps nobody out who does not look at interrupts: an NMI.
 * Abstracts: the first page and its links are read in one step; the two links of a list_head are one word.
 *
 * @kernel v6.18 include/linux/list.h __list_add(), __list_del_entry()
 */

import {
  id,
  lit,
  optional,
  otherwise,
  place,
  program,
  result,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { slab as pages } from "../mm/sets.ts";
import { p } from "./state.ts";

const head = place(optional(id(pages)));

/** Return: `got`, null where the list is empty. */
export const takeFirstPage = program(
  "list_del",
  {
    exits: ["done", "empty"],
    params: { head, got: result(optional(id(pages))) },
    locals: { page: id(pages), next: optional(id(pages)) },
    kernel: "v6.18 include/linux/list.h list_del()",
    inlines: "include/linux/list.h __list_del()",
    tag: "M",
    abstracts: ["a list of pages is one link a page, last in, first out"],
  },
  (_, { head, got }, { page, next }) => ({
    first: step(
      "__list_del_entry(entry); /* of list_first_entry(list, struct page, pcp_list) */",
      { ref: "3.10.L1" },
      when(head.isNull())
        .do(got.set(lit(null)))
        .goto("empty"),
      when(p.page.at(head).nextPage.eq("garbage")).fails("S4", "a list of pages runs into a page that is not on it"),
      otherwise.do(page.set(head.known()), next.set(p.page.at(head).nextPage.except("garbage"))).goto("del"),
    ),
    del: step(
      "WRITE_ONCE(prev->next, next);",
      { ref: "3.10.L2" },
      otherwise.do(head.set(next), p.page.at(page).nextPage.set("garbage"), got.set(page)).goto("done"),
    ),
  }),
);

export const addPage = program(
  "list_add",
  {
    exits: ["done"],
    params: { head, page: value(id(pages)) },
    kernel: "v6.18 include/linux/list.h list_add()",
    inlines: "include/linux/list.h __list_add()",
    tag: "M",
  },
  (_, { head, page }) => ({
    link: step(
      "new->next = next;",
      { ref: "3.10.L3", note: "the page is private until the head is written" },
      otherwise.do(p.page.at(page).nextPage.set(head)).goto("publish"),
    ),
    publish: step("WRITE_ONCE(prev->next, new);", { ref: "3.10.L4" }, otherwise.do(head.set(page)).goto("done")),
  }),
);
