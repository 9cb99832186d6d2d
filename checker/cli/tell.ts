/** Where does the outcome of a check go, and in which form? Printed, or to files; and what cannot be asked for together. */

import { statusOf } from "../answer/check.ts";
import type { Outcome } from "../answer/outcome.ts";
import { agreementOn, type Entry } from "../crosscheck/agreement.ts";
import type { Collector, Told } from "../report/formats/format.ts";
import { collectorOf, FORMATS, FORMATS_OF_ALL, type FormatName } from "../report/formats/index.ts";
import type { Detail } from "../report/scenario.ts";
import type { TreeFacts } from "../report/tree.ts";
import type { Loaded } from "../spec/load.ts";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";
import type { Environment } from "./environment.ts";
import { deliver, writeOutput } from "./outputs.ts";
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

/** All that is to be told of an outcome that has just been found; `began`: when the check did, `entries`: who agreed with what. */
export function toldOf(
  loaded: Loaded,
  outcome: Outcome,
  began: Date,
  entries: readonly Entry[],
  { trace = "short" }: Pick<TellOptions, "trace">,
  { folders }: Environment,
  tree?: TreeFacts,
): Told {
  return {
    ...(tree ? { tree } : {}),
    outcome,
    status: statusOf(outcome),
    agreement: agreementOn(entries, outcome),
    detail: trace,
    seconds: (Date.now() - began.getTime()) / 1000,
    file: addressOf(findSpec(loaded.source, folders).path),
    lineOf: linesOf(loaded),
  };
}

/** The files that an outcome goes to, by option. */
export const filesOf = ({ out, json, html }: TellOptions) => ({
  files: { "--out": out, "--json": json === "-" ? undefined : json },
  pages: { "--html": html },
});

/** Prints one outcome, then writes what goes to files, and `more`. Gives the exit status. */
export function tell(
  told: Told,
  began: Date,
  options: TellOptions,
  env: Environment,
  more: readonly (() => void)[] = [],
): Promise<number> {
  const { format = "text", json } = options;
  const { files, pages } = filesOf(options);
  const to = (path: string | undefined, write: (path: string) => void | Promise<void>) =>
    path === undefined ? [] : [() => write(path)];
  const printed = json === "-" ? "json" : options.out === undefined ? format : "text";
  env.print(FORMATS[printed].one(told, began));
  const writers = [
    ...to(files["--out"], (path) => writeOutput(path, "--out", FORMATS[format].one(told, began))),
    ...to(pages["--html"], (path) => writePage(path, "--html", told.outcome, told.agreement)),
    ...to(files["--json"], (path) => writeOutput(path, "--json", FORMATS.json.one(told, began))),
    ...more,
  ];
  return deliver(told.status, writers, env);
}

/**
 * The same for many specs: lines are printed where the document that is printed is not all that there is to be. The end
 * gives the exit status.
 */
export function collectAll(
  { format = "text", out }: TellOptions,
  env: Environment,
): Omit<Collector, "end"> & {
  readonly print: (text: string) => void;
  readonly end: (status: number) => Promise<number>;
} {
  const collector = collectorOf(format, new Date());
  const isPrinted = collector !== null && out === undefined;
  return {
    add: (told) => collector?.add(told),
    addBad: (spec, problems) => collector?.addBad(spec, problems),
    end: (status) => {
      if (isPrinted) env.print(collector.end());
      const isWritten = collector && out !== undefined;
      return deliver(status, isWritten ? [() => writeOutput(out, "--out", collector.end())] : [], env);
    },
    print: (text) => {
      if (!isPrinted) env.print(text);
    },
  };
}

/** Throws `SpecError` for a format where there is nothing that it could hold, or two that would both be printed. */
export function refuseFormat({ format, out, json, all }: TellOptions & { readonly all: boolean }): void {
  const problems: LocatedProblem[] = [];
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
