/** What is told in a file or on the screen, whatever the format? One outcome, or those of many specs in one document. */

import type { Outcome } from "../../answer/outcome.ts";
import type { Agreement } from "../../crosscheck/agreement.ts";
import type { LocatedProblem } from "../../spec/problems.ts";
import type { Detail } from "../scenario.ts";
import type { TreeFacts } from "../tree.ts";

/** Where a row of a model is written. */
export interface SourceLine {
  /** A path from the folder of the project, else a `file:` address. */
  readonly file: string;
  /** Null where only the file is known. */
  readonly line: number | null;
}

/** Everything that a format may say of one outcome. */
export interface Told {
  readonly outcome: Outcome;
  /** The exit status that the outcome alone gives. */
  readonly status: number;
  readonly agreement: Agreement;
  readonly detail: Detail;
  /** How long the check took, in seconds. */
  readonly seconds: number;
  /** The file of the spec, as `SourceLine.file`. */
  readonly file: string;
  /** Where a row is written; null where not even the file is known. */
  readonly lineOf: (program: string, label: string) => SourceLine | null;
  /** Where the user named a tree. */
  readonly tree?: TreeFacts;
}

/** A document about several specs. It keeps what it says of an outcome, not the outcome: a search takes much room. */
export interface Collector {
  readonly add: (told: Told) => void;
  /** A spec that could not be asked, with its problems. */
  readonly addBad: (spec: string, problems: readonly LocatedProblem[]) => void;
  readonly end: () => string;
}

export interface Format {
  /** What it is for, in a line. */
  readonly about: string;
  /** One outcome. Throws `SpecError` where the format cannot hold it. */
  readonly one: (told: Told, began: Date) => string;
  /** Many in one document, where that makes sense. `began`: when the first check did. */
  readonly all?: (began: Date) => Collector;
}

/** One outcome in a document that could hold many. */
export function alone(all: (began: Date) => Collector): Format["one"] {
  return (told, began) => {
    const collector = all(began);
    collector.add(told);
    return collector.end();
  };
}
