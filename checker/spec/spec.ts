/** A spec as loaded: every name checked, every default filled in. */

import type { Model, Question } from "./model.ts";
import type { Verdict } from "./verdict.ts";

export interface Expectation {
  readonly verdict: Verdict;
  /** The set of properties violated in a run that goes on past violations. */
  readonly violated: readonly string[];
  /** Of the full graph. */
  readonly states?: number;
  readonly transitions?: number;
  readonly depth?: number;
}

/** A row that must fire: "program: label" or "program: label -> next". */
export interface Happening {
  readonly program: string;
  readonly label: string;
  readonly to: string | null;
}

/** Why a frame never cuts some rows: cells of the cut matrix that may stay empty. */
export interface Uncut {
  /** Name of the cutting context. */
  readonly frame: string;
  /** "program" or "program: label". */
  readonly rows: string;
  readonly why: string;
}

/** Why a rule is not asked. */
export interface Without {
  readonly property: string;
  readonly why: string;
}

/** What a cell of the cut matrix that nobody explains is: a note beside the verdict, or a reason to call the run vacuous. */
export type CutsAsked = "noted" | "explained";

/** How long a search may take: part of every change, or asked for by `--size large`. */
export const SIZES = ["ci", "large"] as const;
export type SpecSize = (typeof SIZES)[number];

export interface Spec {
  readonly name: string;
  /** The question in words. */
  readonly question: string;
  readonly model: Model;
  readonly asked: Question;
  /** Names of properties to check. */
  readonly properties: readonly string[];
  /** Those of them that are left out where they say nothing of the question, which only the linked system tells. */
  readonly whereTheyApply: readonly string[];
  /** How they were chosen: by name; every rule of the model; or the same, and the spec says so. */
  readonly selection: "named" | "rules" | "all";
  readonly without: readonly Without[];
  readonly deadlock: boolean;
  /** Names of properties of the model that are witnesses. */
  readonly sometimes: readonly string[];
  readonly happens: readonly Happening[];
  readonly size: SpecSize;
  readonly claims: readonly string[];
  readonly designs: readonly string[];
  readonly cuts: CutsAsked;
  readonly uncut: readonly Uncut[];
  /** Whose counterexample the report shows; null: the first shortest. */
  readonly show: string | null;
  readonly expect: Expectation | null;
  /** The other questions of its file, as they are named on a command line. */
  readonly others: readonly string[];
  /** Settings changed on the command line, "key=value": `expect` is then not compared. */
  readonly changed: readonly string[];
}
