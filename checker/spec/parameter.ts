/** What a spec may set: parameters of a configuration, options of a context, and their values. */

/** One setting of a configuration, or one option of a context. */
export interface Parameter {
  readonly about: string;
  readonly type: "boolean" | "integer" | "choice" | "text" | "texts";
  readonly default: boolean | number | string | readonly string[];
  /** For integers, both included. */
  readonly min?: number;
  readonly max?: number;
  /** For a choice; for texts, the words that may stand in the list. */
  readonly choices?: readonly string[];
  /** What a choice means, for those whose names do not say it. */
  readonly means?: Readonly<Record<string, string>>;
}

export type Setting = boolean | number | string | readonly string[];
