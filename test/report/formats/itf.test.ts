/** A trace in the Informal Trace Format: held to the schema of its description, and read back into the states it came from. */
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import type { Outcome, Trace } from "../../../checker/answer/outcome.ts";
import type { State } from "../../../checker/language/evaluate.ts";
import type { IndexSet } from "../../../checker/language/sets.ts";
import {
  type AnyLeaf,
  type Data,
  defaultOf,
  type Shape,
  type Value,
  valuesOf,
} from "../../../checker/language/shapes.ts";
import type { System } from "../../../checker/language/system.ts";
import { traceOf } from "../../../checker/reference/trace.ts";
import { itf } from "../../../checker/report/formats/itf.ts";
import { jsonOf, SAMPLE, toldOfSpec } from "./asked.ts";

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(jsonOf("../../../schema/itf.schema.json"));

type Read = boolean | string | bigint | ReadonlyMap<string, Read> | { readonly [field: string]: Read };

/** What an expression of the format means; of those that we write. */
function read(expression: unknown): Read {
  if (typeof expression === "boolean" || typeof expression === "string") return expression;
  const object = expression as Readonly<Record<string, unknown>>;
  if ("#bigint" in object) return BigInt(object["#bigint"] as string);
  if ("#map" in object) {
    const pairs = (object["#map"] as [string, unknown][]).map(([key, value]) => [key, read(value)] as const);
    const map = new Map(pairs);
    if (map.size !== pairs.length) throw new Error("a key stands twice in a map");
    return map;
  }
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, read(value)]));
}

/** The value that a shape gives to what was read: the only one of its values that is written so. */
function leafOf(given: Read, shape: AnyLeaf, system: System): Value {
  const written = (value: Value, of: AnyLeaf): Read => {
    if (value === null) return "nil";
    if (typeof value === "boolean") return value;
    if (of.kind === "optional" || (of.kind === "orWord" && value !== of.word)) return written(value, of.of);
    if (of.kind === "id") return system.universe.elementName(of.set, value as number);
    return typeof value === "number" ? BigInt(value) : value;
  };
  const found = valuesOf(shape, system.universe).filter((value) => written(value, shape) === given);
  expect(found).toHaveLength(1);
  return found[0] as Value;
}

function dataOf(given: Read, shape: Shape, system: System): Data {
  if (shape.kind === "struct") {
    const fields = given as Readonly<Record<string, Read>>;
    expect(Object.keys(fields)).toEqual(Object.keys(shape.fields));
    return Object.fromEntries(
      Object.entries(shape.fields).map(([name, of]) => [name, dataOf(fields[name] as Read, of, system)]),
    );
  }
  if (shape.kind !== "each") return leafOf(given, shape, system);
  const map = given as ReadonlyMap<string, Read>;
  const names = elementsOf(shape.set, system);
  expect([...map.keys()]).toEqual(names);
  return names.map((name) => dataOf(map.get(name) as Read, shape.of as Shape, system));
}

const elementsOf = (set: IndexSet, { universe }: System): string[] =>
  Array.from({ length: universe.size(set) }, (_, i) => universe.elementName(set, i));

/** A state as the reference has it. What does not live is at its default, which the linker sees to. */
function stateOf(given: Readonly<Record<string, Read>>, system: System): State {
  const rows = given.pc as ReadonlyMap<string, string>;
  const locals = given.local as ReadonlyMap<string, Readonly<Record<string, Read>>>;
  const pc = system.contexts.map(({ name }) => {
    const row = rows.get(name);
    return row === "(end)" ? 0 : system.labels.findIndex((label) => label?.name === row);
  });
  const local = system.contexts.map(({ name, script }, i) => {
    const slots = system.scripts[script]?.slots ?? [];
    const live = system.labels[pc[i] as number]?.slots ?? [];
    const own = Object.values(locals.get(name) ?? {});
    expect(own).toHaveLength(live.length);
    return slots.map(({ shape }, slot) => {
      const at = live.findIndex((one) => one.slot === slot);
      return at < 0 ? (defaultOf(shape, system.universe) as Value) : leafOf(own[at] as Read, shape, system);
    });
  });
  const fields = Object.entries(system.fields).map(([name, shape]) => [
    name,
    dataOf(given[name] as Read, shape, system),
  ]);
  return { ...Object.fromEntries(fields), pc, local } as State;
}

/** The trace that is written of an outcome. */
function written({ system, trace, result }: Outcome): Pick<Trace, "start" | "steps"> {
  if (trace) return trace;
  const met = result.met.findIndex((place) => place !== null);
  const place = result.met[met];
  return place ? traceOf(system, "a witness", "", result.trace(place)) : { start: system.initials[0], steps: [] };
}

const names = [...Object.values(SAMPLE), "examples/peterson.json", "examples/two-phase-commit.json"];

describe("a trace in ITF", () => {
  it.each(names)("has the schema of its description, and the states of the trace: %s", async (name) => {
    const { outcome } = await toldOfSpec(name);
    const { system } = outcome;
    const trace = JSON.parse(itf(outcome));
    expect([validate(trace), validate.errors]).toEqual([true, null]);
    const { start, steps } = written(outcome);
    const all = [start, ...steps.flatMap(({ after }) => after ?? [])];
    const { loop } = outcome.trace ?? {};
    expect(trace.loop).toBe(loop);
    // The last state of a cycle is the one that it goes on to, and is not written twice.
    const states = loop === undefined || loop === steps.length ? all : all.slice(0, -1);
    if (loop !== undefined) expect(all.at(-1)).toEqual(all[loop]);
    expect(trace.states).toHaveLength(states.length);
    for (const [i, state] of trace.states.entries()) {
      const { "#meta": meta, ...variables } = state;
      expect(Object.keys(variables)).toEqual(trace.vars);
      expect(meta.index).toBe(i);
      expect(stateOf(read(variables) as Readonly<Record<string, Read>>, system)).toEqual(states[i]);
      if (i > 0) expect(meta.C).toBe(steps[i - 1]?.label.row.quote);
    }
  });

  it("is refused by the schema where a value is none of the format", () => {
    const trace = (x: unknown) => ({ vars: ["x"], states: [{ x }] });
    expect(validate(trace({ "#map": [["a", 1]] }))).toBe(true);
    for (const x of [null, 1.5, { "#bigint": 1 }, { "#map": [["a"]] }, { "#sets": [] }]) {
      expect([x, validate(trace(x))]).toEqual([x, false]);
    }
  });
});
