/** What does a configuration set? The constants, and the state in which a system begins. */
import { produce } from "immer";
import { type Env, ModelError, type State, type Write, writesOf } from "../language/evaluate.ts";
import { LinkError } from "../language/link-error.ts";
import type { Effect } from "../language/link-options.ts";
import type { Assign, Node } from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import { type Data, defaultOf, type Shape } from "../language/shapes.ts";

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

/** The default state with what is assigned to it, all at once. Ghosts that are not kept are left out. Throws `LinkError`. */
export function initialised(
  state: State,
  effects: readonly Effect[],
  fields: object,
  env: Env,
  resolve: (node: Node) => Node,
): State {
  const assigns = flat(effects)
    .filter((a) => !(a.place.base.kind === "ghost") || a.place.base.field in fields)
    .map((a) => ({ ...a, value: resolve(a.value) }));
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
