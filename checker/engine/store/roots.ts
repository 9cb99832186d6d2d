/**
 * How does the rest of the engine's code reach the set of the roots? It is in the same memory; or, where 32 bits cannot
 * address all that is seen, divided among shards, each with a memory, code and logs of its own. Which shard a root is
 * in follows from its numbers, so that it is always the same one however the numbers lie in a pair.
 */
import type { RootsDoor } from "../code/doors.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, get, type Program } from "../code/ir.ts";
import { HEADER, pairIn, rebuild, STOP } from "./pair-set.ts";
import { SHARD_BITS } from "./ranges.ts";
import {
  addBatch,
  addLater,
  identify,
  moveStash,
  moveTable,
  numbersOf,
  type OwnRoots,
  ownRoots,
  pairOf,
  ROOTS,
  type RootSet,
  rearrange,
  rootSet,
  stashOf,
} from "./root-set.ts";

/** What the rest of the code does with the roots. Numbers are read several times. */
export interface Roots {
  /** Notes a root, to be added with others. */
  readonly add: (writer: FunctionWriter, numbers: readonly Expr[]) => void;
  /** Adds all that wait. */
  readonly flush: (writer: FunctionWriter) => void;
  /** The numbers of the root that a log has at a number. */
  readonly numbersAt: (writer: FunctionWriter, log: Expr, number: Expr) => readonly Expr[];
  /** Whether a root is marked; and to mark it by 1, or by 0 not to. */
  readonly isMarked: (writer: FunctionWriter, numbers: readonly Expr[]) => Expr;
  readonly mark: (writer: FunctionWriter, numbers: readonly Expr[], by: Expr) => void;
  /** A number for a root that is in the set, dense enough for an array; null where roots are in shards. */
  readonly identify: ((writer: FunctionWriter, numbers: readonly Expr[]) => Expr) | null;
  readonly imports: readonly Func[];
  readonly functions: readonly Func[];
  /** What `callTable` is to find from this place of the table on. */
  readonly table: readonly Func[];
  readonly exports: readonly Func[];
}

/** In the memory of the code that asks. */
export function rootsHere(set: RootSet): Roots {
  const stash = stashOf(set);
  const add = addBatch("roots", set, stash.isNew, true);
  const again = addBatch("roots again", set, stash.isNew, false);
  const identity = identify(set, stash.number);
  const markOf = (writer: FunctionWriter, numbers: readonly Expr[]): Expr =>
    ir.add(ir.load(ir.own(set.marks)), ir.call(identity, ...pairOf(writer, set, numbers)));
  const doors: Readonly<Record<RootsDoor, Func>> = {
    "rebuild stash": rebuild("rebuild stash", set.stash.header),
    "move table": moveTable(set, again),
    "move stash": moveStash(set, again),
    rearrange: rearrange(set),
  };
  const exports = Object.values(doors);
  return {
    add: (writer, numbers) => addLater(writer, set, add, ...pairOf(writer, set, numbers)),
    flush: (writer) => writer.emit(ir.run(ir.call(add))),
    numbersAt: (writer, log, number) => {
      const pair = writer.local(pairIn(log, number));
      const words = [get(writer.local(ir.load(get(pair)))), get(writer.local(ir.load(get(pair), 4)))] as const;
      return numbersOf(writer, set, words);
    },
    isMarked: (writer, numbers) => ir.load8(markOf(writer, numbers)),
    mark: (writer, numbers, by) => writer.emit(ir.store8(markOf(writer, numbers), by)),
    identify: (writer, numbers) => ir.call(identity, ...pairOf(writer, set, numbers)),
    imports: [],
    functions: [stash.isNew, stash.number, add, again, identity, ...exports],
    table: [],
    exports,
  };
}

/** Where things are in a shard's memory, the same in all: headers, then what the search's own thread has. */
const STASH = 128;
const HEADER_OF_ROOTS = STASH + HEADER.bytes;
const BASE = HEADER_OF_ROOTS + ROOTS.bytes;

export interface ShardMap {
  readonly header: number;
  readonly stash: number;
  readonly own: OwnRoots;
  /** How many bytes each thread has for itself. */
  readonly bytes: number;
  /** Where the search's own thread has them. */
  readonly base: number;
}

const SHARD: ShardMap = (() => {
  let bytes = 0;
  const own = ownRoots((size) => {
    const offset = bytes;
    bytes = (offset + size + 7) & ~7;
    return { offset };
  });
  return { header: HEADER_OF_ROOTS, stash: STASH, own, bytes, base: BASE };
})();

type ShardDoor = "note" | "flush" | "isMarked" | "mark" | `number ${number}`;

/** Writes what a door does, and gives what it answers. */
type Body = (writer: FunctionWriter) => Expr;

/** What a shard does for the rest of the code, by how many parameters each has where a root has so many numbers. */
const doors = (numbers: number): Readonly<Record<ShardDoor, number>> => ({
  note: numbers,
  flush: 0,
  ...Object.fromEntries(Array.from({ length: numbers }, (_, i) => [`number ${i}`, 2])),
  isMarked: numbers,
  mark: numbers + 1,
});

const doorsOf = (numbers: number) => Object.entries(doors(numbers)) as [ShardDoor, number][];

/** The code of a shard. What adds roots gives whether all are to stop. */
export function shardProgram(numbers: number, shared: boolean): { readonly map: ShardMap; readonly program: Program } {
  const set = rootSet(SHARD.header, SHARD.stash, SHARD.own, { numbers, shared });
  const here = rootsHere(set);
  const root = Array.from({ length: numbers }, (_, i) => get(i));
  const bodies: Readonly<Record<ShardDoor, Body>> = {
    note: (writer) => {
      here.add(writer, root);
      return ir.load(c(STOP));
    },
    flush: (writer) => {
      here.flush(writer);
      return ir.load(c(STOP));
    },
    ...Object.fromEntries(
      root.map((_, i) => [
        `number ${i}`,
        (writer: FunctionWriter) => here.numbersAt(writer, get(0), get(1))[i] as Expr,
      ]),
    ),
    isMarked: (writer) => here.isMarked(writer, root),
    mark: (writer) => {
      here.mark(writer, root, get(numbers));
      return c(0);
    },
  };
  const written = doorsOf(numbers).map(([door, params]) => {
    const writer = new FunctionWriter(door, params);
    writer.emit(ir.ret((bodies[door] as Body)(writer)));
    return writer.fn;
  });
  const functions = [...here.functions, ...written];
  return { map: SHARD, program: { imports: [], functions, table: [], exports: [...here.exports, ...written] } };
}

/** A function that the code of the engine gets from a shard. */
export interface Import {
  readonly name: string;
  readonly door: ShardDoor;
  readonly shard: number;
  readonly params: number;
}

/** By what names code imports what so many shards do: that of the shard's function, then the number of the shard. */
export const importsOf = (shards: number, numbers: number): readonly Import[] =>
  doorsOf(numbers).flatMap(([door, params]) =>
    Array.from({ length: shards }, (_, shard) => ({ name: `${door} of ${shard}`, door, shard, params })),
  );

/** In so many shards; the table has what they do from a place on. */
export function rootsInShards(shards: number, numbers: number, place: number, nearBits = NEAR_BITS): Roots {
  const imported = importsOf(shards, numbers);
  const imports = imported.map(({ name, params }) => new FunctionWriter(name, params).fn);
  const ask = (door: ShardDoor, shard: Expr, ...args: readonly Expr[]): Expr => {
    const first = imported.findIndex((one) => one.door === door);
    return ir.callTable(ir.add(shard, c(place + first)), ...args);
  };
  const stopIf = (writer: FunctionWriter, test: Expr): void =>
    writer.if(test, () => writer.emit(ir.store(c(STOP), c(1))));
  const shardOf = (writer: FunctionWriter, root: readonly Expr[]): Expr => {
    const terms = root.map((number, i) => ir.mul(ir.shru(number, c(nearBits)), c(FACTORS[i] as number)));
    const sum = get(writer.local(terms.reduce(ir.xor)));
    const mixed = ir.mul(ir.xor(sum, ir.shru(sum, c(15))), c(0x2c1b3c6d));
    // The upper half is a number from 0 to 1 in 16 bits: so many times it, without the fraction.
    return ir.shru(ir.mul(ir.shru(mixed, c(HALF_A_WORD)), c(shards)), c(HALF_A_WORD));
  };
  return {
    add: (writer, root) => stopIf(writer, ask("note", shardOf(writer, root), ...root)),
    flush: (writer) => {
      for (let shard = 0; shard < shards; shard++) stopIf(writer, ask("flush", c(shard)));
    },
    numbersAt: (writer, log, number) => {
      const shard = get(writer.local(ir.bitAnd(log, c((1 << SHARD_BITS) - 1))));
      const directory = get(writer.local(ir.xor(log, shard)));
      return Array.from({ length: numbers }, (_, i) => get(writer.local(ask(`number ${i}`, shard, directory, number))));
    },
    isMarked: (writer, root) => ask("isMarked", shardOf(writer, root), ...root),
    mark: (writer, root, by) => writer.emit(ir.run(ask("mark", shardOf(writer, root), ...root, by))),
    identify: null,
    imports,
    functions: [],
    table: imports,
    exports: [],
  };
}

/**
 * Roots whose numbers differ in these lowest bits only are in one shard: numbers that are close are of states that were
 * seen together, and of which each log is to have many, or it would jump about among parts: such searches took far longer.
 */
const NEAR_BITS = 6;

const HALF_A_WORD = 16;

/** Odd numbers without pattern, one for each number of a root: of a product the highest bits depend on all of it. */
const FACTORS = [0x27d4eb2f, 0x165667b1, 0xcc9e2d51] as const;
