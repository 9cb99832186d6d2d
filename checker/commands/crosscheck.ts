/** `nolock crosscheck`: specs asked again by the reference, by Spin and by Rumur, and a table of who agrees. */

import type { Arguments, Options } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import { commit, rotated } from "../cli/sample.ts";
import { allSpecs, exampleSpecs, exampleSpecsOfSize, findSpec, specNamed, specsOfSize } from "../cli/specs.ts";
import { allAgreed, entryOf, readEntries, writeEntry } from "../crosscheck/agreement.ts";
import { type Crosschecked, crosscheck } from "../crosscheck/compare.ts";
import { missingTools } from "../crosscheck/tools.ts";
import { loadSpec, type SpecFile } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { SIZES } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";

const OF_MANY = ["all", "examples", "sample"];

const OPTIONS = {
  all: { kind: "flag", help: "every spec of specs/ of one size" },
  examples: { kind: "flag", help: "the specs of examples/ of one size, with known answers" },
  sample: { kind: "count", help: "N specs of specs/, others for another commit" },
  size: { kind: SIZES, help: "of which size (default: ci)", only: OF_MANY },
  timeout: { kind: "count", value: "S", help: "seconds for each program that is run (default: 1800)" },
  missing: { kind: "flag", help: "only those whose relation, as it is today, has no agreement of all in results/" },
  write: {
    kind: "flag",
    help: "keep what was found in results/crosscheck.json, spec by spec: reports name who agreed, until the relation changes",
  },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const crosscheckCommand = command({
  name: "crosscheck",
  brief: "do the reference, Spin and Rumur agree with the engine?",
  usage: ["SPEC.. [options]", "--all | --sample N | --examples [options]"],
  about: [
    "Asks the reference, Spin and Rumur, without their reductions, for the same states, transitions, violated properties and witnesses as the engine's. Installs nothing.",
  ],
  takesNames: true,
  options: OPTIONS,
  ends: [
    "Exit status: 0 where all agree; 1 where a checker differs or gave no answer; 2 where spin, gcc or rumur is missing, or a spec cannot be understood.",
  ],
  run: ({ options, words }, env) => crosscheckSpecs(options, words, env),
});

async function crosscheckSpecs(options: Asked, words: readonly string[], env: Environment): Promise<number> {
  const files = filesOf(options, words, env);
  const missing = await missingTools();
  if (missing.length > 0)
    throw new SpecError([
      { where: "PATH", what: `not found: ${missing.join(", ")}`, mend: "on Debian: apt-get install spin gcc rumur" },
    ]);

  const width = Math.max(...files.map((file) => file.source.length));
  const kept = options.missing ? readEntries(env.folders.results, env.complain) : [];
  const known = [...allSpecs(env.folders), ...exampleSpecs().map(({ source }) => source)];
  let asked = 0;
  let agreeing = 0;
  let bad = 0;
  for (const file of files) {
    if (!options.write) goOn(env);
    try {
      const loaded = await loadSpec(file, env.builtins);
      if (kept.some((entry) => entry.spec === file.source && allAgreed(entry, loaded.system))) continue;
      const crosschecked = await crosscheck(loaded, options.timeout ?? 1800);
      asked += 1;
      if (options.write) writeEntry(env.folders.results, entryOf(file.source, loaded.system, crosschecked), known);
      if (crosschecked.opinions.every((o) => (o.differences ?? []).length === 0)) agreeing += 1;
      env.print(`${file.source.padEnd(width)}  ${summary(crosschecked)}\n`);
      for (const { checker, differences } of crosschecked.opinions)
        for (const difference of differences ?? []) env.print(`${" ".repeat(width)}  ${checker}: ${difference}\n`);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      env.complain(`${error.message}\n`);
      bad += 1;
    }
  }
  const before = files.length - asked - bad;
  const more = [...(before > 0 ? [`${before} agreed before`] : []), ...(bad > 0 ? [`${bad} bad`] : [])];
  env.print(`${[`${asked} specs: all agree on ${agreeing}`, ...more].join(", ")}\n`);
  if (bad > 0) return EXIT.badInput;
  return agreeing === asked ? EXIT.asExpected : EXIT.differs;
}

function filesOf(
  { all, examples, size = "ci", sample }: Asked,
  words: readonly string[],
  { folders }: Environment,
): readonly SpecFile[] {
  const names = [
    ...(all ? specsOfSize(folders, size) : []),
    ...(sample === undefined ? [] : rotated(specsOfSize(folders, size), sample, commit())),
  ];
  const files = [
    ...words.map((word) => findSpec(word, folders)),
    ...[...new Set(names)].map((name) => specNamed(name, folders)),
    ...(examples ? exampleSpecsOfSize(size) : []),
  ];
  if (files.length > 0) return files;
  throw new SpecError([{ where: "nolock crosscheck", what: "which spec?", mend: "name one, or give --all" }]);
}

function summary({ result, opinions }: Crosschecked): string {
  const counts = `${result.states} states, ${result.transitions} transitions`;
  const violated = result.violations.map((v) => v.property);
  const found = violated.length > 0 ? `violated: ${violated.join(", ")}` : "nothing violated";
  const said = opinions.map(({ checker, differences }) => {
    if (differences === null) return `${checker} not asked`;
    return `${checker} ${differences.length === 0 ? "agrees" : "DIFFERS"}`;
  });
  return `${counts}; ${found}; ${said.join(", ")}`;
}
