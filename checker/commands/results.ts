/** `nolock results`: is what is published what the specs give? All of it is written, or compared, here. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { tellCutShort } from "../cli/progress.ts";
import { makingOf, type Publication, type Published } from "../published/publication.ts";
import { EVIDENCE, PUBLICATIONS } from "../published/publications.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { SIZES, type SpecSize } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";

const NAMES = PUBLICATIONS.map(({ name }) => name);

export const resultsCommand = command({
  name: "results",
  brief: "all that is published of the specs: written, or compared",
  usage: ["[NAME..] [--size large] [--check]"],
  about: [
    "Writes into results/ what follows from the specs, the same on every run and machine. Without a NAME, all but what takes hours. What reports have of a spec is taken where it is about the relation of today; else the spec is searched again. Files that no spec gives are removed with the reports.",
  ],
  takesNames: true,
  names: Object.fromEntries(PUBLICATIONS.map(({ name, about }) => [name, about])),
  options: {
    size: { kind: SIZES, help: "of which size reports are made (default: ci)" },
    check: { kind: "flag", help: "write nothing, and exit 1 where a file is not what the specs give" },
  },
  ends: [
    "Exit status: 1, too, where what is published cannot be believed: a claim is undecided that is not listed as such, a spec does not give what it pins, nobody says why a row never fires or why contexts never meet.",
  ],
  run: async ({ options: { size, check }, words }, env) => {
    const asked = words.length === 0 ? PUBLICATIONS.filter(({ isByName }) => !isByName) : words.map(named);
    if (size !== undefined && !asked.some(({ name }) => name === "reports"))
      throw new SpecError([{ where: "--size", what: "it is about reports", mend: "leave it out, or add reports" }]);
    return publish(
      PUBLICATIONS.filter((one) => asked.includes(one)),
      size ?? "ci",
      check,
      env,
    );
  },
});

function named(word: string): Publication {
  const found = PUBLICATIONS.find(({ name }) => name === word);
  if (found) return found;
  const what = `nothing of that name is published`;
  throw new SpecError([{ where: word, what, mend: mendName(word, NAMES, "name") }]);
}

async function publish(
  asked: readonly Publication[],
  size: SpecSize,
  isCheck: boolean,
  env: Environment,
): Promise<number> {
  const [first] = asked.flatMap((one) => one.owns(env));
  if (!isCheck && first !== undefined) tryOutputs({ pages: { "results/": join(env.folders.results, first) } });
  const making = makingOf(env, size);
  let isWell = true;
  for (const one of asked) {
    const made = await one.make(making);
    for (const text of made.said) env.print(`${text}\n`);
    if (made.cutShort) return tellCutShort(made.cutShort.done, made.cutShort.of, env);
    for (const problem of made.problems) env.complain(`${problem}\n`);
    // Only reports know which files no spec gives.
    const stale = one.name === "reports" ? staleIn(env) : [];
    const isSame = isCheck ? compare(one, made, stale, env) : write(one, made, stale, env);
    if (!isSame || made.isPart || made.problems.length > 0) isWell = false;
  }
  return isWell ? EXIT.asExpected : EXIT.differs;
}

function staleIn(env: Environment): readonly string[] {
  const { results } = env.folders;
  if (!existsSync(results)) return [];
  const known = new Set<string>([...PUBLICATIONS.flatMap((one) => one.owns(env)), ...EVIDENCE]);
  return readdirSync(results, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.(txt|md|json)$/.test(file) && !known.has(file));
}

const differing = ({ files }: Published, { folders }: Environment): readonly string[] =>
  [...files.keys()].filter((file) => {
    const path = join(folders.results, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== files.get(file);
  });

/** As a path from the folder of the project. */
const shown = (file: string): string => join("results", file).replaceAll("\\", "/");

function compare({ name }: Publication, made: Published, stale: readonly string[], env: Environment): boolean {
  const wrong = differing(made, env);
  const run = `Run \`npm run results -- ${name}\``;
  for (const file of wrong) env.complain(`${shown(file)}: it is not what the specs give. ${run}\n`);
  for (const file of stale) env.complain(`${shown(file)}: no spec gives it. ${run}\n`);
  if (wrong.length + stale.length > 0) return false;
  env.print(`${name}: ${filesOf(made)} what the specs give\n`);
  return true;
}

function write({ name }: Publication, made: Published, stale: readonly string[], env: Environment): true {
  const { results } = env.folders;
  for (const file of stale) rmSync(join(results, file));
  const wrong = differing(made, env);
  for (const file of wrong) {
    mkdirSync(dirname(join(results, file)), { recursive: true });
    writeWhole(join(results, file), made.files.get(file) as string);
  }
  env.print(`${name}: ${filesOf(made)} there, ${wrong.length} written, ${stale.length} removed\n`);
  return true;
}

const filesOf = ({ files }: Published): string => (files.size === 1 ? "1 file is" : `${files.size} files are`);
