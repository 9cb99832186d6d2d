/** Where do the lines that rows quote stand in the C, and in which order? */
import { isBrace, type Run, runsOf } from "./c-tokens.ts";
import type { Placed } from "./tree.ts";

/** What a row quotes. */
export interface Quoted {
  readonly label: string;
  readonly quote: string;
}

/** A run of tokens of a definition, from and up to but without. */
export interface Span {
  readonly placed: Placed;
  readonly from: number;
  readonly to: number;
}

export interface FoundQuote extends Quoted {
  /** Where its runs stand; none where it is not there. */
  readonly spans: readonly Span[];
  /** What of it is not there. */
  readonly missing: readonly string[];
  /** It stands before a row that the program has before it. */
  readonly outOfOrder: boolean;
}

/** Tokens that a quotation is compared with, and where they stand among all. */
interface Text {
  readonly placed: Placed;
  readonly words: readonly string[];
  readonly at: readonly number[];
}

function textOf(placed: Placed): Text {
  const kept = placed.definition.tokens.flatMap((token, i) =>
    token.directive || isBrace(token) ? [] : [{ text: token.text, i }],
  );
  return { placed, words: kept.map(({ text }) => text), at: kept.map(({ i }) => i) };
}

/** Where a run stands in a text, from a place on: the first, or -1. */
function indexOfRun(words: readonly string[], { words: run }: Run, from: number): number {
  for (let i = from; i + run.length <= words.length; i++) if (run.every((word, k) => words[i + k] === word)) return i;
  return -1;
}

/** Every place where a quotation begins in one definition, its runs one after another. */
function placesIn({ placed, words, at }: Text, runs: readonly Run[]): readonly (readonly Span[])[] {
  const [first, ...rest] = runs;
  if (!first) return [];
  const found: Span[][] = [];
  const span = (i: number, run: Run): Span => ({
    placed,
    from: at[i] as number,
    to: (at[i + run.words.length - 1] as number) + 1,
  });
  for (let i = indexOfRun(words, first, 0); i >= 0; i = indexOfRun(words, first, i + 1)) {
    const spans = [span(i, first)];
    let from = i + first.words.length;
    for (const run of rest) {
      const next = indexOfRun(words, run, from);
      if (next < 0) break;
      spans.push(span(next, run));
      from = next + run.words.length;
    }
    if (spans.length === runs.length) found.push(spans);
  }
  return found;
}

/** Where a quotation goes on in another of the functions: each run by itself, in a definition of its own. */
function placesAcross(texts: readonly Text[], runs: readonly Run[]): readonly Span[] {
  return runs.flatMap((run) => texts.flatMap((text) => placesIn(text, [run])[0]?.[0] ?? []).slice(0, 1));
}

/** Finds what the rows of one program quote, in the definitions of its functions. Rows that quote nothing are left out. */
export function findQuotes(rows: readonly Quoted[], placed: readonly Placed[]): readonly FoundQuote[] {
  const texts = placed.map(textOf);
  const order = new Map(placed.map((one, i) => [one, i]));
  const asked = rows.flatMap((row) => {
    const runs = runsOf(row.quote);
    return runs.length === 0 ? [] : [{ row, runs, places: texts.flatMap((text) => placesIn(text, runs)) }];
  });
  const rank = ([span]: readonly Span[]): number =>
    span ? (order.get(span.placed) as number) * 2 ** 24 + span.from : 0;
  const chosen = longestChain(asked.map(({ places }) => places.map(rank)));
  return asked.map(({ row: { label, quote }, runs, places }, i) => {
    const inOrder = chosen[i];
    if (places.length > 0)
      return {
        label,
        quote,
        spans: places[inOrder ?? 0] as readonly Span[],
        missing: [],
        outOfOrder: inOrder === null,
      };
    const across = placesAcross(texts, runs);
    const gone = runs.filter((run) => placesAcross(texts, [run]).length === 0).map(({ text }) => text);
    // All of it is there, and not one after another.
    const apart = gone.length === 0 && texts.length === 1;
    const missing = apart ? [quote] : gone;
    return { label, quote, spans: across, missing, outOfOrder: false };
  });
}

/**
 * Of each list one number, or none, so that as many as can be stand in order, none before an earlier one: the index that
 * is taken from each list, null where none is.
 */
export function longestChain(lists: readonly (readonly number[])[]): readonly (number | null)[] {
  interface Link {
    readonly list: number;
    readonly index: number;
    readonly value: number;
    readonly length: number;
    readonly before: Link | null;
  }
  const links: Link[] = [];
  let best: Link | null = null;
  for (const [list, values] of lists.entries()) {
    const made = values.map((value, index): Link => {
      let before: Link | null = null;
      for (const link of links) if (link.value <= value && link.length > (before?.length ?? 0)) before = link;
      return { list, index, value, length: (before?.length ?? 0) + 1, before };
    });
    links.push(...made);
    for (const link of made) if (link.length > (best?.length ?? 0)) best = link;
  }
  const taken: (number | null)[] = lists.map(() => null);
  for (let link: Link | null = best; link; link = link.before) taken[link.list] = link.index;
  return taken;
}
