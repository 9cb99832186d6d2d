/** What one check of a spec gives: the data that every report is made from. */
import type { EngineName } from "./engine/run.ts";
import type { State } from "./language/evaluate.ts";
import type { Command, Label, System } from "./language/system.ts";
import type { SearchResult, Violation } from "./reference/result.ts";
import type { Spec } from "./spec/spec.ts";
import type { Verdict } from "./verdict.ts";

export type { Verdict } from "./verdict.ts";

/** One step of a trace, replayed by the reference. */
export interface TraceStep {
  readonly number: number;
  readonly context: number;
  /** Where it runs ("cpu0"), where the model has lanes. */
  readonly lane: string | null;
  readonly label: Label;
  readonly command: Command;
  /** Free choices, by the set chosen from. */
  readonly chosen: readonly { readonly set: string; readonly value: string }[];
  /** Null at the end of the script, and where the step fails. */
  readonly next: Label | null;
  /** The context that this arrival cuts. */
  readonly cuts: number | null;
  /** Cells that changed, by name ("cpu[cpu0].irqsOff"), locals by the program's name; labels left out. */
  readonly changes: readonly { readonly cell: string; readonly from: string; readonly to: string }[];
  readonly before: State;
  /** Null where the step fails. */
  readonly after: State | null;
}

/** A counterexample or a witness. */
export interface Trace {
  readonly property: string;
  readonly why: string;
  readonly steps: readonly TraceStep[];
  readonly final: State;
}

export interface Outcome {
  /** How the spec was named: a name of `specs/`, or a path. */
  readonly source: string;
  readonly spec: Spec;
  readonly system: System;
  readonly engine: EngineName;
  readonly result: SearchResult;
  readonly verdict: Verdict;
  /** Names of violated properties, in the order of the system's. */
  readonly violated: readonly string[];
  /** Shortest violation of each violated property, in that order. */
  readonly violations: readonly Violation[];
  /** The counterexample to show: of the property that the spec or the user names, else of the first shortest. */
  readonly trace: Trace | null;
  /** Why a run that found no violation shows nothing: witnesses never met, cuts never made. */
  readonly vacuous: readonly string[];
  /** Differences from the spec's `expect`; null where nothing was compared. */
  readonly differences: readonly string[] | null;
}
