/** What one check of a spec gives: the data that every report is made from. */
import type { EngineName } from "../engine/run.ts";
import type { System } from "../language/system.ts";
import type { SearchResult, Violation } from "../reference/result.ts";
import type { Cost } from "../reference/switches.ts";
import type { Trace } from "../reference/trace.ts";
import type { Spec } from "../spec/spec.ts";
import type { Verdict } from "../spec/verdict.ts";
import type { CutMatrix } from "./cut-matrix.ts";
import type { Evaluated } from "./evaluated.ts";
import type { Together } from "./together.ts";

export type { Trace, TraceStep } from "../reference/trace.ts";
export type { Verdict } from "../spec/verdict.ts";

/** What the counterexample has the fewest of. Where that is steps, why not switches, which were asked for. */
export type Fewest =
  | { readonly by: "switches"; readonly cost: Cost; readonly shortest: Cost }
  | { readonly by: "steps"; readonly why: string };

export interface Outcome {
  /** How the spec was named: a name of `specs/`, or a path. */
  readonly source: string;
  readonly spec: Spec;
  readonly system: System;
  readonly engine: EngineName;
  /** Whether the graph was reduced: counts are then of the reduced graph. */
  readonly reduced: boolean;
  /** By what: partial order, symmetry. */
  readonly reductions: readonly string[];
  readonly result: SearchResult;
  readonly verdict: Verdict;
  /** Names of violated properties, in the order of the system's. */
  readonly violated: readonly string[];
  /** Shortest violation of each violated property, in that order. */
  readonly violations: readonly Violation[];
  /** Options of the command line that change the answer, word by word: "--shortest", "switches". */
  readonly asked: readonly string[];
  /** The counterexample to show: of the property that the spec or the user names, else of the first shortest. */
  readonly trace: Trace | null;
  /** Where the fewest switches were asked for. */
  readonly fewest?: Fewest;
  /** What must come together for it; null where there is none, or nobody asked. */
  readonly together: Together | null;
  /** What was asked with `--eval`, along the counterexample. */
  readonly evaluated: readonly Evaluated[];
  /** Which rows each frame cut. */
  readonly cuts: CutMatrix;
  /** Why a run that found no violation shows nothing: witnesses never met, cuts never made. */
  readonly vacuous: readonly string[];
  /** What a reader of the answer should know beside it, a sentence each. */
  readonly notes: readonly string[];
  /** Differences from the spec's `expect`; null where nothing was compared. */
  readonly differences: readonly string[] | null;
}
