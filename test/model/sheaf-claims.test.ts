/** Can each property of the ledger of 7.3 fail? With a safeguard taken away, a setting or a row, it is violated. */
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { changesByProperties, changesOf } from "../../checker/cli/changes.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { choose, otherwise, type Patch, patch, step, variant, when } from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { linkSpec } from "../../checker/spec/question.ts";
import { slab } from "../../model/mm/sets.ts";
import { SHEAF_CLAIM_PROPERTIES } from "../../model/properties/sheaves-claims.ts";
import { getFromPartialNode } from "../../model/sheaves/get-from-partial-node.ts";
import { getPartialNodeBulk } from "../../model/sheaves/get-partial-node-bulk.ts";
import { capacityOf, h, sheafOf } from "../../model/sheaves/state.ts";
import { k, removePartial } from "../../model/slub/state.ts";

/** Property, spec, and what is changed there; nothing: the spec itself violates it. */
const CHANGED: readonly (readonly [property: string, spec: string, changes: readonly string[]])[] = [
  ["T3", "7.3/sections-preempted", []],
  ["T4", "7.3/sections-preempted", []],
  ["T6", "7.3/sections-and-their-context", ["variants=replaces-any-main", "sheafCapacity=2"]],
  ["T12", "7.3/full-slab-stays-listed", []],
  ["T15", "7.3/asks-partial-unlocked", []],
  ["T32", "7.3/null-without-memory-shortage", []],
  ["T33", "7.3/asks-again-while-another-cpu-frees", []],
  ["T36", "7.3/memcg-charge-fails-hooks", []],
  ["T37", "7.3/memcg-charge-fails-hooks", []],
  ["T54", "7.3/up-no-page-lists", ["smp=true"]],
  ["T64", "7.3/two-cpus-over-barn-limit", []],
];

/** The same, with a row spoilt. */
const SPOILT: readonly (readonly [property: string, spec: string, how: string, change: Patch])[] = [
  [
    "T26",
    "7.3/debug-without-cmpxchg-double",
    "a debug cache's slab is taken from as any other",
    patch(
      getFromPartialNode,
      ({ b, slab: s, got }) => ({
        walk: step(
          "list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {",
          choose(slab, (x) => when(k.node.at(b).partial.at(x)).do(s.set(x)).goto("read")),
          otherwise.do(got.set(null)).goto("unlock"),
        ),
      }),
      { removed: ["single", "gotSingle"] },
    ),
  ],
  [
    "T82",
    "7.3/two-cpus-sections",
    "each slab counts for a whole sheaf",
    patch(getPartialNodeBulk, ({ self, b, need, total }) => ({
      next: step(
        "total_free += ..;",
        choose(slab, (s) =>
          when(k.node.at(b).partial.at(s))
            .do(
              removePartial(b, s),
              h.isolated.at(self).at(s).set(true),
              total.set(capacityOf(b).minus(sheafOf(need).size)),
            )
            .goto("next"),
        ),
        otherwise.goto("unlock"),
      ),
    })),
  ],
];

describe("a sentence of 7.3.4", () => {
  it.each(CHANGED)("%s can fail: %s", async (property, name, changes) => {
    const all = [...changesOf(changes), ...changesByProperties(property)];
    const { violated } = check(await loadSpec(specNamed(name, folders), builtins, all), { workers: 1 });
    expect(violated).toContain(property);
  });

  it.each(SPOILT)("%s can fail: %s, where %s", async (property, name, how, change) => {
    const { spec } = await loadSpec(specNamed(name, folders), builtins, changesByProperties(property));
    const violated = (changes: readonly Patch[]) => {
      const linked = linkSpec({ ...spec, happens: [] }, changes.length > 0 ? [variant("spoilt", how, ...changes)] : []);
      if ("problems" in linked) throw new Error(linked.problems.map((p) => p.what).join("; "));
      return search(linked.system).violations.map((one) => one.property);
    };
    expect(violated([])).toEqual([]);
    expect(violated([change])).toContain(property);
  });

  it("is each tried", () => {
    const asserted = SHEAF_CLAIM_PROPERTIES.filter(({ clauses }) => !clauses.some(({ kind }) => kind === "happens"));
    const tried = [...CHANGED, ...SPOILT].map(([property]) => property);
    expect(asserted.map(({ name }) => name).toSorted()).toEqual(tried.toSorted());
  });
});
