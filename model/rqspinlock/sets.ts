/** What is a rqspinlock, in a cell? The locks by name, and the values that their parts take. */
import { bool, bound, id, indexSet, oneOf, optional, range, struct } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";

/** The locks of a question: A, B, .. */
export const rqLock = indexSet("rqLock");

/** `node->locked`: 0, 1, RES_TIMEOUT_VAL. */
export const nodeLocked = range(0, 2);
export const RES_TIMEOUT_VAL = 2;

/** Indices of the nodes of a CPU, `rqnodes[]`, and of the entries of its table, `locks[]`. */
export const nodeIndex = range(0, bound("lastNode"));
export const entryIndex = range(0, bound("lastEntry"));

/** How many nodes of a CPU are in use: `count`, which goes past their number. */
export const usedNodes = range(0, 7);

/**
 * A pointer to a node, or a tail of a lock word: encode_tail() makes the one of the other. No CPU is "none", as a
 * tail has the CPU plus one.
 */
export const nodeRef = struct({ cpu: optional(id(cpu)), idx: nodeIndex });

/** `struct qspinlock`: the word {tail, pending, locked}. */
export const lockWord = struct({ locked: bool, pending: bool, tail: nodeRef });

/** What res_spin_lock() returns. */
export const returns = oneOf("0", "-EDEADLK", "-ETIMEDOUT");

/** Which bits of the word a waiter waits for to be clear: `mask` of check_deadlock_ABBA(). */
export const waitMask = oneOf("locked", "lockedPending", "all");
