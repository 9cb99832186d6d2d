/** What a search answers, whichever engine made it. */
import type { State } from "../language/evaluate.ts";
import type { Transition } from "./step.ts";

export interface SearchOptions {
  /** Go on past violations and explore the whole graph. Default: stop after the first level with a violation. */
  readonly exploreAll?: boolean;
  /** Limits; at one the result is incomplete, never "holds". A level is finished first: what is counted is the same
   * whatever the order of search. */
  readonly maxStates?: number;
  readonly maxDepth?: number;
  /** Ends the search where it next says how far it is, in the middle of a level: incomplete, and no count is to be relied on. */
  readonly signal?: AbortSignal;
}

/** Where something happened: in a state, or at a transition from it. */
export interface Place {
  readonly state: number;
  readonly transition: Transition | null;
}

/** Steps from where a run begins. */
export interface Path {
  readonly start: State;
  readonly steps: readonly Transition[];
}

/** A run that goes on for ever: steps to a state, and steps from there that lead back to it; without any it stays. */
export interface Endless {
  readonly start: State;
  readonly stem: readonly Transition[];
  readonly cycle: readonly Transition[];
}

export interface Violation {
  readonly property: string;
  readonly verdict: "violated" | "deadlock" | "noProgress" | "model error";
  /** Number of steps of the shortest trace that shows it. */
  readonly length: number;
  readonly why: string;
  readonly at: Place;
  /** Of liveness: what shows it, in the place of a way to `at`. */
  readonly endless?: Endless;
}

/** The steps that show a violation. */
export const pathOf = ({ trace }: Pick<SearchResult, "trace">, { at, endless }: Violation): Path =>
  endless ? { start: endless.start, steps: [...endless.stem, ...endless.cycle] } : trace(at);

export interface SearchResult {
  /** Whether only a part of the graph was looked at that stands for all of it. */
  readonly reduced: boolean;
  readonly states: number;
  /** Edges of the graph: steps that lead to a state, each choice counted. */
  readonly transitions: number;
  /** Steps on the longest of the shortest ways to a state. */
  readonly depth: number;
  /** Whether every reachable state was seen. */
  readonly complete: boolean;
  /** Which limit ended the search. */
  readonly incomplete: string | null;
  /** For each violated property its shortest violation. */
  readonly violations: readonly Violation[];
  /** How often each command fired, by its number. */
  readonly fired: readonly number[];
  /** For each witness of the system where it was first met, or null. */
  readonly met: readonly (Place | null)[];
  /** Whether every context was at rest in some state: what `atRest` asks about. */
  readonly rested: boolean;
  /** For each context the labels at which it cut another. */
  readonly cuts: readonly ReadonlySet<number>[];
  /** For each context the labels at which it would cut another, in states where it is elsewhere or has been. */
  readonly open: readonly ReadonlySet<number>[];
  /** A shortest way to a place. */
  readonly trace: (place: Place) => Path;
}

/** Which limit ends a search after a level that led to new states, if any. */
export function limitReached({ maxStates, maxDepth }: SearchOptions, states: number, level: number): string | null {
  if (maxStates !== undefined && states > maxStates) return `the limit of ${maxStates} states was reached`;
  if (maxDepth !== undefined && level >= maxDepth) return `the limit of ${maxDepth} steps was reached`;
  return null;
}
