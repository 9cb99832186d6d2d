/**
 * In which file and line is a row of a model written? Found in the text of the model's files, by the row's label and the C
 * that it quotes: a table of rows does not know where it was written.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { SourceLine } from "../report/formats/format.ts";
import type { Loaded } from "../spec/load.ts";
import { modelFolders } from "./models.ts";
import { PROJECT } from "./specs.ts";

/** `read: step(` and, there or in the next line, its quotation. */
const ROW = /^[ \t]*"?([\w$]+)"?: (?:step|call|select)\(\s*("(?:[^"\\\n]|\\.)*")/gm;
/** What rows stand in: `program("name", ..`, or a patch of a program. */
const TABLE = /\b(?:program\(\s*"([^"\n]+)"|patch\()/g;

interface Written extends SourceLine {
  readonly label: string;
  readonly quote: string;
  /** The program that it is written in; null in a patch, or where the text does not name it. */
  readonly program: string | null;
}

/** A function that finds the rows of a loaded spec's system; null for a row that it does not find, or not for sure. */
export function linesOf({ spec, system, modelFile }: Loaded): (program: string, label: string) => SourceLine | null {
  const folder = modelFile === undefined ? modelFolders[spec.model.name] : undefined;
  let written: readonly Written[] | null = null;
  return (program, label) => {
    const quote = system.programs[program]?.rows[label]?.quote;
    if (quote === undefined) return null;
    written ??= (modelFile === undefined ? filesIn(folder) : [modelFile]).flatMap(rowsIn);
    const same = written.filter((one) => one.label === label && one.quote === quote);
    const own = same.filter((one) => one.program === program);
    const [only, ...more] = own.length > 0 ? own : same.filter((one) => one.program === null);
    return only && more.length === 0 ? { file: only.file, line: only.line } : null;
  };
}

const filesIn = (folder: string | undefined): readonly string[] =>
  folder === undefined
    ? []
    : readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .sort()
        .map((file) => join(folder, file));

function rowsIn(path: string): Written[] {
  const text = readFileSync(path, "utf8");
  const tables = [...text.matchAll(TABLE)].map(({ index, 1: name }) => ({ index, name: name ?? null }));
  return [...text.matchAll(ROW)].map(({ index, 1: label = "", 2: quote = '""' }) => ({
    file: addressOf(path),
    line: text.slice(0, index).split("\n").length,
    label,
    quote: JSON.parse(quote) as string,
    program: tables.findLast((table) => table.index < index)?.name ?? null,
  }));
}

/** A path from the folder of the project, as an address; for a file elsewhere its whole address. */
export function addressOf(path: string): string {
  const inside = relative(PROJECT, path);
  if (inside.startsWith("..") || isAbsolute(inside)) return pathToFileURL(path).href;
  return inside.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
