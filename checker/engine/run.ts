/** Which engine answers: generated WebAssembly, generated JavaScript, or the reference. */
import { availableParallelism, freemem } from "node:os";
import type { System } from "../language/system.ts";
import { retold } from "../reduction/concrete.ts";
import { EVERYTHING, Reduction } from "../reduction/reduction.ts";
import { reducedSearching } from "../reduction/search.ts";
import { Symmetry } from "../reduction/symmetry.ts";
import { finish, type Lengthy } from "../reference/progress.ts";
import type { SearchOptions, SearchResult } from "../reference/result.ts";
import { searching } from "../reference/search.ts";
import { SpecError } from "../spec/problems.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { engineSearching } from "./search/search.ts";
import { Unsupported } from "./state/codes.ts";

export const ENGINES = ["wasm", "js", "reference"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Threads of the WebAssembly engine that somebody may ask for: each takes memory of its own. */
export const MOST_WORKERS = 128;

export interface RunOptions extends SearchOptions {
  readonly engine?: EngineName;
  /** Bytes of memory that the engine may use for what it has seen; the reference knows no limit. */
  readonly memory?: number;
  /** Where the engine's searches are kept, and go on from; the reference's are not. */
  readonly checkpoint?: Checkpoint;
  /** Threads of the WebAssembly engine; one for each core, where nobody says otherwise. */
  readonly workers?: number;
  /** Follow only what must be followed; not done where something is to stay possible. Default: everything. */
  readonly por?: boolean;
  /** Of states that differ by names of interchangeable elements look at one only. Default: at all of them. */
  readonly symmetry?: boolean;
  /** Look at the whole graph first; reduce only where it has more states than this. Default: reduce from the start. */
  readonly reduceFrom?: number;
}

export interface Run {
  readonly engine: EngineName;
  /** By what the graph was reduced, in words. */
  readonly reductions: readonly string[];
  readonly result: SearchResult;
}

/** What is used where nobody says otherwise: part of what is free, so that the run ends before the machine's memory does. */
const usualMemory = (): number => 0.75 * freemem();

/** Searches with the engine asked for, or with the reference where the system is none for an engine; says which it was. */
export const runSearch = (system: System, options: RunOptions): Run => finish(runSearching(system, options));

export function* runSearching(system: System, { engine = "wasm", ...options }: RunOptions): Lengthy<Run> {
  const isWhole = system.liveness.length > 0;
  const por = (options.por ?? false) && system.alwaysPossible.length === 0 && !isWhole;
  const symmetry = (options.symmetry ?? false) && Object.keys(system.renamable).length > 0 && !isWhole;
  const { reduceFrom, ...rest } = options;
  const later = reduceFrom !== undefined && (por || symmetry) ? { reduceFrom } : {};
  const asked = { ...rest, ...later, por, symmetry };
  const found = (by: EngineName, result: SearchResult): Run => ({
    engine: by,
    reductions: result.reduced ? [...(por ? ["partial order"] : []), ...(symmetry ? ["symmetry"] : [])] : [],
    result: result.reduced && symmetry ? inTheRun(system, result) : result,
  });
  const { checkpoint } = rest;
  if (checkpoint && checkpoint.about.relation !== system.hash)
    throw new Error("a checkpoint is of the relation of one run");
  if (engine === "reference") {
    if (checkpoint) throw notKept("the reference");
    return found(engine, yield* reference(system, asked));
  }
  try {
    const usual = { memory: usualMemory(), workers: availableParallelism() };
    return found(engine, yield* engineSearching(system, { ...usual, ...asked, backend: engine }));
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    if (checkpoint) throw notKept(`the reference (${error.message})`);
    return found("reference", yield* reference(system, asked));
  }
}

const notKept = (by: string): SpecError =>
  new SpecError([
    {
      where: "--checkpoint",
      what: `this is searched by ${by}, which cannot go on from a file`,
      mend: "leave out --checkpoint",
    },
  ]);

function* reference(system: System, { por, symmetry, reduceFrom, ...options }: RunOptions): Lengthy<SearchResult> {
  if (!por && !symmetry) return yield* searching(system, options);
  if (reduceFrom !== undefined) {
    const { maxStates = Number.POSITIVE_INFINITY, signal } = options;
    const whole = yield* searching(system, { ...options, maxStates: Math.min(maxStates, reduceFrom) });
    const isTooLarge = whole.incomplete !== null && whole.states > reduceFrom && whole.states <= maxStates;
    if (!isTooLarge || signal?.aborted) return whole;
  }
  const reduction = por ? new Reduction(system) : EVERYTHING;
  return yield* reducedSearching(system, options, reduction, symmetry ? new Symmetry(system) : null);
}

/** With the names in what is said of violations that they have in the runs that lead there. */
const inTheRun = (system: System, result: SearchResult): SearchResult => ({
  ...result,
  violations: result.violations.map((one) => retold(system, one, result.trace(one.at))),
});
