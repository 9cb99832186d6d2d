/** Where does the outcome of a check go, and in which form? Printed, or to files; and what cannot be asked for together. */
import { writeFileSync } from "node:fs";
import { statusOf } from "../answer/check.ts";
import type { Outcome } from "../answer/outcome.ts";
import { agreementOn, readEntries } from "../crosscheck/agreement.ts";
import type { Collector, Told } from "../report/formats/format.ts";
import { collectorOf, FORMAT_NAMES, FORMATS, FORMATS_OF_ALL, type FormatName } from "../report/formats/index.ts";
import type { Detail } from "../report/scenario.ts";
import type { Loaded } from "../spec/load.ts";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";
import type { Environment } from "./environment.ts";
import { writePage } from "./page-file.ts";
import { addressOf, linesOf } from "./sources.ts";
import { findSpec } from "./specs.ts";

/** What a user may say of it. */
export interface TellOptions {
  readonly format: FormatName | undefined;
  readonly out: string | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly trace: Detail | undefined;
}

/** A line for each format, under the option that names them. */
export const formatsHelp = FORMAT_NAMES.map((name) => `${" ".repeat(22)}${name.padEnd(6)}${FORMATS[name].about}`).join(
  "\n",
);

/** All that is to be told of an outcome that has just been found; `began`: when the check did. */
export function toldOf(
  loaded: Loaded,
  outcome: Outcome,
  began: Date,
  { trace = "short" }: TellOptions,
  env: Environment,
): Told {
  return {
    outcome,
    status: statusOf(outcome),
    agreement: agreementOn(readEntries(env.folders.results), outcome),
    detail: trace,
    seconds: (Date.now() - began.getTime()) / 1000,
    file: addressOf(findSpec(loaded.source, env.folders).path),
    lineOf: linesOf(loaded),
  };
}

/** Prints one outcome, and writes what goes to files. */
export async function tell(told: Told, began: Date, options: TellOptions, env: Environment): Promise<void> {
  const { format = "text", out, json, html } = options;
  const printed = json === "-" ? "json" : out === undefined ? format : "text";
  const text = FORMATS[printed].one(told, began);
  if (out !== undefined) write(out, "--out", format === printed ? text : FORMATS[format].one(told, began));
  env.print(text);
  if (html !== undefined) await writePage(html, "--html", told.outcome, env);
  if (json !== undefined && json !== "-") write(json, "--json", FORMATS.json.one(told, began));
}

/** The same for many specs: lines are printed where the document that is printed is not all that there is to be. */
export function collectAll(
  { format = "text", out }: TellOptions,
  env: Environment,
): Collector & { readonly print: (text: string) => void } {
  const collector = collectorOf(format, new Date());
  const isPrinted = collector !== null && out === undefined;
  return {
    add: (told) => collector?.add(told),
    addBad: (spec, problems) => collector?.addBad(spec, problems),
    end: () => {
      const text = collector?.end() ?? "";
      if (isPrinted) env.print(text);
      else if (collector && out !== undefined) write(out, "--out", text);
      return text;
    },
    print: (text) => {
      if (!isPrinted) env.print(text);
    },
  };
}

/** Throws `SpecError` for a format where there is nothing that it could hold. */
export function refuseFormat(
  options: TellOptions & { readonly all: boolean; readonly list: boolean; readonly grow: boolean } & {
    readonly "check-reduction": boolean;
  },
): void {
  const { format, out, json, all } = options;
  const problems: LocatedProblem[] = [];
  const other = (["list", "grow", "check-reduction"] as const)
    .filter((name) => options[name])
    .map((name) => `--${name}`);
  for (const [where, given] of [
    ["--format", format],
    ["--out", out],
  ] as const) {
    if (given !== undefined && other.length > 0)
      problems.push({ where, what: `it does not go with ${other.join(", ")}`, mend: `leave out ${where}` });
  }
  if (format !== undefined && format !== "text" && out === undefined && json === "-") {
    const what = `${format} and --json - would both be printed`;
    problems.push({ where: "--format", what, mend: `write --out FILE, or --json FILE` });
  }
  if (all && format !== undefined && !FORMATS_OF_ALL.includes(format)) {
    const what = `${format} is about one spec: it does not go with --all`;
    const mend = `name one spec; over all of them there is ${FORMATS_OF_ALL.join(" and ")}`;
    problems.push({ where: "--format", what, mend });
  }
  if (all && out !== undefined && format === undefined) {
    const mend = `say in which format: --format ${FORMATS_OF_ALL.join(" or ")}`;
    problems.push({ where: "--out", what: "with --all it needs a format", mend });
  }
  if (problems.length > 0) throw new SpecError(problems);
}

export function write(path: string, option: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new SpecError([
      { where: option, what: `${path} cannot be written (${code})`, mend: "name a file in a folder that exists" },
    ]);
  }
}
