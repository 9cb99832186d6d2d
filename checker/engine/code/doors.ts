/**
 * What does generated code do for its host, and by what names? The generator writes these functions, the search and its
 * threads call them; a name or a parameter that one of them has otherwise does not compile.
 */
import { FunctionWriter } from "./ir.ts";

/** A range of states of a log, or of the places of a table: by where it is, from one number up to another. */
const RUN = ["at", "from", "to"] as const;

/** What the code of the engine does, by its parameters. */
export const ENGINE_DOORS = {
  /** Enters the state in `current`. */
  enter: [],
  /** Makes a state of a log the current one. */
  unpack: ["log", "state"],
  /** Expands a range; gives the number of the first state that it left. */
  expand: RUN,
  /** Keeps the least state of a range that has a step to the target, as the event 0. */
  searchPredecessors: RUN,
  /** Marks the states of a range, from its end, that have a step to a marked one; gives how many it marked. */
  sweep: RUN,
  /** Whether a state of a log is marked. */
  isMarked: ["log", "state"],
  /**
   * Writes the states of a range to two addresses, as `checkpoint/blocks.ts` says; gives the end of the second. The first
   * differs from what is in `target`, which becomes the last one.
   */
  pack: [...RUN, "masks", "bytes"],
  /** Enters packed states that lie one after the other at an address; gives the number of the first that it left. */
  "enter packed": RUN,
  /** Makes a state of a log the current one and lists its steps, with what liveness asks of it; gives how many. */
  edges: ["log", "state"],
  /** A number for a state of a log, dense enough for an array. */
  identify: ["log", "state"],
} as const;

/** There is one for each goal, and one for each set of parts. */
const NUMBERED_DOORS = {
  /** Marks each state of a range that is the goal. */
  mark: RUN,
  /** Enters the pairs of a set again that it has from one number up to another. */
  rebuild: ["from", "to"],
} as const;

/** What the code does that has the set of the roots: that of the engine, or that of each shard. */
export const ROOTS_DOORS = {
  /** Enters the pairs of the stash again. */
  "rebuild stash": ["from", "to"],
  /** Moves a range of the table before into the table; gives the number of the first that it left. */
  "move table": RUN,
  /** Adds a range of the pairs that were in the stash; gives the number of the first that it left. */
  "move stash": RUN,
  /** Arranges a range of a log anew, by its directory. */
  rearrange: RUN,
} as const;

type Numbers<Names extends readonly string[]> = { readonly [K in keyof Names]: number };

export type EngineDoor = keyof typeof ENGINE_DOORS | `${keyof typeof NUMBERED_DOORS} ${number}`;
export type RootsDoor = keyof typeof ROOTS_DOORS;
export type Door = EngineDoor | RootsDoor;

/** What is given to a function of generated code. */
export type ArgumentsOf<D extends Door> = D extends keyof typeof ENGINE_DOORS
  ? Numbers<(typeof ENGINE_DOORS)[D]>
  : D extends RootsDoor
    ? Numbers<(typeof ROOTS_DOORS)[D]>
    : D extends `${infer N extends keyof typeof NUMBERED_DOORS} ${number}`
      ? Numbers<(typeof NUMBERED_DOORS)[N]>
      : never;

/** What takes a range. Threads do some of it together. */
export type Job = "expand" | "move table" | "move stash" | "enter packed";

/** Instances of generated code as they are given by WebAssembly or made of JavaScript. */
export type Functions = Readonly<Record<string, (...args: number[]) => number>>;

/** Begins to write a function of the table. */
export function doorWriter(door: Door): FunctionWriter {
  const named: Readonly<Record<string, readonly string[]>> = { ...ENGINE_DOORS, ...ROOTS_DOORS, ...NUMBERED_DOORS };
  const params = named[door] ?? named[door.slice(0, door.indexOf(" "))];
  if (!params) throw new Error(`generated code has no door "${door}"`);
  return new FunctionWriter(door, params.length);
}

/** The function of an instance behind a door. */
export const behind = <D extends Door>(
  functions: Functions | undefined,
  door: D,
): ((...args: ArgumentsOf<D>) => number) => functionNamed(functions, door) as (...args: readonly number[]) => number;

export function functionNamed(functions: Functions | undefined, name: string): (...args: number[]) => number {
  const found = functions?.[name];
  if (!found) throw new Error(`generated code has no function "${name}"`);
  return found;
}
