/**
 * What do two lists of specs expect of the same question? The same is asked where model, version, variants, settings and
 * contexts are the same, whatever the files are called. Of what is violated only that counts which both ask about, since
 * rules come to be asked that were not there before.
 */
import type { Spec } from "./spec.ts";

/** One question that both lists ask. */
export interface Difference {
  readonly before: string;
  readonly now: string;
  /** Violated before and not now, though it is asked. */
  readonly gone: readonly string[];
  /** Violated now and not before, though it was asked. */
  readonly added: readonly string[];
}

export interface Comparison {
  /** How many questions of the first list the second asks, and answers alike. */
  readonly same: number;
  readonly different: readonly Difference[];
  /** Questions of the first list that the second does not ask, and the other way round. */
  readonly onlyBefore: readonly string[];
  readonly onlyNow: readonly string[];
}

/** Compares what specs expect; one that expects nothing is an answer to nothing and is left out. */
export function compareAnswers(before: readonly Spec[], now: readonly Spec[]): Comparison {
  const [olds, news] = [answered(before), answered(now)];
  const byQuestion = new Map<string, Spec[]>();
  for (const spec of news) byQuestion.set(questionOf(spec), [...(byQuestion.get(questionOf(spec)) ?? []), spec]);
  const found = olds.map((old) => {
    const differences = (byQuestion.get(questionOf(old)) ?? []).map((spec) => differenceOf(old, spec));
    // Where a question is asked by several files, each about rules of its own, one that answers alike will do.
    return { old, difference: differences.find(agrees) ?? differences[0] ?? null };
  });
  const known = new Set(olds.map(questionOf));
  return {
    same: found.filter(({ difference }) => difference !== null && agrees(difference)).length,
    different: found.flatMap(({ difference }) => (difference && !agrees(difference) ? [difference] : [])),
    onlyBefore: found.flatMap(({ old, difference }) => (difference ? [] : [old.name])),
    onlyNow: news.filter((spec) => !known.has(questionOf(spec))).map(({ name }) => name),
  };
}

const answered = (specs: readonly Spec[]): readonly Spec[] => specs.filter(({ expect }) => expect !== null);

const agrees = ({ gone, added }: Difference): boolean => gone.length + added.length === 0;

const differenceOf = (old: Spec, spec: Spec): Difference => {
  const [was, is] = [old, spec].map(({ expect }) => expect?.violated ?? []) as [readonly string[], readonly string[]];
  const asks = ({ properties, deadlock }: Spec, name: string): boolean =>
    name === "deadlock" ? deadlock : properties.includes(name);
  return {
    before: old.name,
    now: spec.name,
    gone: was.filter((name) => !is.includes(name) && asks(spec, name)),
    added: is.filter((name) => !was.includes(name) && asks(old, name)),
  };
};

/** What makes two questions the same, as text. */
const questionOf = ({ model, asked: { version, variants, configuration, contexts } }: Spec): string =>
  JSON.stringify([model.name, version, variants.toSorted(), configuration, contexts], (_, value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
