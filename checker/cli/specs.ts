/** Which specs there are, and which one a user means: a name of `specs/`, or the path of a JSON file. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SpecFile } from "../spec/load.ts";
import type { Trusted } from "../spec/models.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { SIZES, type SpecSize } from "../spec/spec.ts";
import { type Json, parseSpecText } from "../spec/text.ts";
import { saidIn, splitTwin, twinNames, withTwin } from "../spec/twins.ts";
import { readText, systemError } from "../text/files.ts";

/** The folder of the project, where `specs/` and `results/` are. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** Where specs are looked up by name, where results go, and tables that belong to the documents. */
export interface Folders {
  readonly specs: string;
  readonly results: string;
  readonly docs: string;
  /** Where it is kept from which C the versions of a model were written, by its name. Default: beside the model. */
  readonly recorded?: Readonly<Record<string, string>>;
  /** Whether any file may be run that a spec names as its model: --trust-model. */
  readonly trustsModels?: boolean;
}
export const folders: Folders = {
  specs: join(PROJECT, "specs"),
  results: join(PROJECT, "results"),
  docs: join(PROJECT, "docs"),
};

/**
 * Names of all specs, "broken/nmi-spins" included, and of their twins: plain ones first, each group in order, a file before
 * its twins.
 */
export function specNames({ specs }: Folders): readonly string[] {
  return jsonFilesIn(specs).flatMap((name) => [
    name,
    ...twinNames(dataOf(join(specs, `${name}.json`))).map((twin) => withTwin(name, twin)),
  ]);
}

function jsonFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replaceAll("\\", "/").replace(/\.json$/, ""));
  const group = (name: string): string => (name.includes("/") ? `1${name}` : `0${name}`);
  return names.sort((a, b) => (group(a) < group(b) ? -1 : 1));
}

/** The same, for a command that is about all of them: one that finds none must not look like a success. */
export function allSpecs(where: Folders): readonly string[] {
  const names = specNames(where);
  if (names.length > 0) return names;
  throw new SpecError([{ where: "specs/", what: "there is no spec", mend: "write one: specs/NAME.json" }]);
}

/** Those of a size. One that cannot be read counts as small, so that the commands about all of them tell why. */
export function specsOfSize(where: Folders, size: SpecSize): readonly string[] {
  const names = allSpecs(where).filter((name) => sizeOf(specNamed(name, where)) === size);
  if (names.length > 0) return names;
  throw new SpecError([
    { where: "specs/", what: `there is no spec of size "${size}"`, mend: `write "size": "${size}" in one` },
  ]);
}

/** Specs with known answers beside the examples of models. */
export function exampleSpecs(): readonly SpecFile[] {
  const folder = join(PROJECT, "examples");
  return [...jsonFilesIn(folder)].sort().flatMap((name) => {
    const path = join(folder, `${name}.json`);
    const source = `examples/${name}.json`;
    return [null, ...twinNames(dataOf(path))].map((twin) => ({ source: withTwin(source, twin), path, twin }));
  });
}

export const exampleSpecsOfSize = (size: SpecSize): readonly SpecFile[] =>
  exampleSpecs().filter((file) => sizeOf(file) === size);

/** What a file holds; null where it cannot be read, or is no JSON: who loads it is told why. */
function dataOf(path: string): Json {
  try {
    return parseSpecText(readText(path)).data;
  } catch (error) {
    if (systemError(error) === null) throw error;
    return null;
  }
}

function sizeOf({ path, twin = null }: SpecFile): SpecSize {
  const size = saidIn(dataOf(path), twin, "size");
  return SIZES.find((one) => one === size) ?? "ci";
}

/** A spec of `specs/` by its name, that of a twin included. */
export function specNamed(name: string, { specs }: Folders): SpecFile {
  const { file, twin } = splitTwin(name);
  return { source: name, name, path: join(specs, `${file}.json`), twin };
}

/**
 * The file of a spec. Throws `SpecError` with the nearest names. One that the user named may name a model beside it; of
 * one that only a file names, such as a trace, nobody has seen where it is.
 */
export function findSpec(word: string, where: Folders, by: "user" | "file" = "user"): SpecFile {
  const names = specNames(where);
  if (names.includes(word)) return specNamed(word, where);
  // Without its folder, where no other is called so.
  const called = names.filter((name) => name.endsWith(`/${word}`));
  if (called.length === 1) return specNamed(called[0] as string, where);
  if (called.length > 1)
    throw new SpecError([
      { where: word, what: `${called.length} specs are called so`, mend: `name one: ${called.join(", ")}` },
    ]);
  // A path may end with a twin, and a file may be called so.
  const { file, twin } = existsSync(word) ? { file: word, twin: null } : splitTwin(word);
  const path = resolve(file);
  const inside = relative(where.specs, path);
  const name = withTwin(inside.replaceAll("\\", "/").replace(/\.json$/, ""), twin);
  if (!inside.startsWith("..") && !isAbsolute(inside) && names.includes(name)) return specNamed(name, where);
  if (existsSync(path) && statSync(path).isFile())
    return { source: word, path, twin, trusts: trustedBy(path, where, by) };
  const folder = [path, join(where.specs, word)].find((p) => existsSync(p));
  if (folder)
    throw new SpecError([{ where: word, what: "a folder, not a spec", mend: `name a spec: ${examples(names, word)}` }]);
  const bare = word.replace(/^.*specs\//, "").replace(/\.json$/, "");
  const near = names.length > 0 ? `${mendName(bare, names, "spec")} \`npm run list\` shows all` : null;
  const mend = near ?? "specs/ is empty; name the path of a JSON file";
  throw new SpecError([{ where: word, what: "no such spec, and no such file", mend }]);
}

const trustedBy = (path: string, { trustsModels }: Folders, by: "user" | "file"): Trusted =>
  trustsModels ? "anything" : [PROJECT, process.cwd(), ...(by === "user" ? [dirname(path)] : [])];

/** Specs in the folder that was named, else any. */
function examples(names: readonly string[], word: string): string {
  const folder = `${word.replace(/^.*specs\/?/, "").replace(/\/$/, "")}/`;
  const within = names.filter((name) => name.startsWith(folder));
  return (within.length > 0 ? within : names).slice(0, 5).join(", ") || "there is none yet";
}
