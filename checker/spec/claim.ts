/**
 * What a model's ledger says: sentences that somebody said, with how each is read off the results of specs, and the
 * designs whose results stand side by side in a matrix. Nothing here is a verdict: those are computed from searches.
 */
import type { Setting } from "./parameter.ts";

/**
 * How a sentence is decided, out of the specs that name its claim and select what is read.
 * `holds`: true where each such spec holds, false where one violates one of the properties.
 * `breaks`: true where a spec violates one of the properties (a safeguard is needed), false where all hold.
 * `reachable`: true where a spec meets the witness, false where no such spec does; `unreachable` is its opposite.
 */
export type Reading =
  | { readonly kind: "holds" | "breaks"; readonly properties: readonly string[] }
  | { readonly kind: "reachable" | "unreachable"; readonly witness: string };

/** Which of the specs that name a claim speak of a part of it. */
export interface Within {
  readonly versions?: readonly string[];
  /** These are applied, and no others; an empty list: the version as it is. */
  readonly variants?: readonly string[];
  /** Some context is of this kind. */
  readonly kind?: string;
  /** Some context has these options. */
  readonly options?: Readonly<Record<string, Setting>>;
}

/** One sentence of a claim in the model's own terms. By configuration: what is missing there, the claim does not speak of. */
export interface ClaimPart {
  readonly sentence: string;
  readonly reads: Readonly<Record<string, Reading>>;
  readonly within?: Within;
  /** Whether whoever said it would have called the sentence true; null where they did not speak of it. */
  readonly author: boolean | null;
  /** Whether the reference expects the sentence to be true. */
  readonly expected: Readonly<Record<string, boolean>>;
}

/** What became of a sentence in a release that came later than the one that it was said of. */
export interface Later {
  readonly release: string;
  /** "moot": what it speaks of is not there any more; "other": it would be said otherwise. */
  readonly is: "still so" | "moot" | "other";
  readonly why: string;
}

export interface Claim {
  readonly who: string;
  /** The mail, by Message-ID or by subject and date. */
  readonly where: string;
  /** The whole Message-ID of that mail, where it is known: a mail links to it. */
  readonly messageId?: string;
  readonly quote: string;
  readonly parts: readonly ClaimPart[];
  readonly later?: Later;
  /** Why the model cannot say; then there are no parts. */
  readonly notExpressible?: string;
}

/** A design, or a safeguard taken away: one row of the matrix. */
export interface Design {
  readonly about: string;
  /** Who proposed or posted it. */
  readonly origin: string;
  /** By configuration, what the reference expects to be violated: "S3/S4" is one of the two, an empty list nothing. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
}

/** Configurations that a ledger tells apart, by name; a spec belongs to the first whose settings it has. */
export type Columns = Readonly<Record<string, Readonly<Record<string, Setting>>>>;

export interface Ledger {
  readonly columns: Columns;
  readonly claims: Readonly<Record<string, Claim>>;
  readonly designs: Readonly<Record<string, Design>>;
  /** What no spec decides yet: sentences ("C4 (b), RT") and cells of the matrix ("G1, RT"). */
  readonly notYet: readonly string[];
  /** Sentences that the model does not speak of, and why. */
  readonly outOfScope: Readonly<Record<string, string>>;
}
