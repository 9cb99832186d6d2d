/** What does a recording of a kernel say? Its schema is `schema/recording.schema.json`. */
import type { Cells, Difference } from "./cells.ts";

/** What a scenario asks of the model: a spec's version, configuration and contexts. */
export interface Question {
  readonly version: string;
  readonly configuration: Readonly<Record<string, boolean | number | string | readonly string[]>>;
  readonly contexts: readonly {
    readonly name: string;
    readonly kind: string;
    readonly script: readonly string[];
    readonly [option: string]: unknown;
  }[];
}

/** The state that stood for `n` instructions, one after the other. */
export interface Seen extends Difference {
  readonly n: number;
}

/** The state when the guest was looked at again: what came before was not watched. */
export interface Leapt extends Difference {
  readonly leapt: true;
}

/** A frame comes, a call of it has returned, or the frame goes. `gave` is an object's name, or null for NULL. */
export interface Event {
  readonly event: "begins" | "returned" | "ends";
  readonly of: string;
  readonly gave?: string | null;
}

export type Step = Seen | Leapt | Event;

/** Instructions at which the upper frame came, and what happened then: the same at all of them. */
export interface Cut {
  /** Which of the steps of the base run stood when it came. */
  readonly after: number;
  /** How many instructions of each function. */
  readonly at: Readonly<Record<string, number>>;
  readonly steps: readonly Step[];
}

export interface Recording {
  readonly kernel: string;
  /** Name and version of the package that it was booted from. */
  readonly package: string;
  /** What the kernel calls itself. */
  readonly banner: string;
  readonly scenario: string;
  readonly question: Question;
  /** Bytes that callers ask for, a bucket each. */
  readonly sizes: readonly number[];
  readonly start: Cells;
  /** The task alone. */
  readonly base: readonly Step[];
  readonly cuts: readonly Cut[];
  /** Instructions of the base run at which no frame came. */
  readonly left: {
    /** Calls of the random generator, each run through at once. */
    readonly random: number;
    /** In code of which only a sample is cut. */
    readonly sampled: number;
    /** In functions where the frame may not come. */
    readonly elsewhere: number;
  };
}
