/**
 * Which state stands for all that differ from it by names only? The least one that can be made of it, cell by cell: first
 * the cells that stay where they are, the roots, in the order of the layout, then those that go with an element. So the
 * first root that names an element gives it the least name, and so on, as a walk from the roots would number what it meets
 * (`docs/soundness.md`, "Symmetry").
 *
 * With few renamable elements every renaming is tried: equal forms are exactly the states that differ by names. With
 * more, two elements at a time change names for as long as that makes the state less: it may then keep more than one.
 */
import { cellsOf, keyOfCells } from "../language/cells.ts";
import type { CellPath, State } from "../language/evaluate.ts";
import { type Renaming, renameData, renameElement, renamePath, renameValue } from "../language/renaming.ts";
import { type Data, type Shape, type Value, valuesOf } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import type { Transition } from "../reference/step.ts";

/** Renamings up to this number are all tried. */
const MOST = 24;

export class Symmetry {
  readonly #system: System;
  readonly #key: (state: State) => string;
  /** Renamings that are tried, again and again, for as long as one makes a state less. */
  readonly renamings: readonly Renaming[];
  /** Whether these are all renamings, so that states that differ by names have the same form. */
  readonly isExact: boolean;
  /** The cells that a renaming may change, by number, in the order in which two states are compared. */
  readonly cells: readonly number[];
  /** Those of them that stay where they are; they come first. */
  readonly roots: readonly number[];

  constructor(system: System, most = MOST) {
    this.#system = system;
    const sets = Object.entries(system.renamable);
    const number = sets.reduce((n, [, free]) => n * factorial(free.length), 1);
    const sizeOf = (set: string): number => system.universe.sizes[set] as number;
    this.isExact = number <= most;
    this.renamings = this.isExact
      ? sets.reduce<Renaming[]>(
          (all, [set, free]) =>
            all.flatMap((one) => orders(free, sizeOf(set)).map((order) => ({ ...one, [set]: order }))),
          [{}],
        )
      : sets.flatMap(([set, free]) => swaps(free, sizeOf(set)).map((swap) => ({ [set]: swap })));
    const cells = cellsOf(system);
    const moves = cells.map(({ path }) => this.renamings.some((r) => this.moved(path, r).join() !== path.join()));
    const holds = cells.map(
      ({ shape }) =>
        shape !== null &&
        this.renamings.some((r) =>
          valuesOf(shape, system.universe).some((v) => renameValue(v, shape, r, system.universe) !== v),
        ),
    );
    const numbers = [...cells.keys()];
    this.roots = numbers.filter((i) => holds[i] && !moves[i]);
    this.cells = [...this.roots, ...numbers.filter((i) => moves[i])];
    this.#key = keyOfCells(
      system,
      this.cells.map((i) => cells[i] as (typeof cells)[number]),
    );
  }

  /** Where what a cell held is after a renaming. Labels and slots stay with their context. */
  moved(path: CellPath, renaming: Renaming): CellPath {
    const [field, ...keys] = path;
    const shape = this.#system.fields[field as string];
    if (!shape || field === "pc" || field === "local") return path;
    return [field as string, ...renamePath(keys, shape, renaming, this.#system.universe)];
  }

  /** Whether no element of the system may be renamed. */
  get isTrivial(): boolean {
    return Object.keys(this.#system.renamable).length === 0;
  }

  /** The state that stands for this one, and the renaming that makes it of this one. */
  canonical(state: State): { readonly state: State; readonly renaming: Renaming } {
    let best = { state, renaming: {} as Renaming };
    let key = this.#key(state);
    for (let isLess = true; isLess; ) {
      isLess = false;
      for (const renaming of this.renamings) {
        const renamed = this.rename(best.state, renaming);
        const renamedKey = this.#key(renamed);
        if (renamedKey >= key) continue;
        best = { state: renamed, renaming: this.after(best.renaming, renaming) };
        key = renamedKey;
        isLess = true;
      }
    }
    return best;
  }

  /** A state with other names. A slot that nothing lives in holds no element: it stays as it is. */
  rename(state: State, renaming: Renaming): State {
    const { fields, contexts, scripts, labels, universe } = this.#system;
    const renamed = Object.entries(fields).map(([field, shape]) => {
      return [field, renameData(state[field] as Data, shape as Shape, renaming, universe)] as const;
    });
    const local = contexts.map(({ script }, context) => {
      const live = labels[state.pc[context] as number]?.slots ?? [];
      return (state.local[context] as readonly Value[]).map((value, slot) => {
        const shape = scripts[script]?.slots[slot]?.shape;
        const lives = live.some((one) => one.slot === slot);
        return shape && lives ? renameValue(value, shape, renaming, universe) : value;
      });
    });
    return { ...Object.fromEntries(renamed), pc: state.pc, local } as State;
  }

  /** The same step with other names. */
  renameStep(step: Transition, renaming: Renaming): Transition {
    const chosen = step.command.binders.map(({ set }, i) =>
      renameElement(set, step.chosen[i] as number, renaming, this.#system.universe),
    );
    return { ...step, chosen };
  }

  /** The renaming that does the first, then the second. */
  after(first: Renaming, second: Renaming): Renaming {
    const sets = Object.keys(this.#system.renamable);
    const names = (set: string) => Array.from({ length: this.#system.universe.sizes[set] as number }, (_, i) => i);
    return Object.fromEntries(
      sets.map((set) => [
        set,
        names(set).map((i) => {
          const once = first[set]?.[i] ?? i;
          return second[set]?.[once] ?? once;
        }),
      ]),
    );
  }

  /** The renaming that takes another back. */
  back(renaming: Renaming): Renaming {
    return Object.fromEntries(
      Object.entries(renaming).map(([set, names]) => [set, names.map((_, name) => names.indexOf(name))]),
    );
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** All ways to give the free elements of a set each other's names. */
function orders(free: readonly number[], size: number): number[][] {
  const permuted = (rest: readonly number[]): number[][] =>
    rest.length === 0 ? [[]] : rest.flatMap((one) => permuted(rest.filter((o) => o !== one)).map((o) => [one, ...o]));
  return permuted(free).map((order) => {
    const names = Array.from({ length: size }, (_, i) => i);
    for (const [i, old] of free.entries()) names[old] = order[i] as number;
    return names;
  });
}

/** All ways to give two of them each other's names. */
function swaps(free: readonly number[], size: number): number[][] {
  return free.flatMap((a, i) =>
    free.slice(i + 1).map((b) => Array.from({ length: size }, (_, x) => (x === a ? b : x === b ? a : x))),
  );
}
