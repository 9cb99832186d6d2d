/** Is the smallest set of contexts that shows a violation that one? Beside all ways, each with who has taken a step. */
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import type { Together } from "../../checker/answer/together.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { stateKey } from "../../checker/language/cells.ts";
import { recordOf, recordOfSpec, recordText } from "../../checker/ledger/record.ts";
import { Findings } from "../../checker/reference/findings.ts";
import { textReport } from "../../checker/report/text.ts";
import { togetherLines } from "../../checker/report/together.ts";
import { type Loaded, loadSpec } from "../../checker/spec/load.ts";

const load = (name: string): Promise<Loaded> => loadSpec(specNamed(name, folders), builtins);

function together(loaded: Loaded): Together {
  const { together: found } = check(loaded, { workers: 1, together: true });
  if (!found) throw new Error(`${loaded.spec.name} shows nothing`);
  return found;
}

/** The fewest contexts of the spec that take a step on some way to a violation: states, each with who has moved. */
function fewestMovers({ system, spec }: Loaded, property: string): number {
  const key = stateKey(system);
  const asked = new Set(spec.asked.contexts.map(({ name }) => name));
  const seen = new Set<string>();
  let least = Number.POSITIVE_INFINITY;
  const ways = system.initials.map((state) => ({ state, moved: 0 }));
  const bits = (moved: number): number => [...moved.toString(2)].filter((digit) => digit === "1").length;
  for (const { state, moved } of ways) {
    const at = `${key(state)}/${moved}`;
    if (seen.has(at) || bits(moved) >= least) continue;
    seen.add(at);
    const here = new Findings(system);
    const { transitions } = here.look(state, 0, 0);
    if (here.violations.has(property)) least = Math.min(least, bits(moved));
    for (const via of transitions) {
      const step = new Findings(system);
      const after = step.take([via], state, 0, 0)[0]?.state;
      const isAsked = asked.has(system.contexts[via.context]?.name as string);
      const now = isAsked ? moved | (1 << via.context) : moved;
      if (step.violations.has(property)) least = Math.min(least, bits(now));
      if (after) ways.push({ state: after, moved: now });
    }
  }
  return least;
}

describe("what must come together", () => {
  it.each([
    ["7.3/memcg-charge-fails", 2, ["CPU0"]],
    ["7.3/up-hook-on-list-lock", 2, ["CPU0"]],
    ["rqspinlock/nmi-misses-owner", 2, ["CPU0"]],
  ])("is what the least of all ways has: %s", async (name, contexts, lanes) => {
    const loaded = await load(name);
    const found = together(loaded);
    expect([found.members.length, found.lanes, found.unsure]).toEqual([contexts, lanes, null]);
    expect(fewestMovers(loaded, found.property)).toBe(contexts);
  });

  it("names the locks that are held below, and the rows at which the frame must come", async () => {
    const loaded = await load("7.3/memcg-charge-fails");
    const { members, windows } = together(loaded);
    expect(members).toEqual([
      { name: "task0", kind: "task", lane: "CPU0", over: null, under: [] },
      { name: "nmi0", kind: "nmi", lane: "CPU0", over: "task0", under: ["list(A)"] },
    ]);
    if (typeof windows === "string") throw new Error(windows);
    expect(windows.map(({ frame, over }) => [frame, over])).toEqual([["nmi0", "task0"]]);
    const [{ rows, of } = { rows: [], of: 0 }] = windows;
    // All in the section of list_lock: from the row after it is taken to the one that gives it back.
    expect(rows.map(({ program, label }) => `${program}: ${label}`)).toEqual([
      "__slab_free (7.3): testPartial",
      "__slab_free (7.3): cmpxchg",
      "__slab_free (7.3): after",
      "__slab_free (7.3): add",
      "spin_unlock_irqrestore: unlock",
    ]);
    expect(of).toBeGreaterThan(rows.length);
  });

  it("names a lock without a struct around it, too", async () => {
    const { members } = together(await load("7.3/memcg-high-work"));
    expect(members.find(({ over }) => over !== null)?.under).toContain("pool_lock");
  });

  it("leaves out a context that is not needed, and no other", async () => {
    const { members, asked, lanes } = together(await load("pages/refcounted-page-under-nmi"));
    expect([members.map(({ name }) => name), asked, lanes]).toEqual([["task0", "scanner"], 3, ["CPU0", "CPU1"]]);
    const all = together(await load("7.3/destroy-debug-misses"));
    expect([all.members.map(({ name }) => name), all.asked]).toEqual([["task0", "irq0", "task1"], 3]);
  });

  it("stands in the report, and in the record that others read", async () => {
    const loaded = await load("7.3/up-nmi-frees-into-barn");
    const outcome = check(loaded, { workers: 1, together: true });
    const report = textReport(outcome, { trace: "short" });
    expect(report).toContain(togetherLines(outcome.together).join("\n"));
    expect(togetherLines(outcome.together)).toEqual([
      "Needed for S24: 2 contexts on CPU0, 23 steps; no smaller set shows it",
      "  task0; nmi0 over task0, with barn(A) held below",
      "  nmi0 must come at 2 of the 27 rows of task0 where it may: barn_shrink:",
      "    countFull, countEmpty",
    ]);
    const record = recordOf(outcome);
    expect(record.together).toEqual({
      property: "S24",
      steps: 23,
      kinds: ["task", "nmi"],
      lanes: 1,
      isLeast: true,
      windows: [[2, 27]],
    });
    expect(recordOfSpec(recordText(record), loaded.spec, loaded.system.hash)).toEqual(record);
    const spoilt = recordText(record).replace('"isLeast": true', '"isLeast": 1');
    expect(recordOfSpec(spoilt, loaded.spec, loaded.system.hash)).toBe(null);
    expect(check(loaded, { workers: 1 }).together).toBe(null);
  });
});
