/** `nolock reductions`: what partial order saves on each spec, and that it changes no answer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Run, runSearch } from "../engine/run.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../verdict.ts";
import { readArguments } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { findSpec, PROJECT, specNamed, specsOfSize } from "./specs.ts";

export const reductionsHelp = `Usage: npm run reductions [-- SPEC.. | --write]

Searches the whole graph of each spec (default: all of size ci) twice, with
partial order and without, by one thread; shows states, transitions and
time, and whether the same properties are violated and the same witnesses
met. Times are of this run and this machine.

  --write    write the table to docs/reductions.md

Exit status: 1 where an answer differs.
`;

interface Row {
  readonly spec: string;
  readonly off: Timed;
  readonly on: Timed;
  readonly isSame: boolean;
}

interface Timed {
  readonly run: Run;
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
    const timed = (por: boolean): Timed => {
      const begin = performance.now();
      const run = runSearch(system, { por, exploreAll: true, workers: 1 });
      return { run, ms: performance.now() - begin };
    };
    const [off, on] = [timed(false), timed(true)];
    const row = { spec: file.source, off, on, isSame: answer(off) === answer(on) };
    rows.push(row);
    env.print(
      `${file.source}: ${counts(off)} without, ${counts(on)} with${row.isSame ? "" : "; THE ANSWERS DIFFER"}\n`,
    );
  }
  env.print(`${summary(rows)}\n`);
  if (options.write) writeFileSync(join(PROJECT, "docs", "reductions.md"), table(rows));
  return rows.every((row) => row.isSame) ? EXIT.asExpected : EXIT.differs;
}

const answer = ({ run: { result } }: Timed): string =>
  JSON.stringify([result.violations.map((v) => v.property).toSorted(), result.met.map((place) => place !== null)]);

const counts = ({ run: { result }, ms }: Timed): string =>
  `${result.states} states, ${result.transitions} transitions, ${ms.toFixed(0)} ms`;

const mean = (of: readonly number[]): number => Math.exp(of.reduce((sum, x) => sum + Math.log(x), 0) / of.length);

function summary(rows: readonly Row[]): string {
  const reduced = rows.filter(({ on }) => on.run.reduced);
  if (reduced.length === 0) return "no spec was reduced";
  const ratio = (of: (timed: Timed) => number): string =>
    mean(reduced.map(({ off, on }) => of(off) / of(on))).toFixed(2);
  const slower = reduced.filter(({ off, on }) => on.ms > 1.25 * off.ms && on.ms - off.ms > 100);
  return [
    `Geometric means over ${reduced.length} specs: states ${ratio((t) => t.run.result.states)} times fewer,`,
    `transitions ${ratio((t) => t.run.result.transitions)}, time ${ratio((t) => t.ms)}.`,
    `${slower.length} specs took more than a quarter longer with it (and more than 0.1 s).`,
    `${rows.filter((row) => !row.isSame).length} answers differ.`,
  ].join(" ");
}

function table(rows: readonly Row[]): string {
  const line = ({ spec, off, on, isSame }: Row): string => {
    const [a, b] = [off.run.result, on.run.result];
    const cells = [a.states, b.states, (a.states / b.states).toFixed(1), a.transitions, b.transitions];
    const times = [off.ms.toFixed(0), on.ms.toFixed(0), isSame ? "the same" : "DIFFERS"];
    return `| ${[spec, ...cells, ...times].join(" | ")} |`;
  };
  return `# What partial order saves

Written by \`npm run reductions -- --write\`. Whole graphs, one thread; times are of one run on a shared machine and say
little about small specs, where making the tables of dependence is most of the work. \`docs/soundness.md\` says what is done and why
it may be believed, \`docs/decisions/0010-one-context-goes-on-alone.md\` why it is done so and what stands in the way of more.

${summary(rows)}

| spec | states | reduced | times fewer | transitions | reduced | ms | reduced | answer |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${rows.map(line).join("\n")}
`;
}
