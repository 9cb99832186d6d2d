/**
 * Is liveness violated? By the definition: some set of states, in which all can be reached from all and something is owed
 * in each, is what a fair run passes for ever. All sets are tried. It shares with the reference what one step means.
 */
import { stateKey } from "../../checker/language/cells.ts";
import { ModelError, type State } from "../../checker/language/evaluate.ts";
import { setOver } from "../../checker/language/shapes.ts";
import type { LivenessCheck, System } from "../../checker/language/system.ts";
import { apply, type Expansion, expand, holds, type Transition } from "../../checker/reference/step.ts";

interface Node {
  readonly expansion: Expansion;
  /** Null where the step fails or has no meaning. */
  readonly steps: readonly { readonly taken: Transition; readonly to: number | null }[];
  readonly owes: boolean;
  readonly there: boolean;
}

/** Null where there are more than `most` states in which something is owed. */
export function naivelyViolated(system: System, check: LivenessCheck, most: number): boolean | null {
  const nodes = nodesOf(system, check);
  const owing = new Set<number>();
  const owe = (s: number): void => {
    const node = nodes[s] as Node;
    if (node.there || owing.has(s)) return;
    owing.add(s);
    for (const { to } of node.steps) if (to !== null) owe(to);
  };
  for (const [s, { owes }] of nodes.entries()) if (check.from === null ? s < system.initials.length : owes) owe(s);
  if (owing.size > most) return null;
  const states = [...owing];
  for (let bits = 1; bits < 2 ** states.length; bits++) {
    const set = states.filter((_, i) => (bits >> i) & 1);
    if (isConnected(nodes, set) && isFair(system, check, nodes, set)) return true;
  }
  return false;
}

function nodesOf(system: System, check: LivenessCheck): Node[] {
  const key = stateKey(system);
  const states: State[] = [...system.initials];
  const numbers = new Map(states.map((state, i) => [key(state), i]));
  const ask = (condition: LivenessCheck["condition"], state: State): boolean | "none" => {
    try {
      return holds(system, condition, state);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return error.kind === "broken chain" ? false : "none";
    }
  };
  const nodes: Node[] = [];
  for (const state of states) {
    const expansion = expand(system, state);
    const steps = expansion.transitions.map((taken) => {
      if (taken.command.fails) return { taken, to: null };
      try {
        const after = apply(system, state, taken).state;
        const known = numbers.get(key(after)) ?? states.push(after) - 1;
        numbers.set(key(after), known);
        return { taken, to: known };
      } catch (error) {
        if (error instanceof ModelError) return { taken, to: null };
        throw error;
      }
    });
    const owes = check.from !== null && ask(check.from, state) === true;
    nodes.push({ expansion, steps, owes, there: ask(check.condition, state) !== false });
  }
  return nodes;
}

function isConnected(nodes: readonly Node[], set: readonly number[]): boolean {
  return set.every((from) => {
    const reached = new Set([from]);
    for (const s of reached)
      for (const { to } of (nodes[s] as Node).steps) if (to !== null && set.includes(to)) reached.add(to);
    return reached.size === set.length;
  });
}

function isFair(system: System, { fair }: LivenessCheck, nodes: readonly Node[], set: readonly number[]): boolean {
  const here = set.map((s) => nodes[s] as Node);
  const open = here.flatMap(({ steps }) => steps.map(({ taken }) => taken));
  const taken = here.flatMap(({ steps }) =>
    steps.flatMap((s) => (s.to !== null && set.includes(s.to) ? [s.taken] : [])),
  );
  const isFairTo = (who: number): boolean => {
    if (taken.some((t) => t.context === who)) return true;
    const can = (kind: string): boolean => open.some((t) => t.context === who && fair[t.label.id] === kind);
    const waits = here.some(({ expansion }) => expansion.waiting.some((w) => w.context === who));
    return !can("strong") && (!can("weak") || waits);
  };
  const chosen = (steps: readonly Transition[]): Set<string> =>
    new Set(
      steps.flatMap(({ label, command, chosen: values }) => {
        const { fair: said } = label.meta;
        if (typeof said !== "object" || fair[label.id] !== "each") return [];
        const { each } = said;
        return command.binders.flatMap(({ set: over }, i) =>
          over === setOver(each, "test") ? [`${over.name}=${values[i]}`] : [],
        );
      }),
    );
  const got = chosen(taken);
  return system.contexts.every((_, who) => isFairTo(who)) && [...chosen(open)].every((one) => got.has(one));
}
