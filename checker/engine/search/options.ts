/** What an engine's search is asked, and its answer where it cannot even begin. */
import type { System } from "../../language/system.ts";
import { dependenceOf } from "../../reduction/dependence.ts";
import { Symmetry } from "../../reduction/symmetry.ts";
import { Findings } from "../../reference/findings.ts";
import type { SearchOptions, SearchResult } from "../../reference/result.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Tree } from "../state/tree.ts";
import type { Backend, MachineOptions } from "./machine.ts";

export interface EngineOptions extends SearchOptions {
  readonly backend?: Backend;
  /** Bytes of memory that the engine may use. */
  readonly memory?: number;
  /** Follow only what must be followed (`checker/reduction/`). Not where something is to stay possible. */
  readonly por?: boolean;
  /** Of states that differ by names of interchangeable elements look at one only (`checker/reduction/symmetry.ts`). */
  readonly symmetry?: boolean;
  /** Look at the whole graph first; reduce only where it has more states than this. Default: reduce from the start. */
  readonly reduceFrom?: number;
  /** Where the search is kept, and goes on from. */
  readonly checkpoint?: Checkpoint;
  /** Threads that expand states; the JavaScript engine has one. */
  readonly workers?: number;
  // For tests, which are to reach with small searches what only large ones do.
  /** Entries of the first tables. */
  readonly firstTable?: number;
  /** Places of the largest table of roots. */
  readonly largestRoots?: number;
  /** Bits of a word that two numbers of a root share. */
  readonly rootBits?: number;
  /** Pages that one memory can address. */
  readonly addresses?: number;
  /** In how many shards the roots are, from the start. */
  readonly shards?: number;
  /** In how many bits the numbers of roots may differ that are always in one shard. */
  readonly nearBits?: number;
  /** The largest set whose binders are written out. */
  readonly unroll?: number;
  readonly tree?: Tree;
  /** How many states are seen before a tree is fitted to them. */
  readonly fitFrom?: number;
  /** The size from which on threads expand a level. */
  readonly crewFrom?: number;
  /** States of a log after which counts are collected. */
  readonly slice?: number;
}

/** What 32 bits can address. */
const FOUR_GIB = 2 ** 32;

/** The options that say how tables grow. */
const TABLES = ["firstTable", "largestRoots", "rootBits", "addresses"] as const;

/** What the generated engine is to be like, whatever is searched by it. */
export function machineOptionsOf(options: EngineOptions): Omit<MachineOptions, "shards" | "ended" | keyof Reductions> {
  const { backend = "wasm", memory = FOUR_GIB, unroll = 8, nearBits, workers = 1 } = options;
  const tables = Object.fromEntries(TABLES.flatMap((name) => (options[name] ? [[name, options[name]]] : [])));
  const threads = backend === "js" ? 1 : workers;
  return { backend, memory, unroll, threads, tables, ...(nearBits === undefined ? {} : { nearBits }) };
}

/** By what the graph is reduced; null: not by that. */
export type Reductions = Pick<MachineOptions, "dependence" | "symmetry">;

/** Nothing is reduced. */
export const UNREDUCED: Reductions = { dependence: null, symmetry: null };

export function reductionsOf(system: System, { por, symmetry }: EngineOptions): Reductions {
  const naming = symmetry ? new Symmetry(system) : null;
  return {
    dependence: por && system.alwaysPossible.length === 0 ? dependenceOf(system) : null,
    symmetry: naming?.isTrivial ? null : naming,
  };
}

/** Where there is no room for the first tables: the initial state is all that was seen. */
export function notBegun(system: System): SearchResult {
  const { fired, met, cuts, open } = new Findings(system);
  return {
    reduced: false,
    states: 1,
    transitions: 0,
    depth: 0,
    complete: false,
    incomplete: "the memory limit was reached before the search could begin",
    violations: [],
    fired,
    met,
    rested: false,
    cuts,
    open,
    trace: () => ({ start: system.initials[0], steps: [] }),
  };
}
