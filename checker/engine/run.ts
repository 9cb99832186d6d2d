/** Which engine answers: generated WebAssembly, generated JavaScript, or the reference. */
import { availableParallelism, freemem } from "node:os";
import type { System } from "../language/system.ts";
import { reducedSearching } from "../reduction/search.ts";
import { finish, type Lengthy } from "../reference/progress.ts";
import type { SearchOptions, SearchResult } from "../reference/result.ts";
import { searching } from "../reference/search.ts";
import { Unsupported } from "./codes.ts";
import { engineSearching } from "./search.ts";

export const ENGINES = ["wasm", "js", "reference"] as const;
export type EngineName = (typeof ENGINES)[number];

export interface RunOptions extends SearchOptions {
  readonly engine?: EngineName;
  /** Bytes of memory that the engine may use for what it has seen; the reference knows no limit. */
  readonly memory?: number;
  /** Threads of the WebAssembly engine; one for each core, where nobody says otherwise. */
  readonly workers?: number;
  /** Follow only what must be followed; not done where something is to stay possible. Default: everything. */
  readonly por?: boolean;
}

export interface Run {
  readonly engine: EngineName;
  /** Whether only a part of the graph was looked at that stands for all of it. */
  readonly reduced: boolean;
  readonly result: SearchResult;
}

/** What is used where nobody says otherwise: part of what is free, so that the run ends before the machine's memory does. */
const usualMemory = (): number => 0.75 * freemem();

/** Searches with the engine asked for, or with the reference where the system is none for an engine; says which it was. */
export const runSearch = (system: System, options: RunOptions): Run => finish(runSearching(system, options));

export function* runSearching(system: System, { engine = "wasm", por = false, ...options }: RunOptions): Lengthy<Run> {
  const reduced = por && system.alwaysPossible.length === 0;
  const ask = reduced ? reducedSearching : searching;
  if (engine === "reference") return { engine, reduced, result: yield* ask(system, options) };
  try {
    const usual = { memory: usualMemory(), workers: availableParallelism() };
    const result = yield* engineSearching(system, { ...usual, ...options, por: reduced, backend: engine });
    return { engine, reduced, result };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return { engine: "reference", reduced, result: yield* ask(system, options) };
  }
}
