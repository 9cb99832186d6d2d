/**
 * Which path to a violation is the easiest to tell? The one on which least often somebody else goes on; of those, the one with
 * the fewest interrupts and hooks; of those, the shortest. A search by cost over states, each with whoever went on last;
 * why it is right stands in `docs/soundness.md`, "Fewest switches".
 */
import { stateKey } from "../language/cells.ts";
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import type { Node } from "../language/nodes.ts";
import type { System } from "../language/system.ts";
import { Findings } from "./findings.ts";
import { INTERRUPTED, type Lengthy } from "./progress.ts";
import type { Path, Violation } from "./result.ts";
import { envOf, type Transition } from "./step.ts";

/** What a path costs: the first goes before the second, and that before the third. */
export interface Cost {
  /** How often another task goes on than the one before, on its CPU or on another. */
  readonly switches: number;
  /** Interrupts and hooks that begin. */
  readonly begins: number;
  readonly steps: number;
}

export interface Cheapest {
  readonly path: Path;
  readonly why: string;
  readonly cost: Cost;
}

/** Ways that are looked at, with their states, before the search gives up. */
export const MOST_WAYS = 300_000;

/** States that are visited between two looks at how far the search is. */
const BETWEEN_LOOKS = 64;

const NOTHING: Cost = { switches: 0, begins: 0, steps: 0 };

type Step = Pick<Transition, "context" | "label">;

/**
 * Whom a step counts for: the context at the bottom of the chain that it belongs to, since an interrupt goes on where it cuts.
 * Null for the scheduler, which goes on for nobody: who is let go on shows by its own step.
 */
function whoseStep(system: System, state: State, { context, label }: Step): number | null {
  if (label.meta.schedules) return null;
  const of = (node: Node | null, self: number): number | null => {
    if (!node) return null;
    try {
      const found = evaluate(node, envOf(system, state, self));
      return typeof found === "number" ? found : null;
    } catch (error) {
      // The step, or the state, is a model error then: found as such where that is looked for.
      if (!(error instanceof ModelError)) throw error;
      return null;
    }
  };
  let bottom = of(label.cuts, context) ?? context;
  for (let height = 0; height < system.contexts.length; height++) {
    const under = of(system.below, bottom);
    if (under === null) break;
    bottom = under;
  }
  return bottom;
}

/** A path with one more step, and who went on last then. */
function extended(cost: Cost, last: number | null, { label }: Step, whose: number | null) {
  const who = whose ?? last;
  return {
    last: who,
    cost: {
      switches: cost.switches + Number(last !== null && who !== last),
      begins: cost.begins + Number(label.cuts !== null),
      steps: cost.steps + 1,
    },
  };
}

/** What the steps of a trace cost. */
export function costOf(system: System, steps: readonly (Step & { readonly before: State })[]): Cost {
  let [cost, last]: [Cost, number | null] = [NOTHING, null];
  for (const step of steps) ({ cost, last } = extended(cost, last, step, whoseStep(system, step.before, step)));
  return cost;
}

/** A path, by the one that it goes on from. */
interface Reached {
  readonly state: State;
  readonly last: number | null;
  readonly from: Reached | null;
  readonly via: Transition | null;
  readonly cost: Cost;
  /** Set where the last step itself is what is looked for. */
  readonly why: string | null;
}

/** A step from a state, for whom it counts, and where it leads; `why` where it is what is looked for. */
interface Edge {
  readonly via: Transition;
  readonly whose: number | null;
  readonly state: State;
  readonly why: string | null;
}

/** The cheapest path to a state, and who went on last on this one and on those that were taken since. */
interface Known {
  readonly least: Cost;
  readonly lasts: Set<number | null>;
  readonly edges: readonly Edge[];
}

/** Ways by what they cost. What is added costs more than what was taken out last. */
class Queue {
  readonly #paths: Reached[][][][] = [];
  size = 0;

  add(node: Reached): void {
    const { switches, begins, steps } = node.cost;
    this.#paths[switches] ??= [];
    const bySwitches = this.#paths[switches] as Reached[][][];
    bySwitches[begins] ??= [];
    const byBegins = bySwitches[begins] as Reached[][];
    byBegins[steps] ??= [];
    (byBegins[steps] as Reached[]).push(node);
    this.size += 1;
  }

  /** All, the cheapest first, those that are added meanwhile included. */
  *inOrder(): Generator<Reached> {
    // Each length is asked again: more may have come.
    for (let switches = 0; switches < this.#paths.length; switches++) {
      const bySwitches = this.#paths[switches] ?? [];
      for (let begins = 0; begins < bySwitches.length; begins++) {
        const byBegins = bySwitches[begins] ?? [];
        for (let steps = 0; steps < byBegins.length; steps++) {
          for (const node of byBegins[steps] ?? []) {
            this.size -= 1;
            yield node;
          }
          byBegins[steps] = [];
        }
      }
    }
  }
}

/**
 * The cheapest path to a violation of a property, a deadlock or a model error that is known to be there; or why it was
 * not found. Not for what is to stay possible: that is about all that may follow.
 */
export function* fewestSwitches(
  system: System,
  { property, verdict }: Pick<Violation, "property" | "verdict">,
  { most = MOST_WAYS, signal }: { readonly most?: number; readonly signal?: AbortSignal } = {},
): Lengthy<Cheapest | string> {
  const key = stateKey(system);
  const findings = new Findings(system);
  const whyViolated = (): string | null => findings.violations.get(property, verdict)?.why ?? null;
  const queue = new Queue();
  for (const state of system.initials)
    queue.add({ state, last: null, from: null, via: null, cost: NOTHING, why: null });
  const known = new Map<string, Known>();
  let taken = 0;
  for (const node of queue.inOrder()) {
    const { state, last, cost } = node;
    if (node.why !== null) return pathTo(node, node.why);
    const name = key(state);
    const before = known.get(name);
    if (before && (before.lasts.has(last) || costsASwitchMore(cost, before.least))) continue;
    if (taken++ % BETWEEN_LOOKS === 0) yield { level: cost.switches, states: known.size, frontier: queue.size };
    if (signal?.aborted) return INTERRUPTED;
    if (taken + queue.size > most) return `there are more than ${most} paths to look at`;
    if (!before) {
      findings.violations.clear();
      const { transitions } = findings.look(state, 0, 0);
      const here = whyViolated();
      if (here !== null) return pathTo(node, here);
      const edges = transitions.flatMap((via): Edge | readonly Edge[] => {
        findings.violations.clear();
        const [successor] = findings.take([via], state, 0, 0);
        const why = whyViolated();
        // Where a step is what is looked for, its path ends there.
        if (why === null && !successor) return [];
        return { via, whose: whoseStep(system, state, via), state: successor?.state ?? state, why };
      });
      known.set(name, { least: cost, lasts: new Set(), edges });
    }
    const { lasts, edges } = known.get(name) as Known;
    lasts.add(last);
    for (const { via, whose, state: after, why } of edges)
      queue.add({ state: after, ...extended(cost, last, via, whose), from: node, via, why });
  }
  throw new Error(`${property} is violated, and no path to that was found`);
}

/** Who went on last makes a difference of one switch at most: then the cheaper path was as good for all that follows. */
function costsASwitchMore(cost: Cost, least: Cost): boolean {
  if (cost.switches !== least.switches + 1) return cost.switches > least.switches;
  if (cost.begins !== least.begins) return cost.begins > least.begins;
  return cost.steps >= least.steps;
}

function pathTo(node: Reached, why: string): Cheapest {
  const steps: Transition[] = [];
  let at = node;
  for (; at.via && at.from; at = at.from) steps.unshift(at.via);
  return { path: { start: at.state, steps }, why, cost: node.cost };
}
