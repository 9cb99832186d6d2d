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
import { drainWithIrqsOn, PAGES, refcountedPage, shuffleAsksGenerator, upNmiTries } from "./pages.ts";
import { nullInInterruptsOnly, REAL_TIME, waitLockByTrylock } from "./real-time.ts";
import { SHEAF_VARIANTS } from "./sheaves.ts";
import { since72 } from "./sheaves-72.ts";
import { SHEAF_CALL_VARIANTS } from "./sheaves-calls.ts";
import { SHEAF_LOCK_VARIANTS } from "./sheaves-locks.ts";
import { SHEAF_MEMCG } from "./sheaves-memcg.ts";
import { pagesSinceSheaves, SHEAF_PAGES, zoneAsksContext } from "./sheaves-pages.ts";
import { SHEAF_RCU_VARIANTS } from "./sheaves-rcu-variants.ts";
import { SHEAF_SLAB_VARIANTS } from "./sheaves-slabs.ts";
import { memcgV1, SIDE_SYSTEMS } from "./side-systems.ts";

export interface Version {
  readonly about: string;
  /** Whether ___slab_alloc() is closed to kprobes. */
  readonly nokprobe: boolean;
  /** What stands in front of the slabs. Default: CPU slabs. */
  readonly family?: "sheaves";
  /** What is put off to an irq_work: nothing, objects, or objects and slabs. */
  readonly irqWork: "nothing" | "objects" | "slabs";
  readonly patches: readonly Variant[];
}

/** What every posted version and the merge have, and a stable release mended since. */
const UNTIL_STABLE = [nullInInterruptsOnly, ...upNmiTries, drainWithIrqsOn, shuffleAsksGenerator];

/** What the merge shared with v3 to v5, mended while 6.18 was being made ready. */
const UNTIL_RELEASE = [...unpinnedDefer, rawNilLink, ...freezesNewSlab, asksForAnotherNewSlab];

/** v3 and v5 differ where this model has nothing, or has both: their rows are the same, and so is what these are called. */
const fromV3On = (about: string): Version => ({
  about,
  nokprobe: false,
  irqWork: "slabs",
  patches: [version("v3, v5", "v3 to v5 as posted", ...UNTIL_STABLE, ...UNTIL_RELEASE, tinyAllocates, tinyDefers)],
});

/** The first is the default. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  "6.18": {
    about:
      "the stable series as shipped in 6.18.35: NOKPROBE_SYMBOL(___slab_alloc), NULL unless preemptible() on PREEMPT_RT",
    nokprobe: true,
    irqWork: "slabs",
    patches: [],
  },
  "6.18.15": {
    about:
      "the stable series as shipped in 6.18.15: new_slab() asks the random generator for any caller; without SMP an NMI gets objects and pages by trylock",
    nokprobe: true,
    irqWork: "slabs",
    patches: [version("6.18.15", "6.18.15 as shipped", ...upNmiTries, shuffleAsksGenerator)],
  },
  "6.18-rc1": {
    about:
      "the merge window's code (Oct 2025): on PREEMPT_RT NULL in an NMI or a hardirq only, faults that the stable series has mended",
    nokprobe: true,
    irqWork: "slabs",
    patches: [version("6.18-rc1", "6.18-rc1 as merged", ...UNTIL_STABLE, ...UNTIL_RELEASE)],
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
        ...UNTIL_STABLE,
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
        ...UNTIL_STABLE,
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
  "7.3": {
    about: "7.3.4: sheaves and a barn in the place of CPU slabs; whoever may not wait tries each lock",
    nokprobe: false,
    family: "sheaves",
    irqWork: "objects",
    patches: [version("7.3", "7.3.4", ...pagesSinceSheaves, zoneAsksContext)],
  },
  "7.2": {
    about:
      "7.2.13, where it differs from 7.3.4: who frees to the zone directly is not asked for its context, and kvfree_rcu_barrier() waits for no deferred free",
    nokprobe: false,
    family: "sheaves",
    irqWork: "objects",
    patches: [version("7.2", "7.2.13", ...pagesSinceSheaves, ...since72)],
  },
};

/** Design variants: what a reviewer proposed, or a safeguard taken away. */
const CPU_SLAB_VARIANTS: Readonly<Record<string, Variant>> = {
  ...GATE,
  ...NODE_LIST,
  ...DEBUG_CACHES,
  ...REAL_TIME,
  ...PAGES,
  ...DEFERRED,
  ...SIDE_SYSTEMS,
};

/** The same since 7.0. */
const SHEAVES: Readonly<Record<string, Variant>> = {
  ...SHEAF_VARIANTS,
  ...SHEAF_SLAB_VARIANTS,
  ...SHEAF_CALL_VARIANTS,
  ...SHEAF_LOCK_VARIANTS,
  ...SHEAF_MEMCG,
  ...SHEAF_PAGES,
  ...SHEAF_RCU_VARIANTS,
  "wait-lock-by-trylock": waitLockByTrylock,
};

export const VARIANTS: Readonly<Record<string, Variant>> = { ...CPU_SLAB_VARIANTS, ...SHEAVES };

export type FamilyName = "cpuSlabs" | NonNullable<Version["family"]>;

/** The versions of a family. */
export const versionsOf = (family: FamilyName): readonly string[] =>
  Object.keys(VERSIONS).filter((name) => (VERSIONS[name]?.family ?? "cpuSlabs") === family);

/** The variants of a family, each with a line of text. */
export const variantsOf = (family: FamilyName): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ cpuSlabs: CPU_SLAB_VARIANTS, sheaves: SHEAVES }[family]).map(([name, { summary }]) => [
      name,
      summary,
    ]),
  );
