/** How a user's mistakes are told: where, what is wrong, how to mend it; all at once, and never as a stack. */
import { relative } from "node:path";
import type { Problem } from "./model.ts";

/** A mistake at a place that a user can open: "specs/nmi.json:14 /contexts/1/cpu", "--set cpus=9". */
export interface LocatedProblem extends Omit<Problem, "path"> {
  readonly where: string;
}

/** Problems that are told: nobody reads more. */
const MOST_TOLD = 50;

/** All that is wrong with one spec or one command line. Ends in exit status 2. */
export class SpecError extends Error {
  readonly problems: readonly LocatedProblem[];
  constructor(problems: readonly LocatedProblem[]) {
    const told = problems.slice(0, MOST_TOLD).map(({ where, what, mend }) => `${where}: ${what}\n  ${mend}`);
    const more = problems.length - told.length;
    super([...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
    this.problems = problems;
  }
}

/** A path as a user would type it: relative to where the command runs, unless it lies elsewhere. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

/** Number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      (rows[i] as number[])[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped);
    }
  }
  return at(a.length, b.length);
}

/** Known names that a misspelt one may stand for: those that are nearest to it. */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  const far = Math.max(1, Math.ceil(name.length / 3));
  const word = name.toLowerCase();
  const found = known
    .map((candidate) => {
      // So many have to be inserted or deleted at least, which is known at once.
      const least = Math.abs(candidate.length - word.length);
      return { candidate, steps: least > far ? least : distance(word, candidate.toLowerCase()) };
    })
    .filter(({ candidate, steps }) => steps <= far || (word.length > 2 && candidate.toLowerCase().includes(word)));
  const best = Math.min(...found.map(({ steps }) => steps));
  return found.filter(({ steps }) => steps === best).map(({ candidate }) => candidate);
}

/** Names that a message may hold. */
const MOST_NAMES = 12;
/** Of more than that, so many are offered. */
const SOME_NAMES = 5;

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** How to mend what is none of a few allowed values: the nearest, and all of them. */
export function mendValue(given: string, allowed: readonly string[]): string {
  const near = nearest(given, allowed);
  const meant = near.length > 0 ? `did you mean ${near.map((one) => JSON.stringify(one)).join(" or ")}? ` : "";
  return `${meant}known: ${quoted(allowed)}`;
}

/** How to mend a name that is not known: the nearest names, else all, if they are few. Of many, those of like words. */
export function mendName(name: string, known: readonly string[], kind: string): string {
  if (known.length === 0) return `there is no ${kind} here; leave it out`;
  const near = nearest(name, known);
  if (near.length > 0 && near.length <= MOST_NAMES)
    return `did you mean ${near.map((n) => JSON.stringify(n)).join(" or ")}?`;
  if (known.length <= MOST_NAMES) return `known: ${quoted(known)}`;
  const least = alike(name, known);
  return least.length > 0
    ? `of ${known.length} names the nearest: ${quoted(least)}.`
    : `there are ${known.length} names, and none is like it.`;
}

/** Some names whose words are like those of a name: "broken/hoook" is like "hook-cuts-freelist". */
function alike(name: string, known: readonly string[]): readonly string[] {
  const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const asked = wordsOf(name);
  const most = asked.join("").length / 3;
  const far = (candidate: string): number => {
    const words = wordsOf(candidate);
    return asked.reduce((sum, word) => sum + Math.min(word.length, ...words.map((other) => distance(word, other))), 0);
  };
  return known
    .map((candidate) => ({ candidate, steps: far(candidate) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps || a.candidate.length - b.candidate.length)
    .slice(0, SOME_NAMES)
    .map(({ candidate }) => candidate);
}
