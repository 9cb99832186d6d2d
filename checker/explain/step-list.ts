/** Which rows stand for which step of the reference that a model was written from? */
import type { RowOfSource } from "../ledger/corpus.ts";
import { ascii } from "../text/wrap.ts";

/** A heading for each step, in the order of their numbers; beneath it the rows, each with the C that it quotes. */
export function stepList(rows: readonly RowOfSource[]): string {
  const steps = new Map<string, Map<string, string>>();
  for (const { name, row } of rows) {
    for (const step of row.meta.ref?.split(" ") ?? []) {
      const known = steps.get(step) ?? new Map<string, string>();
      steps.set(step, known.set(name, row.quote));
    }
  }
  const inOrder = [...steps].sort(([a], [b]) => byNumber(a, b));
  const lines = inOrder.flatMap(([step, named]) => [step, ...[...named].map(([name, quote]) => `  ${name}  ${quote}`)]);
  return `${ascii(lines.join("\n"))}\n`;
}

/** "3.3.2" before "3.3.10", "3.6.8" before "3.6b.1". */
export function byNumber(a: string, b: string): number {
  const parts = (step: string): readonly (string | number)[] =>
    (step.match(/\d+|\D+/g) ?? []).map((part) => (/^\d/.test(part) ? Number(part) : part));
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (typeof x === "number" && typeof y === "number") return x - y;
    return String(x) < String(y) ? -1 : 1;
  }
  return 0;
}
