/**
 * Versions and variants: which rows differ from v6.18, which the programs are written as. A version is a list of rows
 * replaced; so is a variant, applied after it. One file a family of variants beside this one.
 */
import { type Variant, version } from "../../checker/language/index.ts";
import {
  asksForAnotherNewSlab,
  DEBUG_CACHES,
  freezesNewSlab,
  noDebugCaches,
  tinyAllocates,
  tinyDefers,
  tinyFreesNothing,
  waitsWithNewSlab,
} from "./debug-caches.ts";
import { DEFERRED, unpinnedDefer } from "./deferred.ts";
import { GATE, retryBelowSizeTest } from "./gate.ts";
import { NODE_LIST, nolockDeactivates } from "./node-list.ts";
import { PAGES, refcountedPage } from "./pages.ts";
import { REAL_TIME } from "./real-time.ts";
import { memcgV1, SIDE_SYSTEMS } from "./side-systems.ts";

interface Version {
  readonly about: string;
  /** Whether ___slab_alloc() is closed to kprobes. */
  readonly nokprobe: boolean;
  readonly patches: readonly Variant[];
}

/** The first is the default. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  "6.18": { about: "as merged, read in 6.18.35: NOKPROBE_SYMBOL(___slab_alloc)", nokprobe: true, patches: [] },
  v5: {
    about: "v5 as posted (8 Sep 2025): kprobes may sit in ___slab_alloc()",
    nokprobe: false,
    patches: [
      version("v5", "v5 as posted", unpinnedDefer, ...freezesNewSlab, asksForAnotherNewSlab, tinyAllocates, tinyDefers),
    ],
  },
  v1: {
    about:
      "v1 as posted (30 Apr 2025): counted pages, retry below the size test, nolock callers deactivate, atomics go around a stock that is locked below; its kfree_nolock() is not modelled",
    nokprobe: false,
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
