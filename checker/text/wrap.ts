/** Plain text for mails: ASCII only, wrapped so that two levels of quoting still fit. Nothing is ever cut off. */

/** Columns of every line of a report. */
export const WIDTH = 72;

const PLAIN: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2013": "-",
  "\u2014": "--",
  "\u2026": "..",
  "\u2192": "->",
  "\u00a0": " ",
};

/** Text in printable ASCII; what has no plain form is written as its code point. */
export const ascii = (text: string): string =>
  text.replace(/[^\n\x20-\x7e]/gu, (c) => PLAIN[c] ?? (/\s/.test(c) ? " " : `<U+${hex(c)}>`));

const hex = (c: string): string => (c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");

/** 1,204,331 */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

export interface WrapOptions {
  /** What stands before the first line. */
  readonly first?: string;
  /** What stands before the others. Default: as many blanks. */
  readonly rest?: string;
  readonly width?: number;
}

/** Breaks text at blanks; a word longer than a line after punctuation, or anywhere. */
export function wrap(
  text: string,
  { first = "", rest = " ".repeat(first.length), width = WIDTH }: WrapOptions = {},
): string[] {
  const lines: string[] = [];
  let line = ascii(first);
  let isEmpty = true;
  const end = (): void => {
    lines.push(line.trimEnd());
    line = ascii(rest);
    isEmpty = true;
  };
  for (const given of ascii(text).split(/\s+/)) {
    let word = given;
    if (!isEmpty && line.length + 1 + word.length > width) end();
    if (!isEmpty) line += " ";
    while (line.length + word.length > width) {
      const head = headOf(word, Math.max(1, width - line.length));
      line += head;
      word = word.slice(head.length);
      end();
    }
    line += word;
    isEmpty = false;
  }
  if (!isEmpty || lines.length === 0) end();
  return lines;
}

/** The longest beginning of a word that fits and ends after punctuation, best not within a name. */
function headOf(word: string, room: number): string {
  const head = word.slice(0, room);
  for (const stops of ["(,;:.>/|&", "_"]) {
    const stop = Math.max(...[...stops].map((c) => head.lastIndexOf(c)));
    if (stop > 0) return head.slice(0, stop + 1);
  }
  return head;
}

/** Two texts on one line, the second at the right margin; on two lines where they do not fit. */
export function spread(...texts: readonly [left: string, right: string]): string[] {
  const [left, right] = texts.map(ascii) as [string, string];
  const gap = WIDTH - left.length - right.length;
  return gap >= 2
    ? [`${left}${" ".repeat(gap)}${right}`.trimEnd()]
    : [...wrap(left), ...wrap(right, { first: "  " })].filter((line) => line !== "");
}
