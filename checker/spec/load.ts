/**
 * Loading a spec: file, JSON, structure, model, names, system; each stage gives all of its problems at once, with the
 * line in the file or the option of the command line that they come from.
 */
import { basename, dirname } from "node:path";
import type { System } from "../language/index.ts";
import { readText, systemError } from "../text/files.ts";
import { type Change, changeSpec } from "./change.ts";
import type { Model, Problem } from "./model.ts";
import { type Builtins, loadModel, mendThrown, type Trusted, whereThrown } from "./models.ts";
import { nameSpec } from "./names.ts";
import { type LocatedProblem, mendName, SpecError, shownPath } from "./problems.ts";
import { linkSpec } from "./question.ts";
import type { Spec } from "./spec.ts";
import { type RawSpec, structureProblems } from "./structure.ts";
import { parseSpecText } from "./text.ts";
import { splitTwin, twinAmong, twinNames, twinOf, twinProblems, withTwin } from "./twins.ts";

/** A spec that can be searched. */
export interface Loaded {
  /** How the spec was named: a name of `specs/`, or a path. */
  readonly source: string;
  readonly spec: Spec;
  readonly system: System;
  /** The path of a model of one's own; a built-in one has none. */
  readonly modelFile?: string;
  /** The user trusts whatever file the spec names as its model. */
  readonly trusts?: true;
}

export interface SpecFile {
  readonly source: string;
  /** Name of the spec; from a path, that of the file. */
  readonly name?: string;
  readonly path: string;
  /** Which of its questions: a twin of `for`, or that of the file itself. */
  readonly twin?: string | null;
  /** Where a file may be that the spec names as its model. Default: where the spec is. */
  readonly trusts?: Trusted;
}

/** A spec by its names alone: what it asks, of which model. Throws `SpecError` as `loadSpec` does. */
export const loadQuestion = async (file: SpecFile, builtins: Builtins): Promise<Spec> =>
  (await named(file, builtins, [])).spec;

/** Loads a spec and links its system. Throws `SpecError` with every problem of the first stage that has any. */
export async function loadSpec(file: SpecFile, builtins: Builtins, changes: readonly Change[] = []): Promise<Loaded> {
  return { ...(await loadUnlinked(file, builtins, changes)) };
}

/** The same, but the system is linked when it is first asked for, and what is wrong with it is thrown there. */
export async function loadUnlinked(
  file: SpecFile,
  builtins: Builtins,
  changes: readonly Change[] = [],
): Promise<Loaded> {
  const { spec, source, modelFile, refuse, author } = await named(file, builtins, changes);
  let system: System | null = null;
  const linked = (): System => {
    const found = author(spec.model, () => linkSpec(spec));
    if ("problems" in found) throw refuse(found.problems);
    return found.system;
  };
  return {
    source,
    spec,
    get system() {
      system ??= linked();
      return system;
    },
    ...(modelFile ? { modelFile } : {}),
    ...(modelFile && file.trusts === "anything" ? { trusts: true } : {}),
  };
}

/** All stages but the last: what the file says, and how to tell what is wrong with it. */
async function named(file: SpecFile, builtins: Builtins, given: readonly Change[]) {
  const shown = shownPath(file.path);
  const text = parseSpecText(readSpec(file.path, shown));
  if (text.problems.length > 0) {
    throw new SpecError(
      text.problems.map(({ path, line, what, mend }) => ({
        where: `${shown}:${line}${path && ` ${path}`}`,
        what,
        mend,
      })),
    );
  }
  let changes: readonly Change[] = [];
  /** Where what is asked stands in the file: of a twin, elsewhere than in a spec of its own. */
  let inFile = (path: string): string => path;
  const located = ({ path: asked, what, mend }: Problem): LocatedProblem => {
    const path = inFile(asked);
    const change = changes.find((c) => asked === c.path || asked.startsWith(`${c.path}/`));
    return { where: change ? `--set ${change.text}` : `${shown}:${text.lineOf(path)} ${path || "/"}`, what, mend };
  };
  const refuse = (problems: readonly Problem[]): SpecError =>
    new SpecError(
      problems
        .map((problem) => ({ problem, line: text.lineOf(inFile(problem.path)) }))
        .toSorted((a, b) => a.line - b.line)
        .map(({ problem }) => located(problem)),
    );
  /** Runs what calls the model's own functions: what they throw is their author's to mend. */
  const author = <T>(of: Model, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      const what = `the model "${of.name}" cannot answer this: ${whereThrown(error)}`;
      throw new SpecError([
        located({ path: "/model", what, mend: mendThrown(error, "mend the model's problems() or build()") }),
      ]);
    }
  };

  const structure = structureProblems(text.data);
  if (structure.length > 0) throw refuse(structure);
  const whole = text.data as unknown as RawSpec;
  const twice = twinProblems(whole);
  if (twice.length > 0) throw refuse(twice);
  const { name: chosen, rest } = file.twin == null ? twinAmong(whole, given) : { name: file.twin, rest: given };
  const twin = twinOf(whole, chosen);
  if (!twin) {
    const what = `${shown} has no twin "${chosen}"`;
    throw new SpecError([{ where: file.source, what, mend: mendName(chosen ?? "", twinNames(whole), "twin") }]);
  }
  changes = rest;
  inFile = twin.locate;
  const found = await loadModel(whole.model, file.path, builtins, file.trusts ?? [dirname(file.path)]);
  if ("problems" in found) throw refuse(found.problems);
  const { model, file: modelFile } = found;
  const { raw, problems: misset } = changeSpec(twin.raw, model, changes);
  if (misset.length > 0) throw new SpecError(misset);
  const changed = changes.map((c) => c.text);
  const source = file.twin == null ? withTwin(file.source, chosen) : file.source;
  const ofFile = file.name === undefined ? basename(file.path).replace(/\.json$/, "") : splitTwin(file.name).file;
  const name = withTwin(ofFile, chosen);
  const others = [null, ...twinNames(whole)]
    .filter((other) => other !== chosen)
    .map((other) => withTwin(splitTwin(file.source).file, other));
  const wherever = changes.some((c) => c.wherever);
  const { spec, problems } = author(model, () => nameSpec(raw, model, { name, others, changed, wherever }));
  if (problems.length > 0) throw refuse(problems);
  return { spec, source, modelFile, refuse, author };
}

/** Of a spec: thirty times what the longest has. */
const MOST_BYTES = 256 * 2 ** 10;

/** The text of a file that a user named. */
function readSpec(path: string, shown: string): string {
  try {
    return readText(path, MOST_BYTES);
  } catch (error) {
    const why = systemError(error);
    if (why === null) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder, not a spec" : `it cannot be read: ${why}`;
    throw new SpecError([
      { where: shown, what, mend: "name a spec (`npm run list` shows them) or the path of a JSON file" },
    ]);
  }
}
