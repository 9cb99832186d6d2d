/** Lays out lines of several columns within the width of a mail: side by side where two fit, else one after another. */
import { WIDTH, wrap } from "./wrap.ts";

export interface Line {
  readonly column: number;
  readonly indent: number;
  readonly text: string;
  /** The line only says that this context has the column now. */
  readonly turnsTo?: number;
}

const MARGIN = "  ";
const GAP = "  ";
/** What a line keeps for its text however deep it is nested. */
const LEAST = 16;

/** Time runs downwards: no two columns share a row. */
export function layOut(headings: readonly string[], lines: readonly Line[]): string[] {
  const side = headings.length === 2;
  const width = side ? (WIDTH - MARGIN.length - GAP.length) / 2 : WIDTH - MARGIN.length;
  const wrapped = ({ indent, text }: Pick<Line, "indent" | "text">): string[] => {
    const blanks = " ".repeat(Math.min(indent, width - LEAST));
    return wrap(text, { first: blanks, rest: `${blanks}  `, width });
  };
  if (headings.length <= 1) {
    return [...underlined(headings[0] ?? "", width), ...lines.flatMap(wrapped)].map((line) => MARGIN + line);
  }
  if (side) {
    const place = (column: number) => (line: string) =>
      column === 0 ? MARGIN + line : MARGIN + " ".repeat(width) + GAP + line;
    const [left, right] = headings.map((h) => underlined(h, width));
    const rows = Array.from({ length: Math.max(left?.length ?? 0, right?.length ?? 0) });
    const top = rows.map((_, i) => `${MARGIN}${(left?.[i] ?? "").padEnd(width)}${GAP}${right?.[i] ?? ""}`.trimEnd());
    return [...top, ...lines.flatMap((line) => wrapped(line).map(place(line.column)))];
  }
  let shown = -1;
  return lines.flatMap((line) => {
    const turn = line.column === shown ? [] : wrap(`${headings[line.column]}:`, { width });
    shown = line.column;
    return [...turn, ...wrapped({ ...line, indent: line.indent + 1 })].map((text) => MARGIN + text);
  });
}

const underlined = (heading: string, width: number): string[] => {
  const text = wrap(heading, { width });
  return [...text, "-".repeat(Math.max(...text.map((line) => line.length)))];
};
