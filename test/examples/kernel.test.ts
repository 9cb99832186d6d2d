/**
 * Do the models of kernel code in `examples/kernel/` find what is wrong, with
 * PREEMPT_RT and without, and only that? Do reference and engines agree?
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { search } from "../../checker/reference/search.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import type { Model } from "../../checker/spec/model.ts";
import { comparable, engineResults } from "../engine/same-result.ts";

const folder = fileURLToPath(new URL("../../examples/kernel/", import.meta.url));
const load = (name: string) => loadSpec({ source: name, path: `${folder}${name}.json` }, {});

/** What is wrong with each, sorted. Each has a twin with PREEMPT_RT. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  "percpu-counter": [],
  "percpu-counter-unlocked": ["noneLost"],
  "raw-lock": ["S7", "deadlock"],
  "raw-lock-irqsave": [],
  seqcount: [],
  "seqcount-unchecked": ["pair"],
  "seqcount-waits": ["deadlock", "neverBelow"],
};
const TWIN = "-preempt-rt";
const names = Object.keys(WRONG).flatMap((name) => [name, name + TWIN]);
const models = readdirSync(folder).filter((file) => file.endsWith(".ts"));

it("the specs are those, and each has its twin", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  expect(files.sort()).toEqual(names.map((name) => `${name}.json`).sort());
});

describe.each(names)("%s", (name) => {
  it("is asked with PREEMPT_RT or without, as its name says", async () => {
    const { spec } = await load(name);
    expect(spec.asked.configuration.preemptRt).toBe(name.endsWith(TWIN));
  });

  it("violates what is wrong with it in the whole graph, by the reference and by every engine", async () => {
    const { system } = await load(name);
    const options = { exploreAll: true };
    const found = search(system, options);
    expect(found.complete).toBe(true);
    const violated = [...new Set(found.violations.map(({ property }) => property))].sort();
    expect(violated).toEqual(WRONG[name.replace(TWIN, "")]);
    for (const result of engineResults(system, options)) expect(result).toEqual(comparable(found));
  });
});

describe.each(models)("%s", (file) => {
  it("is under 60 lines", () => {
    expect(
      readFileSync(folder + file, "utf8")
        .trimEnd()
        .split("\n").length,
    ).toBeLessThan(60);
  });

  it.each([false, true])("has no row of its own that never fires, with PREEMPT_RT %s", async (preemptRt) => {
    const { default: model } = (await import(folder + file)) as { default: Model };
    const fired = new Map<string, boolean>();
    for (const name of names.filter((one) => one.endsWith(TWIN) === preemptRt)) {
      const { spec, system } = await load(name);
      if (spec.model !== model) continue;
      const result = search(system, { exploreAll: true });
      const own = Object.keys(model.operations);
      for (const { id, source } of system.commands) {
        if (!own.includes(source.program)) continue;
        const row = `${source.program}: ${source.label}/${source.entry}/${source.member}`;
        fired.set(row, fired.get(row) === true || (result.fired[id] as number) > 0);
      }
    }
    expect(fired.size).toBeGreaterThan(3);
    expect([...fired].filter(([, once]) => !once).map(([row]) => row)).toEqual([]);
  });
});

it("each is answered alike with PREEMPT_RT and without, as far as verdicts go", async () => {
  for (const name of Object.keys(WRONG)) {
    const [without, with_] = [check(await load(name)), check(await load(name + TWIN))];
    expect(with_.verdict).toEqual(without.verdict);
  }
});
