/** What drift found, to be read: each function with what is no longer so, and the statements that no row quotes. */
import { COLUMNS } from "../text/prose.ts";
import { markdownTable, plain } from "../text/table.ts";
import { count, spread, wrap } from "../text/wrap.ts";
import { STATEMENT_KINDS, type StatementKind } from "./c-file.ts";
import {
  type CStatement,
  type Drift,
  type FunctionDrift,
  hasDrifted,
  isInStep,
  isLost,
  type ProgramDrift,
} from "./drift.ts";

const KINDS: Readonly<Record<StatementKind, string>> = {
  lock: "lock operations",
  call: "calls",
  shared: "shared fields",
  local: "other",
};

const some = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** How many of what there is are as they were. */
export function countsOf({ functions, programs }: Drift) {
  const rows = programs.flatMap((one) => one.rows);
  return {
    functions: functions.length,
    drifted: functions.filter(hasDrifted).length,
    rows: rows.length,
    lost: rows.filter(isLost).length,
  };
}

/** `full`: with the statements that no row quotes. */
export function driftText(drift: Drift, full: boolean): string {
  const { model, version, kernel, programs, functions, ownPrograms } = drift;
  const { functions: all, drifted, rows, lost } = countsOf(drift);
  const unquoted = functions.flatMap((one) => one.unquoted);
  const kinds = STATEMENT_KINDS.map((kind) => `${KINDS[kind]} ${unquoted.filter((one) => one.kind === kind).length}`);
  const verdict = isInStep(drift) ? "IN STEP" : "DRIFTED";
  const lines = [
    ...spread(`${verdict}: ${model}${version === null ? "" : ` ${version}`} against a tree of ${kernel}`, ""),
    ...wrap(
      `${some(rows - lost, "quotation")} of ${count(rows)} there; ${some(all - drifted, "function")} of ${count(all)} ${asKnown(drift)}; ${some(ownPrograms, "program")} of the model alone.`,
      { first: "  ", rest: "  " },
    ),
    ...wrap(`Statements that no row quotes: ${unquoted.length} (${kinds.join(", ")}).`, { first: "  ", rest: "  " }),
    "",
    ...functions.flatMap((one) => functionLines(one, programs, full)),
  ];
  return `${lines.join("\n")}\n`;
}

function functionLines(of: FunctionDrift, programs: readonly ProgramDrift[], full: boolean): readonly string[] {
  const { key, is, at, added, gone, unquoted } = of;
  const own = programs.filter(({ functions }) => functions[0] === key);
  const rows = own.flatMap((one) => one.rows.map((row) => ({ ...row, program: one.program })));
  const lost = rows.filter(isLost);
  const later = rows.filter(({ outOfOrder }) => outOfOrder);
  if (!full && !hasDrifted(of) && lost.length === 0 && is === "there") return [];
  const where = {
    there: `line ${at.map(({ line }) => line).join(", ")}`,
    elsewhere: "in another file",
    gone: of.inlined ? "is not there, and no row needs it" : "is gone",
  };
  const tokens =
    of.tokens === null ? "" : `, tokens ${of.tokens === "as recorded" ? of.tokens : of.tokens.toUpperCase()}`;
  const quoted = rows.length === 0 ? "" : `, ${rows.length - lost.length} of ${rows.length} quotations there`;
  return [
    ...wrap(`${key}: ${where[is]}${quoted}${tokens}`, { rest: "    " }),
    ...(is === "elsewhere" ? at.map(({ file, line }) => `  is in ${file}:${line}`) : []),
    ...lost.flatMap(({ program, label, quote, missing }) => [
      ...wrap(`LOST ${program}: ${label}: ${quote}`, { first: "  ", rest: "      " }),
      ...(missing[0] === quote ? [] : missing).flatMap((run) =>
        wrap(`not there: ${run}`, { first: "      ", rest: "        " }),
      ),
    ]),
    ...added.flatMap((one) => statementLines("new", one)),
    ...(gone > 0 ? [`  ${some(gone, "statement")} that it was written from ${gone === 1 ? "is" : "are"} gone`] : []),
    ...(full
      ? later.flatMap(({ label, at: line }) =>
          wrap(`before an earlier row: ${label}, line ${line?.line}`, { first: "  ", rest: "      " }),
        )
      : []),
    ...(full ? unquoted.flatMap((one) => (one.kind === "local" ? [] : statementLines(one.kind, one))) : []),
  ];
}

const statementLines = (what: string, { line, text }: CStatement): readonly string[] =>
  wrap(`${what} ${line}: ${text}`, { first: "  ", rest: "      " });

/** A page: for each version a table of the functions that have drifted, or whose rows have lost what they quote. */
export function driftMarkdown(drifts: readonly Drift[]): string {
  const words = drifts.map(({ version }) => version).filter((version) => version !== null);
  const command = `npm run drift -- TREE --version ${words[0] ?? "VERSION"} --format markdown`;
  const head = `Written by \`${command}\`, never by hand. \`docs/drift.md\` says what is compared.`;
  return `${["# Drift", "", ...wrap(head, { width: COLUMNS }), ...drifts.flatMap(sectionOf)].join("\n")}\n`;
}

function sectionOf(drift: Drift): readonly string[] {
  const { model, version, kernel, recorded, programs, functions } = drift;
  const { functions: all, drifted, rows, lost } = countsOf(drift);
  const lines = functions.flatMap((of) => {
    const own = programs.filter((one) => one.functions[0] === of.key).flatMap((one) => one.rows);
    const gone = own.filter(isLost);
    if (!hasDrifted(of) && gone.length === 0) return [];
    const is = of.is === "elsewhere" ? `in ${of.at[0]?.file}` : of.is;
    return [[plain(of.key), plain(is), ...(recorded === null ? [] : [of.tokens ?? ""]), own.length, gone.length]];
  });
  const said = `Of ${count(rows)} quotations ${count(rows - lost)} are there, and of ${count(all)} functions ${count(all - drifted)} are ${asKnown(drift)}.`;
  const tokens = recorded === null ? [] : ["tokens"];
  const columns = ["function", "it is", ...tokens, { figures: "quotations" }, { figures: "lost" }];
  return [
    "",
    `## ${model}${version === null ? "" : ` ${version}`} against ${kernel}`,
    "",
    ...wrap(said, { width: COLUMNS }),
    ...(lines.length > 0 ? ["", markdownTable(columns, lines)] : []),
  ];
}

/** What the functions are held to. */
const asKnown = ({ recorded }: Drift): string =>
  recorded === null ? "where rows have them (no tokens are recorded of this version)" : `as recorded of ${recorded}`;
