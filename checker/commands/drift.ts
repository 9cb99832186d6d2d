/** `nolock drift`: do the rows of the models still stand for lines of a kernel tree? */
import { type Arguments, NAMES, type Options } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { deliver, tryOutputs, writeOutput } from "../cli/outputs.ts";
import { allSpecs, specNamed } from "../cli/specs.ts";
import { recordedFor, recordedPath } from "../cli/tree.ts";
import { programsOf, versionMeant } from "../drift/asked.ts";
import { type Drift, driftOf, isInStep, recordedIn } from "../drift/drift.ts";
import { functionsOf } from "../drift/functions.ts";
import { writeRecorded } from "../drift/recorded.ts";
import { driftSarif } from "../drift/sarif.ts";
import { driftMarkdown, driftText } from "../drift/text.ts";
import { kernelOf, Tree } from "../drift/tree.ts";
import type { Program } from "../language/programs.ts";
import { loadQuestion } from "../spec/load.ts";
import type { Model } from "../spec/model.ts";
import { mendName, SpecError, shownPath } from "../spec/problems.ts";
import type { Spec } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";

const FORMATS = ["text", "json", "sarif", "markdown"] as const;

const OPTIONS = {
  version: {
    kind: "text",
    value: "7.3",
    help: "whose rows (default: those of the release that the tree is of)",
  },
  functions: {
    kind: "text",
    value: "A,B",
    help: "only the programs that stand for one of these, with the statements of it that no row quotes",
  },
  full: { kind: "flag", help: "every function, with the statements of it that no row quotes" },
  format: { kind: FORMATS, value: "NAME", help: `print another form than text: ${FORMATS.slice(1).join(", ")}` },
  out: { kind: "text", value: "FILE", help: "write it there, and print the text, too" },
  write: {
    kind: "flag",
    help: "keep the hashes of the functions' tokens: from this tree the version was written",
    not: ["functions", "format", "out"],
    mend: "write them alone",
  },
  files: {
    kind: "flag",
    help: "print which files of a tree rows name: of --version, or of every version",
    not: [NAMES, "functions", "full", "format", "out", "write"],
    mend: "no tree is needed for that",
  },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

/** A model with the version that is asked. */
interface Meant {
  readonly model: Model;
  readonly version: string;
  readonly programs: readonly Program[];
}

export const driftCommand = command({
  name: "drift",
  brief: "do the rows still stand for lines of a kernel tree?",
  usage: ["TREE [options]      TREE: the top of a kernel's source", "--files [--version 7.3]"],
  about: [
    "Reads the functions that rows name, with tree-sitter's grammar of C, and says of each whether it is there, whether each line that a row quotes is in it, which statements no row quotes, and whether it is made of the tokens that the model was written from. docs/drift.md has what is compared, and how.",
  ],
  takesNames: true,
  options: OPTIONS,
  ends: ["Exit status: 0 in step; 1 drifted; 2 a command line, or a tree, that cannot be understood."],
  run: ({ options, words }, env) => (options.files ? printFiles(options, env) : drift(options, words, env)),
});

async function drift(options: Asked, words: readonly string[], env: Environment): Promise<number> {
  const [folder, ...others] = words;
  if (folder === undefined || others.length > 0)
    throw new SpecError([
      {
        where: "nolock drift",
        what: folder === undefined ? "no tree is named" : `one tree at a time, not ${words.join(", ")}`,
        mend: "name the folder of a kernel's source: npm run drift -- linux-7.3",
      },
    ]);
  const kernel = kernelOf(folder);
  const meant = await meantBy(options.version ?? kernel, env);
  const chosen = options.functions === undefined ? meant : ofFunctions(meant, options.functions.split(","));
  tryOutputs({ files: { "--out": options.out } });
  const tree = await Tree.open(
    folder,
    chosen.flatMap(({ programs }) => programs.flatMap(functionsOf)),
  );
  if (options.write) return write(tree, chosen, env);
  const drifts = chosen.map(({ model, version, programs }) =>
    driftOf(tree, programs, { model: model.name, version }, recordedFor(model.name, version, env.folders)),
  );
  const full = options.full || options.functions !== undefined;
  const { format = "text", out } = options;
  const shown = formatted(drifts, format, full);
  env.print(out === undefined ? shown : formatted(drifts, "text", full));
  const status = drifts.every(isInStep) ? EXIT.asExpected : EXIT.differs;
  return deliver(status, out === undefined ? [] : [() => writeOutput(out, "--out", shown)], env);
}

function formatted(drifts: readonly Drift[], format: (typeof FORMATS)[number], full: boolean): string {
  switch (format) {
    case "text":
      return drifts.map((one) => driftText(one, full)).join("\n");
    case "markdown":
      return driftMarkdown(drifts);
    case "json":
      return `${JSON.stringify({ inStep: drifts.every(isInStep), models: drifts }, null, 2)}\n`;
    case "sarif":
      return driftSarif(drifts);
  }
}

/** Programs by model, of the version that a word means; the models that have none such are left out. */
async function meantBy(wanted: string, env: Environment): Promise<readonly Meant[]> {
  const specs = await allQuestions(env);
  const models = [...new Set(specs.map(({ model }) => model))];
  const meant = models.flatMap((model) => {
    const version = versionMeant(model, wanted);
    return version === null ? [] : [{ model, version, programs: programsOf(model, version, specs) }];
  });
  if (meant.length > 0) {
    for (const { name } of models.filter((one) => !meant.some(({ model }) => model === one)))
      env.complain(`${name} has no version of ${wanted}, and is left out; --version names another\n`);
    return meant;
  }
  const known = [...new Set(models.flatMap(({ versions }) => Object.keys(versions)))];
  throw new SpecError([
    { where: "--version", what: `no model has a version ${wanted}`, mend: mendName(wanted, known, "version") },
  ]);
}

function ofFunctions(meant: readonly Meant[], names: readonly string[]): readonly Meant[] {
  const named = (program: Program): readonly string[] => [
    program.name,
    ...functionsOf(program).flatMap(({ file, name }) => [name, `${name}()`, file]),
  ];
  const known = meant.flatMap(({ programs }) => programs.flatMap(named));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new SpecError(
      unknown.map((name) => ({
        where: "--functions",
        what: `no program stands for "${name}"`,
        mend: mendName(name, [...new Set(known)], "function"),
      })),
    );
  return meant
    .map((one) => ({
      ...one,
      programs: one.programs.filter((program) => named(program).some((n) => names.includes(n))),
    }))
    .filter(({ programs }) => programs.length > 0);
}

function write(tree: Tree, meant: readonly Meant[], env: Environment): number {
  for (const { model, version, programs } of meant) {
    if (versionMeant({ versions: { [version]: "" } }, tree.kernel) === null)
      throw new SpecError([
        {
          where: "--write",
          what: `the tree is of ${tree.kernel}, and ${model.name} ${version} was not written from it`,
          mend: `name a tree of ${version}, or leave --version out`,
        },
      ]);
    const path = recordedPath(model.name, version, env.folders);
    if (path === null)
      throw new SpecError([
        { where: "--write", what: `it is kept for built-in models only, not for ${model.name}`, mend: "leave it out" },
      ]);
    writeRecorded(path, recordedIn(tree, programs));
    env.print(`${shownPath(path)} is written, from ${tree.kernel}\n`);
  }
  return EXIT.asExpected;
}

async function printFiles({ version }: Asked, env: Environment): Promise<number> {
  const specs = await allQuestions(env);
  const models = [...new Set(specs.map(({ model }) => model))];
  const meant =
    version === undefined
      ? models.flatMap((model) => Object.keys(model.versions).flatMap((one) => programsOf(model, one, specs)))
      : (await meantBy(version, env)).flatMap(({ programs }) => programs);
  const files = new Set(["Makefile", ...meant.flatMap(functionsOf).map(({ file }) => file)]);
  env.print(`${[...files].sort().join("\n")}\n`);
  return EXIT.asExpected;
}

async function allQuestions(env: Environment): Promise<readonly Spec[]> {
  const specs: Spec[] = [];
  for (const name of allSpecs(env.folders)) specs.push(await loadQuestion(specNamed(name, env.folders), env.builtins));
  return specs;
}
