/**
 * From which C was a version of a model written? Of each function a hash of its tokens, and of its statements one each: what
 * is new in another tree can then be shown, and no code is kept.
 */
import { existsSync } from "node:fs";
import { SpecError, shownPath } from "../spec/problems.ts";
import { jsonIn } from "../spec/text.ts";
import { readText, writeWhole } from "../text/files.ts";
import type { Definition, Statement } from "./c-file.ts";
import { hashOfTokens } from "./c-tokens.ts";

interface RecordedFunction {
  /** Of all tokens of all its definitions. */
  readonly tokens: string;
  /** Of each statement, in their order, with a space between. */
  readonly statements: string;
}

export interface Recorded {
  /** The kernel that it was read from: "7.3.4". */
  readonly kernel: string;
  /** By "mm/slub.c free_to_pcs()". */
  readonly functions: Readonly<Record<string, RecordedFunction>>;
}

const STATEMENT_DIGITS = 6;

const statementHash = ({ tokens }: Definition, { from, to }: Statement): string =>
  hashOfTokens(tokens.slice(from, to), STATEMENT_DIGITS);

export const recordOf = (definitions: readonly Definition[]): RecordedFunction => ({
  tokens: hashOfTokens(definitions.flatMap(({ tokens }) => tokens)),
  statements: definitions.flatMap((one) => one.statements.map((statement) => statementHash(one, statement))).join(" "),
});

/** Statements that are not among those recorded, and how many of those are gone. */
export function differences(definition: readonly Definition[], recorded: RecordedFunction) {
  const left = new Map<string, number>();
  for (const hash of recorded.statements.split(" ").filter((text) => text !== ""))
    left.set(hash, (left.get(hash) ?? 0) + 1);
  const added: Statement[] = [];
  for (const one of definition)
    for (const statement of one.statements) {
      const hash = statementHash(one, statement);
      const known = left.get(hash) ?? 0;
      if (known > 0) left.set(hash, known - 1);
      else added.push(statement);
    }
  return { added, gone: [...left.values()].reduce((sum, n) => sum + n, 0) };
}

/** Null where nothing was recorded. Throws `SpecError` where the file is damaged. */
export function readRecorded(path: string): Recorded | null {
  if (!existsSync(path)) return null;
  const data = jsonIn(readText(path));
  if (isRecorded(data)) return data;
  const mend = "take it from the repository again, or write it: npm run drift -- TREE --write";
  throw new SpecError([
    { where: shownPath(path), what: "it is damaged: not what `npm run drift -- TREE --write` writes", mend },
  ]);
}

const isObject = (data: unknown): data is Record<string, unknown> =>
  typeof data === "object" && data !== null && !Array.isArray(data);

const isRecorded = (data: unknown): data is Recorded =>
  isObject(data) &&
  typeof data.kernel === "string" &&
  isObject(data.functions) &&
  Object.values(data.functions).every(
    (one) => isObject(one) && typeof one.tokens === "string" && typeof one.statements === "string",
  );

export function writeRecorded(path: string, { kernel, functions }: Recorded): void {
  const inOrder = Object.fromEntries(Object.entries(functions).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeWhole(path, `${JSON.stringify({ kernel, functions: inOrder }, null, 2)}\n`);
}
