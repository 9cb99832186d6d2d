/**
 * What is known of the searches of a run, beside their states? A manifest, which is written last: what it does not name
 * is not there. It is read by whoever goes on, and refused where it is of something else.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { System } from "../../language/system.ts";
import { SpecError } from "../../spec/problems.ts";
import { jsonIn } from "../../spec/text.ts";
import { readText, systemError } from "../../text/files.ts";
import { type Layout, layoutOf } from "../state/layout.ts";
import { type Piece, refusal } from "./piece.ts";

export const MANIFEST = "manifest.json";

/** To be raised where files of before can no longer be read. */
export const FORMAT = 1;

/** What a checkpoint is about. */
export interface About {
  /** Hash of the relation. */
  readonly relation: string;
  /** Hash of how a state lies in words, and how many these are. */
  readonly layout: string;
  readonly words: number;
  /** Hash of the sources that say what is searched and kept. */
  readonly program: string;
}

/** How far one search of a run was, at a moment when that can be said. */
export interface SavedSearch {
  /** The level that is under way, and whether all of its states are expanded. */
  readonly level: number;
  readonly isDone: boolean;
  /** How many states each level has; the last of them may be found in part only. */
  readonly levels: readonly number[];
  readonly transitions: number;
  /** How often each command fired, by its number. */
  readonly fired: readonly number[];
  readonly rested: boolean;
  /** For each context labels. */
  readonly cuts: readonly (readonly number[])[];
  readonly open: readonly (readonly number[])[];
  /** The states that the reference has looked at, in this order: what it found there it finds again. */
  readonly noted: readonly { readonly level: number; readonly packed: readonly number[] }[];
  /** Of the level under way: states in which something was seen that the reference has not looked at. */
  readonly least: readonly (readonly number[])[];
  /** The states of all levels, in the order of levels. */
  readonly pieces: readonly Piece[];
  /** Once more those states of the level that is under way that are not expanded; null where it is done. */
  readonly todo: Piece | null;
}

export interface Manifest extends About {
  readonly nolock: "checkpoint";
  readonly format: number;
  /** The command line, as far as it says what is asked: for whoever reads it, not for the engine. */
  readonly asked: unknown;
  readonly searches: Readonly<Record<string, SavedSearch>>;
}

/** What the layout of a state is known by. */
const layoutHash = ({ fields, words }: Layout): string =>
  sha256(JSON.stringify([words, fields.map(({ cell, bits, word, shift }) => [cell.path, bits, word, shift])]));

/** What a checkpoint of this system's searches is about. Throws `Unsupported`. */
export function aboutOf(system: System): About {
  const layout = layoutOf(system);
  return { relation: system.hash, layout: layoutHash(layout), words: layout.words, program: programHash() };
}

/** Folders of `checker/` whose sources decide what a search keeps and what it says of that. */
const DECIDE = ["engine", "language", "reduction", "reference"];

/** Of the sources of these folders: a checkpoint is gone on with by what wrote it, or the two would be mixed. */
function programHash(): string {
  const hash = createHash("sha256");
  for (const folder of DECIDE) {
    const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    for (const file of files.map((name) => name.replaceAll("\\", "/")).sort()) {
      const text = readFileSync(join(root, file));
      hash.update(`${folder}/${file}\0${text.length}\0`).update(text);
    }
  }
  return hash.digest("hex");
}

/** What each file of a checkpoint names: nothing else is mixed with it. */
export const runOf = ({ relation, layout, program, asked }: Manifest): string =>
  sha256(JSON.stringify([FORMAT, relation, layout, program, asked]));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The text of a manifest: its own checksum comes first. */
export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify({ sha256: sha256(JSON.stringify(manifest)), manifest })}\n`;

/** Reads a manifest. Throws `SpecError` where there is none, or it is not what was written. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  const { sha256: sum, manifest } = dataIn(path);
  const { nolock, format } = (manifest ?? {}) as Partial<Manifest>;
  if (nolock === "checkpoint" && format !== FORMAT)
    throw refusal(path, `it is of another version: format ${format}, and this one reads ${FORMAT}`);
  if (nolock !== "checkpoint" || sum !== sha256(JSON.stringify(manifest)))
    throw refusal(path, "it is not what was written: its checksum is another");
  return manifest as Manifest;
}

function dataIn(path: string): { readonly sha256?: unknown; readonly manifest?: unknown } {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    const why = systemError(error);
    if (why === null) throw error;
    const isNone = (error as NodeJS.ErrnoException).code === "ENOENT";
    const what = isNone ? "there is no checkpoint: a search that ends within seconds writes none" : why;
    throw new SpecError([{ where: path, what, mend: "name the folder of a run that was cut: --resume DIR" }]);
  }
  const data = jsonIn(text);
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw refusal(path, "it is cut off, or no manifest");
  return data as { readonly [key: string]: unknown };
}

/** Throws `SpecError` where a manifest is about something else than what is asked now. */
export function refuseOther(folder: string, manifest: Manifest, about: About): void {
  const path = join(folder, MANIFEST);
  const other = (what: string, mend: string): SpecError => new SpecError([{ where: path, what, mend }]);
  if (manifest.relation !== about.relation) {
    const what = `it is of another relation: ${manifest.relation.slice(0, 12)}, and this one is ${about.relation.slice(0, 12)}`;
    throw other(what, "the spec or its model has changed: go on with what it was, or begin again in another folder");
  }
  if (manifest.program !== about.program || manifest.layout !== about.layout) {
    const what = `it was written by another version of the checker: ${manifest.program.slice(0, 12)}, and this one is ${about.program.slice(0, 12)}`;
    throw other(what, "go on with the version that wrote it, or begin again in another folder");
  }
}
