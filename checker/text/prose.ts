/** How is Markdown that a command writes wrapped? Prose at 80 columns; tables, headings and blocks of code as they are. */

/** Columns of a line of prose. */
export const COLUMNS = 80;

/** A fence opens a block of code, and one at least as long, of nothing else, closes it. */
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** What a paragraph does not go on with: nothing, a table, a heading, a comment, a block of code, an item of a list. */
const BEGINS = /^(\s*$|\||#| {0,3}(`{3,}|~{3,})|<!--|\s*([-*+]|\d+[.)]) )/;

/** Wraps each paragraph and each item of a list; what is wrapped already and gets no shorter stays as it is. */
export function wrapped(document: string): string {
  const lines = document.split("\n");
  const out: string[] = [];
  let fence = "";
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string;
    const [, marks = ""] = FENCE.exec(line) ?? [];
    const isCode = fence !== "" || marks !== "" || line.startsWith("    ");
    if (fence === "") fence = marks;
    else if (marks.startsWith(fence) && line.trim() === marks) fence = "";
    if (isCode || /^(\s*$|\||#|<)/.test(line)) {
      out.push(line);
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < lines.length && !BEGINS.test(lines[end] as string)) end += 1;
    out.push(...filled(lines.slice(at, end)));
    at = end;
  }
  return out.join("\n");
}

/** A paragraph, or an item of a list whose other lines stand under its text. */
function filled([first = "", ...more]: readonly string[]): string[] {
  const [mark] = /^\s*(([-*+]|\d+[.)]) +)?/.exec(first) as RegExpExecArray;
  const rest = " ".repeat(mark.length);
  const words = [first.slice(mark.length), ...more].flatMap((line) => line.split(/\s+/)).filter((word) => word !== "");
  const lines: string[] = [];
  let line = mark;
  let isEmpty = true;
  for (const word of words) {
    // At the beginning of a line these would begin an item, a heading or a quotation.
    const mayBegin = !/^([-*+>]|#+|\d+[.)])$/.test(word);
    if (!isEmpty && mayBegin && [...line, ...word].length >= COLUMNS) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
