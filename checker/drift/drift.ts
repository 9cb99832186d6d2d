/**
 * Do the rows of a model still stand for lines of a kernel tree? For each function that a program names: is it there, and
 * made of the tokens that the model was written from; for each row: is what it quotes there, and where.
 */
import type { Program, SourceRow } from "../language/programs.ts";
import { STATEMENT_KINDS, type Statement } from "./c-file.ts";
import { type CFunction, functionsIn, functionsOf, keyOf } from "./functions.ts";
import { type FoundQuote, findQuotes } from "./quotes.ts";
import { differences, type Recorded, recordOf } from "./recorded.ts";
import type { Placed, Tree } from "./tree.ts";

/** Rows of one version of a model, in place of what it replaces. */
export type Rows = Readonly<Record<string, SourceRow>>;
export type AskedProgram = Pick<Program, "name" | "kernel" | "inlines"> & { readonly rows: Rows };

export interface CLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}
export interface CStatement extends CLine, Pick<Statement, "text" | "kind"> {}

export interface FunctionDrift extends CFunction {
  /** "mm/slub.c free_to_pcs()" */
  readonly key: string;
  readonly is: "there" | "elsewhere" | "gone";
  /** Where it is defined: several times where #ifdef chooses. */
  readonly at: readonly CLine[];
  readonly programs: readonly string[];
  /** Programs quote lines of it, and none stands for all that it does. */
  readonly inlined: boolean;
  /** Beside what is recorded of the version. Null where nothing is, or the function is not there. */
  readonly tokens: "as recorded" | "changed" | "not recorded" | null;
  /** Of changed tokens: statements that the model was not written from, and how many of those that it was are gone. */
  readonly added: readonly CStatement[];
  readonly gone: number;
  /** What no row quotes, what matters most first. Nothing of a function that is only inlined. */
  readonly unquoted: readonly CStatement[];
}

export interface RowDrift {
  readonly label: string;
  readonly quote: string;
  /** Where the quotation begins; null where nothing of it is there. */
  readonly at: CLine | null;
  /** Runs of tokens that are not there; none where the row stands for what it quotes. */
  readonly missing: readonly string[];
  /** The quotation stands before that of an earlier row. */
  readonly outOfOrder: boolean;
}

export interface ProgramDrift {
  readonly program: string;
  /** What it is said to stand for: "v7.3.4 mm/slub.c free_to_pcs()". */
  readonly kernel: string;
  /** Keys of its functions. */
  readonly functions: readonly string[];
  /** Those that quote something, in the program's order. */
  readonly rows: readonly RowDrift[];
}

export interface Drift {
  readonly model: string;
  readonly version: string | null;
  /** Of the tree. */
  readonly kernel: string;
  /** The kernel whose tokens are recorded; null where none are. */
  readonly recorded: string | null;
  readonly programs: readonly ProgramDrift[];
  readonly functions: readonly FunctionDrift[];
  /** Programs that name no function: of the model alone. */
  readonly ownPrograms: number;
}

export const isLost = ({ missing }: RowDrift): boolean => missing.length > 0;
/** One that is only inlined may be gone: then what is quoted of it stands elsewhere, or is lost. */
export const hasDrifted = ({ is, inlined, tokens }: FunctionDrift): boolean =>
  (is !== "there" && !inlined) || tokens === "changed" || tokens === "not recorded";
export const isInStep = ({ programs, functions }: Drift): boolean =>
  !functions.some(hasDrifted) && !programs.some(({ rows }) => rows.some(isLost));

/** `programs`: of a version, its patches applied. */
export function driftOf(
  tree: Tree,
  programs: readonly AskedProgram[],
  about: { readonly model: string; readonly version: string | null },
  recorded: Recorded | null,
): Drift {
  const named = programs.filter((one) => functionsOf(one).length > 0);
  const files = [...new Set(named.flatMap((one) => functionsOf(one).map(({ file }) => file)))];
  const placesOf = (one: CFunction): readonly Placed[] => {
    const own = tree.definitionsOf(one);
    return own.length > 0 ? own : tree.elsewhere(one, files);
  };
  const quotes = new Map(
    named.map((one) => {
      const rows = Object.entries(one.rows).map(([label, { quote }]) => ({ label, quote }));
      return [one.name, findQuotes(rows, functionsOf(one).flatMap(placesOf))] as const;
    }),
  );
  const found = [...quotes.values()].flat();
  const functions = new Map<string, FunctionDrift>();
  for (const one of named.flatMap(functionsOf)) {
    const key = keyOf(one);
    if (functions.has(key)) continue;
    const standing = named.filter(({ kernel }) => functionsIn(kernel).some((other) => keyOf(other) === key));
    const inlining = named.filter(({ inlines }) => functionsIn(inlines).some((other) => keyOf(other) === key));
    const placed = placesOf(one);
    functions.set(key, {
      ...one,
      key,
      is: placed.length === 0 ? "gone" : placed.every(({ file }) => file === one.file) ? "there" : "elsewhere",
      at: placed.map(({ file, definition: { line } }) => ({ file, line })),
      inlined: standing.length === 0,
      programs: [...standing, ...inlining].map(({ name }) => name),
      ...tokensOf(placed, recorded, key),
      unquoted: standing.length === 0 ? [] : unquotedIn(placed, found),
    });
  }
  return {
    ...about,
    kernel: tree.kernel,
    recorded: recorded?.kernel ?? null,
    programs: named.map((one) => ({
      program: one.name,
      kernel: one.kernel ?? "",
      functions: functionsOf(one).map(keyOf),
      rows: (quotes.get(one.name) ?? []).map(rowDrift),
    })),
    functions: [...functions.values()],
    ownPrograms: programs.length - named.length,
  };
}

/** What `--write` keeps: of every function that is where it is said to be. */
export function recordedIn(tree: Tree, programs: readonly AskedProgram[]): Recorded {
  const functions = new Map(programs.flatMap(functionsOf).map((one) => [keyOf(one), tree.definitionsOf(one)]));
  return {
    kernel: tree.kernel,
    functions: Object.fromEntries(
      [...functions]
        .filter(([, placed]) => placed.length > 0)
        .map(([key, placed]) => [key, recordOf(placed.map(({ definition }) => definition))]),
    ),
  };
}

const lineAt = ({ file, definition }: Placed, token: number): CLine => ({ file, line: definition.lineOf(token) });

const rowDrift = ({ label, quote, spans: [first], missing, outOfOrder }: FoundQuote): RowDrift => ({
  label,
  quote,
  at: first ? lineAt(first.placed, first.from) : null,
  missing,
  outOfOrder,
});

const statement = ({ file }: Placed, { line, text, kind }: Statement): CStatement => ({ file, line, text, kind });

function tokensOf(
  placed: readonly Placed[],
  recorded: Recorded | null,
  key: string,
): Pick<FunctionDrift, "tokens" | "added" | "gone"> {
  const definitions = placed.map(({ definition }) => definition);
  if (recorded === null || placed.length === 0) return { tokens: null, added: [], gone: 0 };
  const known = Object.hasOwn(recorded.functions, key) ? recorded.functions[key] : undefined;
  if (known === undefined) return { tokens: "not recorded", added: [], gone: 0 };
  if (recordOf(definitions).tokens === known.tokens) return { tokens: "as recorded", added: [], gone: 0 };
  const { added, gone } = differences(definitions, known);
  const home = (one: Statement) => placed.find(({ definition }) => definition.statements.includes(one)) as Placed;
  return { tokens: "changed", added: added.map((one) => statement(home(one), one)), gone };
}

/** Statements of which no row quotes a token. */
function unquotedIn(placed: readonly Placed[], quotes: readonly FoundQuote[]): readonly CStatement[] {
  const left = placed.flatMap((one) => {
    const spans = quotes.flatMap((quote) => quote.spans.filter((span) => span.placed.definition === one.definition));
    return one.definition.statements
      .filter((of) => !spans.some(({ from, to }) => from < of.to && of.from < to))
      .map((of) => statement(one, of));
  });
  const rank = ({ kind }: CStatement): number => STATEMENT_KINDS.indexOf(kind);
  return left.sort((a, b) => rank(a) - rank(b));
}
