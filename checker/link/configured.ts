/** What does a configuration set? The constants, and the state in which a system begins. */
import { produce } from "immer";
import {
  type CellPath,
  type Env,
  evaluate,
  ModelError,
  type State,
  type Write,
  writesOf,
} from "../language/evaluate.ts";
import { LinkError } from "../language/link-error.ts";
import type { Effect } from "../language/link-options.ts";
import { type Assign, leafShape, type Node } from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import { type Data, defaultOf, type Shape, type Value, valuesOf } from "../language/shapes.ts";

export const flat = (effects: readonly Effect[]): readonly Assign[] => effects.flat() as readonly Assign[];

/** Nobody's view of no state: enough for what constants and a configuration decide. */
export const envWith = (universe: Universe, constants: Readonly<Record<string, Data>>): Env => ({
  universe,
  constants,
  state: { pc: [], local: [] } as State,
  self: -1,
  bound: new Map(),
});

/** The constants; a right side may use those that are set before it. Throws `LinkError`. */
export function constantsOf(
  shapes: Readonly<Record<string, Shape>>,
  effects: readonly Effect[],
  universe: Universe,
): Record<string, Data> {
  let constants = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, defaultOf(shape, universe)]));
  for (const assign of flat(effects)) {
    const env = envWith(universe, constants);
    constants = writeAll(
      constants,
      orLinkError("the constants", () => writesOf([assign], env)),
    );
  }
  return constants;
}

/** More states to begin in than this are no list that anybody reads. */
const MOST_STARTS = 2 ** 16;

/**
 * The default state with what is assigned to it, all at once; one for each choice of values where any will do, of those
 * that satisfy the condition. Ghosts that are not kept are left out. Throws `LinkError`.
 */
export function initialised(
  state: State,
  effects: readonly Effect[],
  startsIf: Node | null,
  fields: object,
  env: Env,
  resolve: (node: Node) => Node,
): State[] {
  const isKept = (a: Assign): boolean => !(a.place.base.kind === "ghost") || a.place.base.field in fields;
  const kept = flat(effects).filter(isKept);
  const first = writtenOnce(state, kept, env, resolve);
  const free = kept.filter((a) => a.any).flatMap((a) => cellsSet(a, env));
  let states = [first];
  for (const { cell, values } of free) {
    if (states.length * values.length > MOST_STARTS)
      throw new LinkError([
        `the initial state: there are more than ${MOST_STARTS}; let fewer cells begin with any value`,
      ]);
    states = states.flatMap((one) => values.map((value) => writeAll(one, [{ cell, value }])));
  }
  if (startsIf === null) return states;
  const begin = states.filter((one) =>
    orLinkError("the initial state", () => evaluate(startsIf, { ...env, state: one })),
  );
  if (begin.length === 0) throw new LinkError(["the initial state: none satisfies `startsIf`; ask for less"]);
  return begin;
}

/** The cells that an assignment of any value names, each with its values. */
const cellsSet = (assign: Assign, env: Env): { readonly cell: CellPath; readonly values: readonly Value[] }[] => {
  const shape = leafShape(assign.place);
  const values = valuesOf(shape, env.universe);
  const one: Assign = { over: assign.over, place: assign.place, value: { op: "const", value: values[0] ?? null } };
  return orLinkError("the initial state", () => writesOf([one], env)).map(({ cell }) => ({ cell, values }));
};

/** The state in which every cell that may have any value has its first. */
function writtenOnce(state: State, effects: readonly Assign[], env: Env, resolve: (node: Node) => Node): State {
  const assigns = effects.map(({ over, place, value, any }) => ({
    over,
    place,
    value: any ? { op: "const" as const, value: valuesOf(leafShape(place), env.universe)[0] ?? null } : resolve(value),
  }));
  return writeAll(
    state,
    orLinkError("the initial state", () => writesOf(assigns, env)),
  );
}

function writeAll<T>(into: T, writes: readonly Write[]): T {
  return produce(into, (draft) => {
    for (const { cell, value } of writes) {
      let at = draft as Record<string | number, unknown>;
      for (const key of cell.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
      at[cell.at(-1) as string | number] = value;
    }
  });
}

/** A model error in what a configuration sets is the author's mistake. */
function orLinkError<T>(what: string, of: () => T): T {
  try {
    return of();
  } catch (error) {
    if (error instanceof ModelError) throw new LinkError([`${what}: ${error.message}`]);
    throw error;
  }
}
