/** Is a walk the same for the same seed, and the same again when its file is replayed? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { stateKey } from "../../checker/language/cells.ts";
import type { System } from "../../checker/language/index.ts";
import { drawn } from "../../checker/reference/chance.ts";
import { search } from "../../checker/reference/search.ts";
import { walkAtRandom } from "../../checker/simulate/random.ts";
import { replay } from "../../checker/simulate/replay.ts";
import { named, readTrace, type TraceFile, traceFile } from "../../checker/simulate/trace-file.ts";
import { Walk } from "../../checker/simulate/walk.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { drawnSystems, systemOf } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

const dir = mkdtempSync(join(tmpdir(), "nolock-"));
afterAll(() => rmSync(dir, { recursive: true }));

function walked(system: System, seed: number, most: number): Walk {
  const walk = new Walk(system);
  walkAtRandom(walk, seed, most);
  return walk;
}

/** A walk, through a file and back. */
function saved(walk: Walk, found: string | null): TraceFile {
  const path = join(dir, "trace.json");
  const steps = walk.taken.map((step) => named(walk.system, step));
  writeFileSync(
    path,
    traceFile(walk.system, { source: "random", changed: [], by: "a test", found, start: walk.start, steps }),
  );
  return readTrace(path);
}

/** Where a walk went, and what it found there. */
const account = (walk: Walk) => ({
  taken: walk.taken.map(({ context, command, chosen }) => [context, command.id, chosen]),
  state: stateKey(walk.system)(walk.state),
  violations: walk.violations.map(({ property, verdict, why }) => ({ property, verdict, why })),
});

describe("a walk at random", () => {
  it("is the same for the same seed, and violates only what the search knows of", () => {
    let violated = 0;
    fc.assert(
      fc.property(drawnSystems, fc.nat(), (one, seed) => {
        const system = systemOf(one);
        const walk = walked(system, seed, 60);
        expect(account(walked(system, seed, 60))).toEqual(account(walk));
        if (walk.violations.length === 0) return;
        violated += 1;
        const known = new Map(search(system, { exploreAll: true }).violations.map((v) => [v.property, v.length]));
        for (const { property } of walk.violations) expect(known.get(property)).toBeLessThanOrEqual(walk.taken.length);
      }),
      runs(100),
    );
    expect(violated).toBeGreaterThan(0);
  });

  it("chooses evenly", () => {
    const counts = [0, 0, 0];
    for (let n = 0; n < 3000; n++) counts[drawn(7, n, 3)] = (counts[drawn(7, n, 3)] as number) + 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("goes back step by step to where it began", () => {
    fc.assert(
      fc.property(drawnSystems, fc.nat(), (one, seed) => {
        const system = systemOf(one);
        const walk = new Walk(system);
        const before = [account(walk)];
        for (let n = 1; n <= 20; n++) {
          walkAtRandom(walk, seed, n);
          if (walk.taken.length < n) break;
          before.push(account(walk));
        }
        for (const expected of before.toReversed()) {
          expect(account(walk)).toEqual(expected);
          walk.undo();
        }
        expect(walk.undo()).toBe(false);
      }),
      runs(40),
    );
  });
});

describe("a saved trace", () => {
  const isSameWalk = (walk: Walk, file: TraceFile): void => {
    const again = replay(walk.system, file);
    expect(again.stuck).toBeNull();
    expect(account(again.walk)).toEqual(account(walk));
    for (const { property } of walk.violations)
      expect(again.met.get(property)?.after).toBeLessThanOrEqual(walk.taken.length);
  };

  it("replays to the same place, also where the relation is said to be another", () => {
    fc.assert(
      fc.property(drawnSystems, fc.nat(), (one, seed) => {
        const system = systemOf(one);
        const walk = walked(system, seed, 60);
        const file = saved(walk, null);
        isSameWalk(walk, file);
        isSameWalk(walk, { ...file, relationHash: "0".repeat(64) });
      }),
      runs(60),
    );
  });

  it("does not replay where a step names somebody who cannot go on", () => {
    fc.assert(
      fc.property(drawnSystems, fc.nat(), fc.nat(), (one, seed, which) => {
        const system = systemOf(one);
        const walk = walked(system, seed, 60);
        fc.pre(walk.taken.length > 0);
        const file = saved(walk, null);
        const at = which % file.steps.length;
        const steps = file.steps.map((step, i) => (i === at ? { ...step, to: "nowhere" } : step));
        for (const relationHash of [file.relationHash, "0".repeat(64)]) {
          const { stuck, walk: again } = replay(system, { ...file, relationHash, steps });
          expect(stuck?.number).toBe(at + 1);
          expect(again.taken.length).toBe(at);
        }
      }),
      runs(40),
    );
  });

  it.each(["slabs/nmi-on-kmalloc", "hooks/hook-cuts-freelist", "slabs/nmi-frees"])("of %s replays", async (name) => {
    const { system } = await loadSpec(specNamed(name, folders), builtins);
    for (const seed of [1, 2, 3]) {
      const walk = walked(system, seed, 200);
      expect(walk.taken.length).toBeGreaterThan(5);
      isSameWalk(walk, saved(walk, walk.violations[0]?.property ?? null));
    }
  });
});
