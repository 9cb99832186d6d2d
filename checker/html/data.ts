/**
 * What does a page know? Everything that it shows, as one JSON value: what was asked and found in words, the ways to what
 * was found as choices of commands, and the relation, by which the page replays those ways and goes on from any step.
 */

import type { Verdict } from "../spec/verdict.ts";
import type { Views } from "../spec/views.ts";
import type { Packed } from "./transfer.ts";

/** A transition: context, number of the command, then the values of its free choices. */
export type Choice = readonly number[];

/** A way from the initial state to something that was found. */
export interface Route {
  readonly kind: "violated" | "deadlock" | "noProgress" | "model error" | "witness";
  readonly property: string;
  /** What the property says. */
  readonly sentence: string;
  readonly why: string;
  /** In which of the states it begins where a run may begin, by its number. */
  readonly start: number;
  readonly choices: readonly Choice[];
  /** Steps before those that go round for ever; null where the way ends. */
  readonly loop: number | null;
}

/** A line of what was searched: "version", "v5: v5 as posted". */
export interface Fact {
  readonly name: string;
  readonly text: string;
  /** Not what a reader needs first. */
  readonly detail: boolean;
}

export interface PageData {
  readonly spec: string;
  readonly question: string;
  readonly claims: readonly { readonly id: string; readonly quote: string; readonly who: string }[];
  readonly verdict: Verdict;
  readonly violated: readonly { readonly property: string; readonly sentence: string; readonly length: number }[];
  /** Differences from what the spec expects; null where nothing was compared. */
  readonly differences: readonly string[] | null;
  readonly vacuous: readonly string[];
  /** What a reader should know beside the verdict. */
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  readonly notModelled: readonly string[];
  readonly reproduce: string;
  readonly states: number;
  readonly complete: boolean;
  /** First what is to be shown first; none where a search found nothing to show. */
  readonly routes: readonly Route[];
  /** How often each command fired, by its number. */
  readonly fired: readonly number[];
  /** The kind of each context: "nmi". */
  readonly kinds: readonly string[];
  readonly views: Views;
  readonly system: Packed;
}
