/** Is nobody named as agreeing who did not give this answer to this table? */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import {
  agreementOn,
  agreementText,
  allAgreed,
  CROSSCHECK,
  type Entry,
  entryOf,
  readEntries,
  writeEntry,
} from "../../checker/crosscheck/agreement.ts";
import type { Crosschecked } from "../../checker/crosscheck/compare.ts";
import { loadSpec } from "../../checker/spec/load.ts";

const load = (name: string) => loadSpec({ source: name, path: `examples/${name}.json` }, {});
const loaded = await load("philosophers");
const outcome = check(loaded, { exploreAll: true });
const { system, result } = outcome;
const entry = (opinions: Crosschecked["opinions"], asked: Crosschecked["asked"] = "engine"): Entry =>
  entryOf("philosophers", system, { asked, result, opinions });
const all = entry([
  { checker: "reference", differences: [] },
  { checker: "Spin", differences: [] },
  { checker: "Rumur", differences: [] },
]);
const said = (entries: readonly Entry[], of = outcome): string => agreementText(agreementOn(entries, of));

describe("next to an answer", () => {
  it("stands who gave the same", () => {
    expect(said([all])).toBe("agreed: engine, reference, Spin, Rumur");
    expect(said([entry([{ checker: "Spin", differences: [] }], "reference")])).toBe("agreed: reference, Spin");
  });

  it("stands who differed, and not who was not asked", () => {
    const opinions = [
      { checker: "reference", differences: null },
      { checker: "Spin", differences: ["13 states, and 14 here"] },
      { checker: "Rumur", differences: [] },
    ] as const;
    expect(said([entry(opinions)])).toBe("agreed: engine, Rumur; NOT AGREED: Spin");
    expect(agreementOn([entry(opinions)], outcome)).toEqual({
      agreed: ["engine", "Rumur"],
      differed: ["Spin"],
      unknown: null,
    });
  });

  it("stands nobody who was asked about another table, under the same name or not", async () => {
    expect(said([])).toBe("not cross-checked");
    const before = { ...all, relation: all.relation.replace(/^./, (c) => (c === "0" ? "1" : "0")) };
    expect(said([before])).toBe("not cross-checked since it changed");
    expect(said([{ ...before, spec: "another" }])).toBe("not cross-checked");
    expect(said([all], check(await load("philosophers-left-handed")))).toBe("not cross-checked");
  });

  it("stands nobody where the answer is not the one that was compared", () => {
    for (const change of [{ states: 15 }, { transitions: 1 }, { violated: [] }, { met: [true] }])
      expect(said([{ ...all, answer: { ...all.answer, ...change } }])).toBe("NOT the answer that was cross-checked");
  });

  it("stands nobody where the search stopped early", () => {
    const stopped = check({ ...loaded, spec: { ...loaded.spec, expect: null } });
    expect(stopped.result.complete).toBe(false);
    expect(said([all], stopped)).toBe("not cross-checked: this search is not of the whole graph");
  });
});

it("all agreed where nobody who was asked differed on this very table", () => {
  expect(allAgreed(all, system)).toBe(true);
  expect(allAgreed(entry([{ checker: "reference", differences: null }]), system)).toBe(true);
  expect(allAgreed(entry([{ checker: "Spin", differences: ["no answer: it took too long"] }]), system)).toBe(false);
  expect(allAgreed({ ...all, relation: "" }, system)).toBe(false);
});

describe("what is kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "nolock-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is nothing at first", () => expect(readEntries(folder, () => {})).toEqual([]));

  it("is what was asked last of each spec that is there, in the order of specs", () => {
    const named = (spec: string, states: number): Entry => ({ ...all, spec, answer: { ...all.answer, states } });
    for (const made of [named("c", 1), named("a", 2), named("elsewhere", 3)]) writeEntry(folder, made, ["a", "b", "c"]);
    for (const made of [named("b", 4), named("c", 5)]) writeEntry(folder, made, ["b", "a", "c"]);
    expect(readEntries(folder, () => {})).toEqual([named("b", 4), named("a", 2), named("c", 5)]);
    expect(readFileSync(join(folder, CROSSCHECK), "utf8")).toMatch(
      /^\| b \| 4 \| \d+ \| deadlock \| 0 of 0 \| agrees \| agrees \| agrees \| `[0-9a-f]{12}` \|$/m,
    );
  });
});
