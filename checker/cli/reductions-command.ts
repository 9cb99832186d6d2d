/** `nolock reductions`: what each reduction saves on each spec, alone and together, and that none changes an answer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Run, runSearch } from "../engine/run.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../verdict.ts";
import { readArguments } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { findSpec, PROJECT, specNamed, specsOfSize } from "./specs.ts";

export const reductionsHelp = `Usage: npm run reductions [-- SPEC.. | --write]

Searches the whole graph of each spec (default: all of size ci) four times
by one thread: with no reduction, with partial order, with symmetry, with
both. Shows states and time of each, and whether the same properties are
violated and the same witnesses met. Times are of this run and this machine.

  --write    write the table to docs/reductions.md

Exit status: 1 where an answer differs.
`;

const WAYS = ["off", "partial order", "symmetry", "both"] as const;
type Way = (typeof WAYS)[number];

const OPTIONS: Readonly<Record<Way, { readonly por: boolean; readonly symmetry: boolean }>> = {
  off: { por: false, symmetry: false },
  "partial order": { por: true, symmetry: false },
  symmetry: { por: false, symmetry: true },
  both: { por: true, symmetry: true },
};

interface Row {
  readonly spec: string;
  readonly timed: Readonly<Record<Way, Timed>>;
  readonly isSame: boolean;
}

/** What is kept of a run: the run itself holds all states that it has seen. */
interface Timed {
  readonly states: number;
  readonly applies: boolean;
  readonly answer: string;
  readonly ms: number;
}

export async function reductionsCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("reductions", args, { write: "flag", help: "flag" });
  if (options.help) {
    env.print(reductionsHelp);
    return EXIT.asExpected;
  }
  const files = words.length > 0 ? words.map((word) => findSpec(word, env.folders)) : [];
  const all = files.length > 0 ? files : specsOfSize(env.folders, "ci").map((name) => specNamed(name, env.folders));
  const rows: Row[] = [];
  for (const file of all) {
    const { system } = await loadSpec(file, env.builtins);
    const measured = (way: Way): Timed => {
      const begin = performance.now();
      const run = runSearch(system, { ...OPTIONS[way], exploreAll: true, workers: 1 });
      const ms = performance.now() - begin;
      return { states: run.result.states, applies: run.reduced, answer: answer(run), ms };
    };
    const timed = Object.fromEntries(WAYS.map((way) => [way, measured(way)])) as Record<Way, Timed>;
    const row = { spec: file.source, timed, isSame: WAYS.every((way) => timed[way].answer === timed.off.answer) };
    rows.push(row);
    const told = WAYS.map((way) => `${way} ${counts(timed[way])}`).join("; ");
    env.print(`${file.source}: ${told}${row.isSame ? "" : "; THE ANSWERS DIFFER"}\n`);
  }
  for (const line of summary(rows)) env.print(`${line}\n`);
  if (options.write) writeFileSync(join(PROJECT, "docs", "reductions.md"), table(rows));
  return rows.every((row) => row.isSame) ? EXIT.asExpected : EXIT.differs;
}

const answer = ({ result }: Run): string =>
  JSON.stringify([result.violations.map((v) => v.property).toSorted(), result.met.map((place) => place !== null)]);

const counts = ({ states, ms }: Timed): string => `${states} states, ${ms.toFixed(0)} ms`;

const mean = (of: readonly number[]): number => Math.exp(of.reduce((sum, x) => sum + Math.log(x), 0) / of.length);

/** Slower by a quarter says something only where it can be told from noise. */
const isSlower = ({ off }: Row["timed"], on: Timed): boolean => on.ms > 1.25 * off.ms && on.ms - off.ms > 100;

function summary(rows: readonly Row[]): readonly string[] {
  const of = (way: Way): string => {
    const among = rows.filter(({ timed }) => timed[way].applies);
    if (among.length === 0) return `${way}: applies to none of ${rows.length} specs.`;
    const ratio = (some: readonly Row[], what: (timed: Timed) => number): string =>
      mean(some.map(({ timed }) => what(timed.off) / what(timed[way]))).toFixed(2);
    const slower = among.filter(({ timed }) => isSlower(timed, timed[way]));
    return [
      `${way}: applies to ${among.length} of ${rows.length} specs; there, in the geometric mean,`,
      `${ratio(among, ({ states }) => states)} times fewer states and ${ratio(among, ({ ms }) => ms)} times less time`,
      `(${ratio(rows, ({ states }) => states)} times fewer states over all specs).`,
      `${slower.length} are more than a quarter and 0.1 s slower with it.`,
    ].join(" ");
  };
  return [
    ...WAYS.filter((way) => way !== "off").map(of),
    `${rows.filter((row) => !row.isSame).length} answers differ.`,
  ];
}

function table(rows: readonly Row[]): string {
  const line = ({ spec, timed, isSame }: Row): string => {
    const fewer = (timed.off.states / timed.both.states).toFixed(1);
    const cells = [
      ...WAYS.map((way) => (timed[way].applies || way === "off" ? timed[way].states : "")),
      fewer,
      ...WAYS.map((way) => {
        if (!timed[way].applies && way !== "off") return "";
        return timed[way].ms.toFixed(0) + (isSlower(timed, timed[way]) ? " \\*" : "");
      }),
    ];
    return `| ${[spec, ...cells, isSame ? "the same" : "DIFFERS"].join(" | ")} |`;
  };
  return `# What reductions save

Written by \`npm run reductions -- --write\`. Whole graphs, one thread; times are of one run on a shared machine and say
little about small specs, where making the tables of dependence is most of the work. A reduction that has nothing to do in a spec is left
out there: partial order where something is to stay possible, symmetry where a script names every slab. \`docs/soundness.md\` says what is
done and why it may be believed, \`docs/decisions/0010-one-context-goes-on-alone.md\` why it is done so and what stands in the way of more.
A star marks a time that is more than a quarter, and more than 0.1 s, longer than without any.

${summary(rows)
  .map((line) => `- ${line}`)
  .join("\n")}

| spec | states | partial order | symmetry | both | times fewer | ms | partial order | symmetry | both | answer |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${rows.map(line).join("\n")}
`;
}
