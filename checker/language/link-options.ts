/** What is linked: a model under one configuration. */
import type { Assign } from "./nodes.ts";
import type { Root } from "./places.ts";
import type { Program } from "./programs.ts";
import type { Property } from "./properties.ts";
import type { Id } from "./sets.ts";
import type { Expr } from "./terms.ts";
import type { Variant } from "./variants.ts";

/** One assignment, or several that happen together. */
export type Effect = Assign | readonly Assign[];

/** A model under one configuration. */
export interface LinkOptions {
  readonly name: string;
  /** Sizes of base index sets, and values of named bounds. The size of `context` follows from `contexts`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Names of elements for reports, by set. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** Elements of interchangeable sets that rows or properties name, by set: they are not renamed, the others are. */
  readonly named?: Readonly<Record<string, readonly number[]>>;
  /** False: no element is renamed, so rows and properties may tell all of them apart. Default: true. */
  readonly renames?: boolean;
  /** Declared groups of cells: state, ghosts and constants, in the order in which a state shows them. */
  readonly roots: readonly Root[];
  /** Assignments to constants; a right side may use earlier ones. */
  readonly constants?: readonly Effect[];
  readonly contexts: readonly { readonly name: string; readonly script: Program<object, object, string, string> }[];
  /** Contexts that begin, or arrive, only when others have ended: by name, whom each waits for. */
  readonly after?: Readonly<Record<string, readonly string[]>>;
  /** Assignments to the default state, all at once. */
  readonly initially?: readonly Effect[];
  /** Which of the states that `anyValue` makes a run may begin in. Default: all. */
  readonly startsIf?: Expr<boolean>;
  /** First conjunct of every row that is not an arrival. */
  readonly mayRun?: (self: Expr<Id<"context">>) => Expr<boolean>;
  /** The context right below one that stands on top of it, which cannot move before that one does; null for none. */
  readonly below?: (self: Expr<Id<"context">>) => Expr<Id<"context"> | null>;
  /** Where a report shows a step of `self`. */
  readonly lane?: (self: Expr<Id<"context">>) => Expr<Id<string> | null>;
  readonly properties?: readonly Property[];
  /** Names of properties that are left out where they say nothing about this system; of others it is a mistake. */
  readonly whereTheyApply?: readonly string[];
  readonly variants?: readonly Variant[];
  /** Whether a deadlock is a violation. Default true. */
  readonly deadlock?: boolean;
}
