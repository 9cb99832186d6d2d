/**
 * Versions and variants: which rows differ from v6.18, which the programs are written as. A version is a list of rows
 * replaced; so is a variant, applied after it. One file a family of variants beside this one.
 */
import { type Variant, version } from "../../checker/language/index.ts";
import {
  asksForAnotherNewSlab,
  DEBUG_CACHES,
  freezesNewSlab,
  leaksNewSlab,
  noDebugCaches,
  tinyAllocates,
  tinyDefers,
  tinyFreesNothing,
  waitsWithNewSlab,
} from "./debug-caches.ts";
import {
  DEFERRED,
  linkAtOffset0,
  listInKmemCache,
  noBarrier,
  onlyObjects,
  rawNilLink,
  redoMaySpin,
  twoLookUps,
  unpinnedDefer,
} from "./deferred.ts";
import { GATE, retryBelowSizeTest } from "./gate.ts";
import { NODE_LIST, nolockDeactivates, returnsWithLock } from "./node-list.ts";
import { PAGES, refcountedPage } from "./pages.ts";
import { REAL_TIME } from "./real-time.ts";
import { memcgV1, SIDE_SYSTEMS } from "./side-systems.ts";

export interface Version {
  readonly about: string;
  /** Whether ___slab_alloc() is closed to kprobes. */
  readonly nokprobe: boolean;
  /** What is put off to an irq_work: nothing, objects, or objects and slabs. */
  readonly irqWork: "nothing" | "objects" | "slabs";
  readonly patches: readonly Variant[];
}

/** v3 and v5 differ where this model has nothing, or has both: their rows are the same, and so is what these are called. */
const fromV3On = (about: string): Version => ({
  about,
  nokprobe: false,
  irqWork: "slabs",
  patches: [
    version(
      "v3, v5",
      "v3 to v5 as posted",
      ...unpinnedDefer,
      rawNilLink,
      ...freezesNewSlab,
      asksForAnotherNewSlab,
      tinyAllocates,
      tinyDefers,
    ),
  ],
});

/** The first is the default. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  "6.18": {
    about: "as merged, read in 6.18.35: NOKPROBE_SYMBOL(___slab_alloc)",
    nokprobe: true,
    irqWork: "slabs",
    patches: [],
  },
  v5: fromV3On("v5 as posted (8 Sep 2025): kprobes may sit in ___slab_alloc()"),
  v3: fromV3On("v3 as posted (15 Jul 2025): one record of deferred frees a CPU, slabs deferred too"),
  v2: {
    about: "v2 as posted (8 Jul 2025): frozen pages, deferred frees by irq_work with two look-ups",
    nokprobe: false,
    irqWork: "objects",
    patches: [
      version(
        "v2",
        "v2 as posted",
        ...twoLookUps,
        onlyObjects,
        noBarrier,
        linkAtOffset0,
        redoMaySpin,
        returnsWithLock,
        leaksNewSlab,
        asksForAnotherNewSlab,
        tinyAllocates,
        tinyDefers,
      ),
    ],
  },
  v1: {
    about:
      "v1 as posted (30 Apr 2025): counted pages, retry below the size test, nolock callers deactivate, atomics go around a stock that is locked below, deferred frees wait for a later kfree()",
    nokprobe: false,
    irqWork: "nothing",
    patches: [
      version(
        "v1",
        "v1 as posted",
        refcountedPage,
        retryBelowSizeTest,
        nolockDeactivates,
        noDebugCaches,
        waitsWithNewSlab,
        tinyAllocates,
        tinyFreesNothing,
        ...memcgV1,
        redoMaySpin,
        listInKmemCache,
        noBarrier,
      ),
    ],
  },
};

/** Design variants: what a reviewer proposed, or a safeguard taken away. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  ...GATE,
  ...NODE_LIST,
  ...DEBUG_CACHES,
  ...REAL_TIME,
  ...PAGES,
  ...DEFERRED,
  ...SIDE_SYSTEMS,
};
