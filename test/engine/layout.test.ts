/** Does a packed state hold what the state holds, and are packed states ordered as states are? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compareStates, decode, encode, layoutOf } from "../../checker/engine/state/layout.ts";
import { cellsOf, stateKey, valueAt } from "../../checker/language/cells.ts";
import type { State } from "../../checker/language/evaluate.ts";
import { LinkError, type System } from "../../checker/language/index.ts";
import { valuesOf } from "../../checker/language/shapes.ts";
import { link } from "../../checker/link/link.ts";
import { drawSystem, tapes } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";
import { runs } from "../runs.ts";

function drawn(numbers: readonly number[]): System {
  try {
    return link(drawSystem(new Tape(numbers)));
  } catch (error) {
    fc.pre(!(error instanceof LinkError));
    throw error;
  }
}

/** Any value in each cell, reachable or not. */
function anyState(system: System, numbers: readonly number[]): State {
  const state = structuredClone(system.initials[0]) as unknown as Record<string | number, unknown>;
  for (const [i, { path, shape }] of cellsOf(system).entries()) {
    const values = shape ? valuesOf(shape, system.universe) : [...system.labels.keys()];
    let at = state;
    for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
    at[path.at(-1) as string | number] = values[(numbers[i] ?? 0) % values.length];
  }
  return state as unknown as State;
}

const noise = fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 });

it("decode(encode(state)) is the state, in words that no field straddles", () => {
  fc.assert(
    fc.property(tapes, noise, (numbers, values) => {
      const system = drawn(numbers);
      const layout = layoutOf(system);
      const state = anyState(system, values);
      expect(decode(layout, encode(layout, state))).toEqual(state);
      for (const { shift, bits, word } of layout.fields) {
        expect(shift + bits).toBeLessThanOrEqual(32);
        expect(word).toBeLessThan(layout.words);
      }
    }),
    runs(100),
  );
});

it("packed states are ordered as their keys are", () => {
  fc.assert(
    fc.property(tapes, noise, noise, (numbers, one, other) => {
      const system = drawn(numbers);
      const layout = layoutOf(system);
      const [a, b] = [anyState(system, one), anyState(system, other)];
      const [x, y] = [a, b].map(stateKey(system)) as [string, string];
      const order = compareStates(layout, encode(layout, a), encode(layout, b));
      expect(Math.sign(order)).toBe(x < y ? -1 : Number(x > y));
      const mixed = cellsOf(system).every(({ path }) => valueAt(a, path) === valueAt(b, path));
      expect(order === 0).toBe(mixed);
    }),
    runs(100),
  );
});
