/**
 * The counterexample in the Informal Trace Format (ADR-015 of Apalache), as Apalache and Quint write it, for their viewers.
 * A variable is a field of the state by its own name, then `pc` (the row at which each context stands, by the calls that
 * lead there) and `local` (what lives there). What is indexed is a map by the names of its elements; a number is a
 * `#bigint`; an element of a set is its name, and null is "nil".
 */

import type { Outcome, Trace } from "../../answer/outcome.ts";
import type { State } from "../../language/evaluate.ts";
import type { Universe } from "../../language/sets.ts";
import { type AnyLeaf, type Data, type Shape, showValue, type Value } from "../../language/shapes.ts";
import type { System } from "../../language/system.ts";
import { traceOf } from "../../reference/trace.ts";
import { commandOf, sentenceOf } from "../facts.ts";

type Expression =
  | boolean
  | string
  | { readonly "#bigint": string }
  | { readonly "#map": readonly (readonly [string, Expression])[] }
  | { readonly [field: string]: Expression };

export function itf(outcome: Outcome): string {
  const { spec, system } = outcome;
  const { trace, status, description } = shownTrace(outcome);
  const all = [trace.start, ...trace.steps.flatMap(({ after }) => after ?? [])];
  // The last of a cycle is the one that it goes on to.
  const isRound = trace.loop !== undefined && trace.loop < trace.steps.length;
  const states = isRound ? all.slice(0, -1) : all;
  const last = trace.steps.at(-1);
  const value = {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache.informal.systems/docs/adr/015adr-trace.html",
      source: `${spec.name}.json`,
      status,
      description,
      question: spec.question,
      reproduce: commandOf(outcome),
      relation: system.hash,
      ...(last && (last.after === null || isRound) ? { "last step": stepOf(system, last) } : {}),
    },
    ...(trace.loop === undefined ? {} : { loop: trace.loop }),
    vars: [...Object.keys(system.fields), "pc", "local"],
    states: states.map((state, index) => {
      const step = trace.steps[index - 1];
      return { "#meta": { index, ...(step ? stepOf(system, step) : {}) }, ...variablesOf(system, state) };
    }),
  };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** The counterexample; else the way to the first witness that was met; else the initial state alone. */
function shownTrace(outcome: Outcome): {
  readonly trace: Trace;
  readonly status: string;
  readonly description: string;
} {
  const { system, trace, result, verdict } = outcome;
  if (trace) {
    const sentence = sentenceOf(outcome, trace.property);
    return {
      trace,
      status: "violation",
      description: `a counterexample to ${trace.property}${sentence === null ? "" : ` (${sentence})`}: ${trace.why}`,
    };
  }
  const met = result.met.findIndex((place) => place !== null);
  const [witness, place] = [system.witnesses[met], result.met[met]];
  if (witness && place) {
    const way = traceOf(system, witness.property, witness.text, result.trace(place));
    return {
      trace: way,
      status: "ok",
      description: `${verdict}; this is the way to ${witness.property}: ${witness.text}`,
    };
  }
  const none = traceOf(system, "", "", { start: system.initials[0], steps: [] });
  return { trace: none, status: "ok", description: `${verdict}; there is no way to show but the initial state` };
}

const stepOf = (system: System, { number, context, lane, label, chosen }: Trace["steps"][number]) => ({
  step: number,
  context: system.contexts[context]?.name,
  ...(lane === null ? {} : { lane }),
  row: `${label.program}: ${label.rowLabel}`,
  C: label.row.quote,
  ...(chosen.length > 0 ? { chosen: Object.fromEntries(chosen.map(({ set, value }) => [set, value])) } : {}),
});

function variablesOf(system: System, state: State): Readonly<Record<string, Expression>> {
  const { universe, contexts, labels } = system;
  const names = contexts.map(({ name }) => name);
  const labelOf = (i: number) => labels[state.pc[i] as number];
  const slotsOf = (i: number): Expression =>
    Object.fromEntries(
      (labelOf(i)?.slots ?? []).map(({ slot, name }, place, all) => {
        const shape = system.scripts[contexts[i]?.script as number]?.slots[slot]?.shape as AnyLeaf;
        // A caller and its callee may each have a local of this name.
        const before = all.slice(0, place).filter((other) => other.name === name).length;
        return [
          before === 0 ? name : `${name} ${before + 1}`,
          leafOf(state.local[i]?.[slot] as Value, shape, universe),
        ];
      }),
    );
  return {
    ...Object.fromEntries(
      Object.entries(system.fields).map(([name, shape]) => [name, expressionOf(state[name] as Data, shape, universe)]),
    ),
    pc: { "#map": names.map((name, i) => [name, labelOf(i)?.name ?? "(end)"]) },
    local: { "#map": names.map((name, i) => [name, slotsOf(i)]) },
  };
}

function expressionOf(data: Data, shape: Shape, universe: Universe): Expression {
  switch (shape.kind) {
    case "struct": {
      const fields = data as Readonly<Record<string, Data>>;
      return Object.fromEntries(
        Object.entries(shape.fields).map(([name, of]) => [name, expressionOf(fields[name] as Data, of, universe)]),
      );
    }
    case "each":
      return {
        "#map": (data as readonly Data[]).map((of, i) => [
          universe.elementName(shape.set, i),
          expressionOf(of, shape.of as Shape, universe),
        ]),
      };
    default:
      return leafOf(data as Value, shape, universe);
  }
}

function leafOf(value: Value, shape: AnyLeaf, universe: Universe): Expression {
  if (typeof value === "boolean") return value;
  const inner = shape.kind === "optional" || shape.kind === "orWord" ? shape.of : shape;
  if (inner !== shape && typeof value === "number") return leafOf(value, inner, universe);
  return shape.kind === "range" ? { "#bigint": String(value) } : showValue(value, shape, universe);
}
