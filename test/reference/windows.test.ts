/** At which rows must a frame come? Beside a walk that goes on from each arrival by itself. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateKey } from "../../checker/language/cells.ts";
import { evaluate, type State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { Findings } from "../../checker/reference/findings.ts";
import { finish } from "../../checker/reference/progress.ts";
import { envOf } from "../../checker/reference/step.ts";
import { windowsOf } from "../../checker/reference/windows.ts";
import { drawnSystems, searched } from "../reduction/systems.ts";
import { runs } from "../runs.ts";

interface Seen {
  readonly state: State;
  readonly violates: readonly string[];
  readonly steps: readonly { readonly to: string; readonly arrival: string | null; readonly row: string }[];
}

/** All states, each with what it violates, and where a step comes on top of somebody. */
function graphOf(system: System): ReadonlyMap<string, Seen> {
  const key = stateKey(system);
  const graph = new Map<string, Seen>();
  const states = [...system.initials];
  for (const state of states) {
    if (graph.has(key(state))) continue;
    const findings = new Findings(system);
    const steps = findings.visit(state, 0, 0).map(({ via, state: after }) => {
      states.push(after);
      const { cuts, meta } = via.label;
      const over = cuts && !meta.serves ? evaluate(cuts, envOf(system, state, via.context)) : null;
      const isArrival = typeof over === "number" && over !== via.context;
      return {
        to: key(after),
        arrival: isArrival ? `${via.context} over ${over}` : null,
        row: isArrival ? String(state.pc[over as number]) : "",
      };
    });
    graph.set(key(state), { state, violates: findings.violations.told().map(({ property }) => property), steps });
  }
  return graph;
}

/** Whether some way from a state violates a property. */
function leadsTo(graph: ReadonlyMap<string, Seen>, from: string, property: string): boolean {
  const seen = new Set([from]);
  for (const at of seen) {
    const { violates, steps } = graph.get(at) as Seen;
    if (violates.includes(property)) return true;
    for (const { to } of steps) seen.add(to);
  }
  return false;
}

const NOTHING = { opens: new Set<string>(), comes: new Set<string>() };

describe("the windows of a violation", () => {
  let open = 0;
  let shut = 0;

  it("are those from where a walk finds it, on systems drawn at random", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system, full } = searched(one);
        fc.pre(system.alwaysPossible.length === 0 && full.violations.length > 0 && full.states < 1500);
        const graph = graphOf(system);
        for (const { property } of full.violations.slice(0, 2)) {
          const windows = new Map<string, typeof NOTHING>();
          for (const { steps } of graph.values())
            for (const { to, arrival, row } of steps) {
              if (arrival === null) continue;
              const { opens, comes } = windows.get(arrival) ?? NOTHING;
              const isOpen = leadsTo(graph, to, property);
              windows.set(arrival, {
                opens: isOpen ? new Set([...opens, row]) : opens,
                comes: new Set([...comes, row]),
              });
            }
          const found = finish(windowsOf(system, property));
          if (typeof found === "string") throw new Error(found);
          const text = (labels: ReadonlySet<unknown>) => [...labels].map(String).toSorted();
          expect(
            new Map(
              found.map(({ frame, over, opens, comes }) => [`${frame} over ${over}`, [text(opens), text(comes)]]),
            ),
          ).toEqual(new Map([...windows].map(([name, { opens, comes }]) => [name, [text(opens), text(comes)]])));
          for (const { opens, comes } of windows.values()) {
            open += opens.size;
            shut += comes.size - opens.size;
          }
        }
      }),
      runs(60),
    );
    // Else nothing was compared.
    expect(Math.min(open, shut)).toBeGreaterThan(0);
  });

  it("are said not to be known where there are too many states, or where nobody waited", () => {
    fc.assert(
      fc.property(drawnSystems, (one) => {
        const { system } = searched(one);
        expect(finish(windowsOf(system, "none", { most: 0 }))).toBe("there are more than 0 states");
        expect(finish(windowsOf(system, "none", { signal: AbortSignal.abort() }))).toBe("it was interrupted");
      }),
      runs(5),
    );
  });
});
