/** How does a table look in Markdown? The only place that writes one. */

/** The head of a column; figures stand to the right. */
export type Column = string | { readonly figures: string };

type Cell = string | number;

/** A table without a line break at its end. A bar in a cell would begin another, and a line break would end the table. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const head = columns.map((column) => (typeof column === "string" ? column : column.figures));
  const rule = columns.map((column) => (typeof column === "string" ? "---" : "---:"));
  const odd = rows.find((row) => row.length !== columns.length);
  if (odd) throw new Error(`a row of ${odd.length} cells in a table of ${columns.length} columns: ${odd.join(", ")}`);
  const line = (cells: readonly Cell[]): string => `| ${cells.map(cellText).join(" | ")} |`;
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

const cellText = (cell: Cell): string =>
  String(cell)
    .replaceAll("|", "\\|")
    .replaceAll(/\r?\n|\r/g, " ");

/** Words of somebody who did not write Markdown: no tag begins in them, and no emphasis. */
export const plain = (text: string): string => text.replaceAll("<", "&lt;").replaceAll("_", "\\_");
