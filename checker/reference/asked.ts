/** What is the value of an expression that somebody wrote, in a state or along a run? */
import { evaluate, ModelError, type State } from "../language/evaluate.ts";
import { type Node, setOf } from "../language/nodes.ts";
import { parseExpression } from "../language/parse-expression.ts";
import { Cells, type LocalOf, NotHere } from "../language/parse-places.ts";
import type { Value } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import { envOf } from "./step.ts";

/** The value in a state, as a person reads it; "-" for a local that is not kept where its context stands. */
export type Ask = (state: State) => string;

/** Throws `ExpressionError` where the text is no expression of the system. */
export function asking(system: System, text: string, cells = new Cells(system)): Ask {
  const ask: Ask = (state) => {
    try {
      const node = parseExpression(text, cells, localsOf(system, state));
      return shown(system, node, evaluate(node, envOf(system, state, -1)));
    } catch (error) {
      if (error instanceof NotHere) return "-";
      if (error instanceof ModelError) return `no value (${error.kind})`;
      throw error;
    }
  };
  ask(system.initials[0]);
  return ask;
}

/** Locals as constants: what each context keeps where it stands. */
function localsOf(system: System, state: State): LocalOf {
  return (context, name) => {
    const found = system.labels[state.pc[context] as number]?.slots.find((slot) => slot.name === name);
    const shape = found && system.scripts[system.contexts[context]?.script as number]?.slots[found.slot]?.shape;
    if (!found || !shape) return null;
    const value = state.local[context]?.[found.slot] as Value;
    const set = setOf({ op: "read", place: { base: { kind: "slot", index: found.slot, name }, path: [], shape } });
    return { op: "const", value, ...(set && typeof value === "number" ? { set } : {}) };
  };
}

function shown({ universe }: System, node: Node, value: Value): string {
  if (value === null) return "nil";
  const set = setOf(node);
  return set && typeof value === "number" ? universe.elementName(set, value) : String(value);
}
