/**
 * Versions: which rows differ from v7.3.4, which the programs are written as. Each is the code before one of three
 * fixes; the oldest has all that later commits mended, too.
 *
 * The texts of 6.15, of the commits up to 7.0 and of 7.3.4 were read. Of 7a3c0289c3c8 the text before it is known from
 * 7bd6e5ce5be6, which wrote it.
 */
import { type Variant, version } from "../../../checker/language/index.ts";
import { queuesInNmi, spinsWithoutNode } from "./nmi.ts";
import { destroysQueue, waitsForNext } from "./queue.ts";
import { checksLate, grabsLate, unlocksLast } from "./table.ts";

interface Version {
  readonly about: string;
  readonly patches: readonly Variant[];
}

/** Mended together in 6.19: beb7021a6003, 5860f5ce479f, 81d5a6a43859, 30dc2f7025fe, 087849cca31d. */
const UNTIL_6_18 = [...grabsLate, ...checksLate, unlocksLast, ...destroysQueue];

/** The first is the default. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  "7.3.4": { about: "the newest stable release that was read", patches: [] },
  "7.0": {
    about: "before 7a3c0289c3c8, 6.19 to 7.1: who sees a deadlock at the head waits for a next waiter",
    patches: [version("7.0", "before 7a3c0289c3c8", waitsForNext)],
  },
  "6.18": {
    about: "before 7bd6e5ce5be6: a deadlock at the head sends the queue away; an NMI never queues",
    patches: [version("6.18", "before 7bd6e5ce5be6", ...UNTIL_6_18, spinsWithoutNode)],
  },
  "6.16": {
    about: "before 0d80e7f951be, 6.15 and 6.16: an NMI queues as everybody does",
    patches: [version("6.16", "before 0d80e7f951be", ...UNTIL_6_18, queuesInNmi)],
  },
};
