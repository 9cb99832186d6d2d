/** Is the counterexample that is shown as the one with the fewest switches that one? Beside every way there is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { withFewestSwitches } from "../../checker/answer/fewest-switches.ts";
import type { Outcome } from "../../checker/answer/outcome.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { stateKey } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { Findings } from "../../checker/reference/findings.ts";
import { finish } from "../../checker/reference/progress.ts";
import type { Violation } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { costOf, fewestSwitches } from "../../checker/reference/switches.ts";
import { traceOf } from "../../checker/reference/trace.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { drawnSystems, searched } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

/** Switches, interrupts and hooks that begin, steps. */
type Costs = readonly [number, number, number];

const isLess = (a: Costs, b: Costs): boolean => {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i >= 0 && (a[i] as number) < (b[i] as number);
};

/** Who stands at the bottom, read off the cells of `rows.ts`. */
function bottom(state: State, context: number): number {
  const frames = state.frame as unknown as readonly { readonly below: number | null }[];
  let at = context;
  for (let under = frames[at]?.below; typeof under === "number"; under = frames[at]?.below) at = under;
  return at;
}

interface Edge {
  readonly to: string;
  /** Whom it counts for; nobody, where a scheduler decides. */
  readonly who: number | null;
  readonly begins: number;
  readonly violates: readonly string[];
}

const nameOf = ({ property, verdict }: Pick<Violation, "property" | "verdict">): string => `${property}: ${verdict}`;

/** For each violated property and kind the least cost: every way is made cheaper until none can be. */
function leastCosts(system: System): ReadonlyMap<string, Costs> {
  const key = stateKey(system);
  const names = ({ violations }: Findings): string[] => violations.values().map(nameOf);
  const graph = new Map<string, { readonly violates: readonly string[]; readonly edges: readonly Edge[] }>();
  const states: State[] = [...system.initials];
  for (const state of states) {
    if (graph.has(key(state))) continue;
    const here = new Findings(system);
    const { transitions } = here.look(state, 0, 0);
    const edges = transitions.map((via): Edge => {
      const step = new Findings(system);
      const after = step.take([via], state, 0, 0)[0]?.state ?? state;
      states.push(after);
      const arrives = via.label.rowLabel === "arrive";
      const who = via.label.meta.schedules ? null : bottom(arrives ? after : state, via.context);
      return { to: key(after), who, begins: Number(arrives), violates: names(step) };
    });
    graph.set(key(state), { violates: names(here), edges });
  }
  const least = new Map<string, Costs>();
  const note = (property: string, cost: Costs): void => {
    const known = least.get(property);
    if (!known || isLess(cost, known)) least.set(property, cost);
  };
  const costs = new Map<string, Costs>(system.initials.map((state) => [`${key(state)}/none`, [0, 0, 0]]));
  const again = system.initials.map((state) => ({ at: key(state), last: null as number | null }));
  for (const { at, last } of again) {
    const [switches, begins, steps] = costs.get(`${at}/${last ?? "none"}`) as Costs;
    const { violates, edges } = graph.get(at) as { violates: readonly string[]; edges: readonly Edge[] };
    for (const property of violates) note(property, [switches, begins, steps]);
    for (const edge of edges) {
      const next = edge.who ?? last;
      const cost: Costs = [switches + Number(last !== null && last !== next), begins + edge.begins, steps + 1];
      for (const property of edge.violates) note(property, cost);
      const name = `${edge.to}/${next ?? "none"}`;
      const known = costs.get(name);
      if (known && !isLess(cost, known)) continue;
      costs.set(name, cost);
      again.push({ at: edge.to, last: next });
    }
  }
  return least;
}

describe("the way with the fewest switches", () => {
  it("costs what the cheapest of all ways costs, on systems drawn at random", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system, full } = searched(one);
        // No way shows that something is not possible any more.
        fc.pre(system.alwaysPossible.length === 0);
        const least = leastCosts(system);
        expect([...least.keys()]).toEqual(expect.arrayContaining(full.violations.map(nameOf)));
        const properties = new Set([...least.keys()].map((name) => name.replace(/: [^:]*$/, "")));
        expect(properties).toEqual(new Set(full.violations.map((v) => v.property)));
        for (const violation of full.violations) {
          const { property, why, at } = violation;
          const way = finish(fewestSwitches(system, violation));
          if (typeof way === "string") throw new Error(way);
          const { switches, begins, steps } = way.cost;
          expect([switches, begins, steps]).toEqual(least.get(nameOf(violation)));
          const trace = traceOf(system, property, way.why, way.path);
          expect(costOf(system, trace.steps)).toEqual(way.cost);
          const shortest = costOf(system, traceOf(system, property, why, full.trace(at)).steps);
          expect(shortest.steps).toBeLessThanOrEqual(steps);
          expect(switches).toBeLessThanOrEqual(shortest.switches);
        }
      }),
      runs(60),
    );
    // Of few of these systems the shortest way is not as good; the kernel's spec below is one of them for certain.
  });

  it("is said not to have been found where there are too many ways, or where nobody waited", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system } = searched(one);
        fc.pre(system.alwaysPossible.length === 0);
        const [first] = search(system).violations;
        fc.pre(first !== undefined && first.length > 1);
        expect(finish(fewestSwitches(system, first, { most: 1 }))).toBe("there are more than 1 paths to look at");
        const signal = AbortSignal.abort();
        expect(finish(fewestSwitches(system, first, { signal }))).toBe("it was interrupted");
      }),
      runs(20),
    );
  });
});

/** A spec's outcome with the counterexample that has the fewest switches. */
async function fewest(name: string): Promise<Outcome> {
  const loaded = await loadSpec(specNamed(name, folders), builtins);
  return finish(withFewestSwitches(check(loaded, { workers: 1 })));
}

describe("of the kernel's specs", () => {
  it("a task that asks again while another CPU runs needs half of the switches of the shortest way", async () => {
    const { trace, fewest: found } = await fewest("gate/asks-again-while-another-cpu-runs");
    if (found?.by !== "switches") throw new Error(found?.why);
    expect(found.cost.switches).toBeLessThan(found.shortest.switches);
    expect(trace?.steps.length).toBe(found.cost.steps);
  });
});

it("what is to stay possible is not looked for among ways", async () => {
  const loaded = await loadSpec(specNamed("gate/asks-again-while-another-cpu-runs", folders), builtins);
  const outcome = check(loaded, { workers: 1 });
  const { property } = outcome.trace as NonNullable<Outcome["trace"]>;
  const goal = { property, condition: { op: "const", value: true } } as System["alwaysPossible"][number];
  const asked: Outcome = {
    ...outcome,
    system: { ...outcome.system, alwaysPossible: [goal] },
    violations: outcome.violations.map((v) => ({ ...v, verdict: "noProgress" })),
  };
  const { fewest: found, trace } = finish(withFewestSwitches(asked));
  expect(found).toEqual({ by: "steps", why: "it is about all that may follow" });
  expect(trace).toBe(outcome.trace);
});
