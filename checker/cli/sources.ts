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

interface Written {
  readonly line: number;
  readonly label: string;
  readonly quote: string;
  /** The program that it is written in; null in a patch, or where the text does not name it. */
  readonly program: string | null;
}

interface SourceFile {
  readonly address: string;
  readonly text: string;
  readonly rows: readonly Written[];
}

/**
 * A function that finds the rows of a loaded spec's system: file and line; the file of the program alone, where rows are
 * made by a function of the model; null where it does not know for sure.
 */
export function linesOf({ spec, system, modelFile }: Loaded): (program: string, label: string) => SourceLine | null {
  const folder = modelFile === undefined ? modelFolders[spec.model.name] : undefined;
  let files: readonly SourceFile[] | null = null;
  return (program, label) => {
    const quote = system.programs[program]?.rows[label]?.quote;
    if (quote === undefined) return null;
    files ??= (modelFile === undefined ? filesIn(folder) : [modelFile]).map(sourceFile);
    const same = files.flatMap(({ address, rows }) =>
      rows.filter((row) => row.label === label && row.quote === quote).map((row) => ({ address, row })),
    );
    const own = same.filter(({ row }) => row.program === program);
    const row = only(own.length > 0 ? own : same.filter((one) => one.row.program === null));
    if (row) return { file: row.address, line: row.row.line };
    const named = only(files.filter(({ text }) => text.includes(JSON.stringify(program))));
    return named ? { file: named.address, line: null } : null;
  };
}

const only = <T>(found: readonly T[]): T | null => (found.length === 1 ? (found[0] as T) : null);

const filesIn = (folder: string | undefined): readonly string[] =>
  folder === undefined
    ? []
    : readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .sort()
        .map((file) => join(folder, file));

function sourceFile(path: string): SourceFile {
  const text = readFileSync(path, "utf8");
  const tables = [...text.matchAll(TABLE)].map(({ index, 1: name }) => ({ index, name: name ?? null }));
  const rows = [...text.matchAll(ROW)].map(({ index, 1: label = "", 2: quote = '""' }) => ({
    line: text.slice(0, index).split("\n").length,
    label,
    quote: JSON.parse(quote) as string,
    program: tables.findLast((table) => table.index < index)?.name ?? null,
  }));
  return { address: addressOf(path), text, rows };
}

/** A path from the folder of the project, as an address; for a file elsewhere its whole address. */
export function addressOf(path: string): string {
  const inside = relative(PROJECT, path);
  if (inside.startsWith("..") || isAbsolute(inside)) return pathToFileURL(path).href;
  return inside.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
