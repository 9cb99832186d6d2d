/**
 * Who agreed with an answer? What a cross-check found is kept beside the results, by the hash of the table that was
 * asked about, and looked up next to each verdict: an answer to another table is never taken for agreement.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Outcome } from "../answer/outcome.ts";
import type { System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import { SpecError, shownPath } from "../spec/problems.ts";
import { type Json, jsonIn } from "../spec/text.ts";
import { readText, writeWhole } from "../text/files.ts";
import { markdownTable } from "../text/table.ts";
import type { Crosschecked } from "./compare.ts";

/** What is to be the same, whoever is asked. */
export interface Answer {
  readonly states: number;
  readonly transitions: number;
  /** In the order of names. */
  readonly violated: readonly string[];
  /** For each witness of the table whether it is met. */
  readonly met: readonly boolean[];
}

/** One table that was cross-checked. Plain data: it is kept as JSON. */
export interface Entry {
  readonly spec: string;
  /** The hash of the table. */
  readonly relation: string;
  /** Who gave the answer that the others were compared with. */
  readonly asked: "engine" | "reference";
  readonly answer: Answer;
  /** For each checker where it differs, a sentence each; none where it agrees, null where it was not asked. */
  readonly opinions: Readonly<Record<string, readonly string[] | null>>;
}

export const CROSSCHECK_KEPT = "crosscheck.json";
/** The same, as a table to read. */
export const CROSSCHECK = "crosscheck.md";

export const answerOf = ({ states, transitions, violations, met }: SearchResult): Answer => ({
  states,
  transitions,
  violated: violations.map((v) => v.property).sort(),
  met: met.map((place) => place !== null),
});

export const entryOf = (spec: string, system: System, { asked, result, opinions }: Crosschecked): Entry => ({
  spec,
  relation: system.hash,
  asked,
  answer: answerOf(result),
  opinions: Object.fromEntries(opinions.map(({ checker, differences }) => [checker, differences])),
});

/**
 * All that is kept in a folder of results; nothing where nothing was ever written. Where the file is damaged nobody agreed,
 * and `complain` is told so.
 */
export function readEntries(results: string, complain: (text: string) => void): readonly Entry[] {
  const kept = keptIn(results);
  if (kept !== null) return kept;
  complain(`${damaged(results)}: it counts as if nobody had agreed\n`);
  return [];
}

const damaged = (results: string): string =>
  `${shownPath(join(results, CROSSCHECK_KEPT))} is damaged, it is not what \`npm run crosscheck\` writes`;

/** Null where the file is damaged. */
function keptIn(results: string): readonly Entry[] | null {
  const path = join(results, CROSSCHECK_KEPT);
  if (!existsSync(path)) return [];
  const data = jsonIn(readText(path));
  return Array.isArray(data) && data.every(isEntry) ? (data as unknown as Entry[]) : null;
}

function isEntry(data: Json): boolean {
  if (!isObject(data)) return false;
  const { spec, relation, asked, answer, opinions } = data;
  const isText = (text: Json | undefined): boolean => typeof text === "string";
  const areTexts = (texts: Json | undefined): boolean => Array.isArray(texts) && texts.every(isText);
  if (!isText(spec) || !isText(relation) || !isText(asked) || !isObject(answer) || !isObject(opinions)) return false;
  const { states, transitions, violated, met } = answer;
  return (
    Number.isSafeInteger(states) &&
    Number.isSafeInteger(transitions) &&
    areTexts(violated) &&
    Array.isArray(met) &&
    met.every((one) => typeof one === "boolean") &&
    Object.values(opinions).every((said) => said === null || areTexts(said))
  );
}

const isObject = (data: Json | undefined): data is { readonly [key: string]: Json } =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/** Whether everybody agreed on an answer to this very table. */
export const allAgreed = ({ relation, opinions }: Entry, { hash }: System): boolean =>
  relation === hash && Object.values(opinions).every((differences) => (differences ?? []).length === 0);

/**
 * Keeps this entry, and those from before of other specs; none of a spec that is not there. Throws `SpecError` where those
 * from before are damaged: they must not be lost.
 */
export function writeEntry(results: string, made: Entry, specs: readonly string[]): void {
  mkdirSync(results, { recursive: true });
  const before = keptIn(results);
  if (before === null) {
    const mend = "take it from the history again, or remove it";
    throw new SpecError([{ where: "--write", what: damaged(results), mend }]);
  }
  const kept = before.filter(({ spec }) => spec !== made.spec);
  const all = [...kept, made]
    .filter(({ spec }) => specs.includes(spec))
    .sort((a, b) => specs.indexOf(a.spec) - specs.indexOf(b.spec));
  writeWhole(join(results, CROSSCHECK_KEPT), `[\n${all.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`);
  writeWhole(join(results, CROSSCHECK), entriesAsTable(all));
}

/** Who agrees with an answer, as far as was asked. */
export interface Agreement {
  /** Checkers that gave this answer to this table. */
  readonly agreed: readonly string[];
  /** Those that gave another, or none. */
  readonly differed: readonly string[];
  /** Why nobody is named; null where somebody is. */
  readonly unknown: string | null;
}

const nobody = (unknown: string): Agreement => ({ agreed: [], differed: [], unknown });

/** Looks up who agrees with what a check found. */
export function agreementOn(entries: readonly Entry[], { source, spec, system, reduced, result }: Outcome): Agreement {
  const entry = entries.find(({ relation }) => relation === system.hash);
  if (!entry) {
    const changed = spec.changed.length === 0 && entries.some((known) => known.spec === source);
    return nobody(changed ? "not cross-checked since it changed" : "not cross-checked");
  }
  if (!result.complete) return nobody("not cross-checked: this search is not of the whole graph");
  const comparable = ({ violated, met, ...counts }: Answer) => JSON.stringify([violated, met, reduced ? null : counts]);
  if (comparable(entry.answer) !== comparable(answerOf(result))) return nobody("NOT the answer that was cross-checked");
  return opinionsOf(entry);
}

/** Who agreed with the answer that an entry is about. */
export function opinionsOf(entry: Entry): Agreement {
  const asked = Object.entries(entry.opinions).filter(([, said]) => said !== null);
  return {
    agreed: [entry.asked, ...asked.flatMap(([checker, said]) => (said?.length === 0 ? [checker] : []))],
    differed: asked.flatMap(([checker, said]) => (said?.length === 0 ? [] : [checker])),
    unknown: null,
  };
}

/** In one phrase: who agreed, and who did not. */
export function agreementText({ agreed, differed, unknown }: Agreement): string {
  if (unknown !== null) return unknown;
  const others = differed.length > 0 ? `; NOT AGREED: ${differed.join(", ")}` : "";
  return `agreed: ${agreed.join(", ")}${others}`;
}

/** The same wherever the checkers answer the same. */
export function entriesAsTable(entries: readonly Entry[]): string {
  const checkers = [...new Set(entries.flatMap((entry) => Object.keys(entry.opinions)))];
  const opinion = (said: readonly string[] | null | undefined): string =>
    said ? (said.length === 0 ? "agrees" : said.join("; ")) : "not asked";
  const rows = entries.map(({ spec, relation, answer, opinions }) => [
    spec,
    answer.states,
    answer.transitions,
    answer.violated.join(", "),
    `${answer.met.filter((met) => met).length} of ${answer.met.length}`,
    ...checkers.map((checker) => opinion(opinions[checker])),
    `\`${relation.slice(0, 12)}\``,
  ]);
  const [states, transitions] = [{ figures: "states" }, { figures: "transitions" }];
  const columns = ["spec", states, transitions, "violated", "witnesses met", ...checkers, "relation"];
  return [
    "# Second opinions",
    "",
    "Written by `npm run crosscheck -- --all --write`, never by hand. The reference searched breadth-first, Spin depth-first,",
    "Rumur breadth-first, all without reductions and past violations. A checker agrees where states, transitions, the set of",
    "violated properties and the witnesses met are the same as the engine's; the reference, where the lengths of the shortest",
    "counterexamples are, too. Spin is not asked what must always stay possible: that is no property of a state. The reference",
    "is not asked about more states than it can hold.",
    "",
    markdownTable(columns, rows),
    "",
  ].join("\n");
}
