/** Why a mutant of a row is noticed by no spec: `npm run mutants` fails where one survives without a reason here. */

const forAll = (why: string, ...mutants: string[]): [string, string][] => mutants.map((name) => [name, why]);

const forgets = (what: string): string => `${what}: cpuSlab[c][b].seen[self] = false`;

export const SURVIVORS: Readonly<Record<string, string>> = Object.fromEntries([
  ...forAll(
    "the mark that tid is as it was read is looked at by the cmpxchg of the same call alone, and the row `tid`, which every way there passes, sets it: to forget it before only makes states equal",
    `${forgets("__slab_alloc_node: object / not done")} (-> slow)`,
    `${forgets("__slab_alloc_node: slab / not done")} (-> slow) (1)`,
    `${forgets("__slab_alloc_node: slab / not done")} (-> slow) (2)`,
    `${forgets("__slab_alloc_node: cmpxchg / not done")} (-> redo)`,
    `${forgets("do_slab_free: cmpxchg / not done")} (-> redo)`,
    `${forgets("do_slab_free: gate / not done")} (-> defer)`,
    `${forgets("do_slab_free: gate (free-gate-in-any-context) / not done")} (-> defer)`,
    `${forgets("do_slab_free: gate (free-upwards-only) / not done")} (-> defer)`,
    ...["", " (defer-always)", " (v1)", " (v2)", " (redo-may-spin)"].flatMap((by) => [
      `${forgets(`do_slab_free: slab${by} / not done`)} (-> slow)`,
      `${forgets(`do_slab_free: slab${by} / not done`)} (-> defer)`,
    ]),
    ...[" (v1)", " (v2)", " (redo-may-spin)"].map(
      (by) => `${forgets(`do_slab_free: gate${by} / not done`)} (-> defer)`,
    ),
  ),
  ...forAll(
    "debugCaches says no more than that some bucket has debug[b]: where it is false, so is debug of every bucket",
    "___slab_alloc: gotPartial / without: debugCaches (-> done)",
    "___slab_alloc: gotPage / without: debugCaches (-> single)",
    "___slab_alloc: gotPage (counted-in-new-slab) / without: debugCaches (-> single)",
    "get_partial_node: take / without: debugCaches (-> single)",
    "__slab_free: entry / without: debugCaches (-> debug)",
    "kmalloc_nolock: unsupported / without: debugCaches (-> gate)",
  ),
]);
