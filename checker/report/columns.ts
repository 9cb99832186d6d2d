/** Lays out lines of several columns within the width of a mail: side by side where two fit, else one after another. */
import { WIDTH, wrap } from "../text/wrap.ts";

export interface Line {
  readonly column: number;
  readonly indent: number;
  readonly text: string;
  /** The line only says that this context has the column now. */
  readonly turnsTo?: number;
  /** The line is of all columns. */
  readonly isAcross?: true;
}

const MARGIN = "  ";
const GAP = "  ";
/** What a line keeps for its text however deep it is nested. */
const LEAST = 16;

/** Time runs downwards: no two columns share a row. */
export function layOut(headings: readonly string[], lines: readonly Line[]): string[] {
  if (headings.length === 2) return sideBySide(headings as [string, string], lines);
  const width = WIDTH - MARGIN.length;
  if (headings.length === 1) {
    return [...underlined(headings[0] as string, width), ...lines.flatMap((line) => wrapped(line, width))].map(
      (line) => MARGIN + line,
    );
  }
  let shown = -1;
  return lines.flatMap((line) => {
    // Where no step was taken there is no column to speak of.
    const heading = headings[line.column];
    const turn = line.column === shown || heading === undefined ? [] : wrap(`${heading}:`, { width });
    if (line.isAcross) return wrapped(line, width).map((text) => MARGIN + text);
    shown = line.column;
    return [...turn, ...wrapped({ ...line, indent: line.indent + 1 }, width)].map((text) => MARGIN + text);
  });
}

/** The columns are as wide as they are where the fewest lines need breaking: one often says more than the other. */
function sideBySide(headings: readonly [string, string], lines: readonly Line[]): string[] {
  const both = WIDTH - MARGIN.length - GAP.length;
  let best: string[] | null = null;
  for (const left of [34, 38, 30, 42, 26, 46, 22]) {
    const widths = [left, both - left];
    const [top, beside] = headings.map((heading, i) => underlined(heading, widths[i] as number)) as [
      string[],
      string[],
    ];
    const rows = [
      ...Array.from({ length: Math.max(top.length, beside.length) }, (_, i) => [top[i] ?? "", beside[i] ?? ""]),
      ...lines.flatMap((line) =>
        line.isAcross
          ? wrapped(line, both).map((text) => [text])
          : wrapped(line, widths[line.column] as number).map((text) => (line.column === 0 ? [text, ""] : ["", text])),
      ),
    ];
    const drawn = rows.map(([text = "", other]) =>
      (other === undefined ? MARGIN + text : `${MARGIN}${text.padEnd(left)}${GAP}${other}`).trimEnd(),
    );
    if (!best || drawn.length < best.length) best = drawn;
  }
  return best as string[];
}

function wrapped({ indent, text }: Pick<Line, "indent" | "text">, width: number): string[] {
  const blanks = " ".repeat(Math.min(indent, width - LEAST));
  return wrap(text, { first: blanks, rest: `${blanks}  `, width });
}

const underlined = (heading: string, width: number): string[] => {
  const text = wrap(heading, { width });
  return [...text, "-".repeat(Math.max(...text.map((line) => line.length)))];
};
