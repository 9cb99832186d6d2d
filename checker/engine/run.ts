/** Which engine answers: generated WebAssembly, generated JavaScript, or the reference. */
import { availableParallelism, freemem } from "node:os";
import type { System } from "../language/system.ts";
import type { SearchOptions, SearchResult } from "../reference/result.ts";
import { search } from "../reference/search.ts";
import { Unsupported } from "./codes.ts";
import { engineSearch } from "./search.ts";

export const ENGINES = ["wasm", "js", "reference"] as const;
export type EngineName = (typeof ENGINES)[number];

export interface RunOptions extends SearchOptions {
  readonly engine?: EngineName;
  /** Bytes of memory that the engine may use for what it has seen; the reference knows no limit. */
  readonly memory?: number;
  /** Threads of the WebAssembly engine; one for each core, where nobody says otherwise. */
  readonly workers?: number;
}

/** What is used where nobody says otherwise: part of what is free, so that the run ends before the machine's memory does. */
const usualMemory = (): number => 0.75 * freemem();

/** Searches with the engine asked for, or with the reference where the system is none for an engine; says which it was. */
export function runSearch(
  system: System,
  { engine = "wasm", ...options }: RunOptions,
): { readonly engine: EngineName; readonly result: SearchResult } {
  if (engine === "reference") return { engine, result: search(system, options) };
  try {
    const usual = { memory: usualMemory(), workers: availableParallelism() };
    return { engine, result: engineSearch(system, { ...usual, ...options, backend: engine }) };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return { engine: "reference", result: search(system, options) };
  }
}
