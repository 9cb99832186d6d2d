/** How are sentences about the lock read off results? One configuration: a claim names the specs that it is about. */
import type { ClaimPart, Reading, Within } from "../../../checker/spec/model.ts";
import { part } from "../../claims/reading.ts";

export { breaks, holds, reachable } from "../../claims/reading.ts";

/** A sentence of the ledger's one column. */
export const says = (
  sentence: string,
  reading: Reading,
  said: { readonly author?: boolean | null; readonly expected?: boolean; readonly within?: Within } = {},
): ClaimPart => part(sentence, { queued: reading }, said);

/** Of the newest version, as it is. */
export const AS_IT_IS: Within = { versions: ["7.3.4"], variants: [] };
export const before = (version: string): Within => ({ versions: [version], variants: [] });
export const strawman = (name: string): Within => ({ variants: [name] });

export const KUMAR = "Kumar Kartikeya Dwivedi";
export const SLOWPATH = {
  who: "a comment",
  where: "7.3.4, kernel/bpf/rqspinlock.c, resilient_queued_spin_lock_slowpath()",
};
export const CHECKS = {
  who: "a comment",
  where: "7.3.4, kernel/bpf/rqspinlock.c, check_deadlock_AA() and check_deadlock_ABBA()",
};
export const HEADER = { who: "a comment", where: "7.3.4, include/asm-generic/rqspinlock.h" };
