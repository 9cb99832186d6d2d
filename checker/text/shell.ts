/** How is a command written so that a shell takes it for what it is, in lines that are not too long? */
import { ascii, WIDTH, type WrapOptions } from "./wrap.ts";

/** A word as it is, or in quotes where a shell would take it for something else. */
export const forShell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/\s+/g, " ").replaceAll("'", "'\\''")}'`;

/** A command in one line. */
export const commandText = (words: readonly string[]): string => words.map(forShell).join(" ");

/**
 * A command in lines that may be pasted as they stand: each but the last goes on behind a backslash. A word that is longer
 * than a line goes on at the first column of the next, where a shell joins its parts.
 */
export function commandLines(
  words: readonly string[],
  { first = "", rest = " ".repeat(first.length), width = WIDTH }: WrapOptions = {},
): string[] {
  const room = width - " \\".length;
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const given of words) {
    const word = ascii(given);
    const text = forShell(word);
    if (!isEmpty && line.length + 1 + text.length > room) {
      lines.push(`${line} \\`);
      line = rest;
      isEmpty = true;
    }
    const before = isEmpty ? "" : " ";
    isEmpty = false;
    if (line.length + before.length + text.length <= room) {
      line += before + text;
      continue;
    }
    const [head = "", ...more] = piecesOf(word, room - line.length - before.length, room);
    line += before + head;
    for (const piece of more) {
      lines.push(`${line}\\`);
      line = piece;
    }
  }
  return [...lines, line];
}

/** A word in pieces, each quoted by itself: the first of at most so many columns, the others of at most that many. */
function piecesOf(word: string, first: number, others: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const letter of word) {
    const room = pieces.length === 0 ? first : others;
    if (piece !== "" && forShell(piece + letter).length > room) {
      pieces.push(forShell(piece));
      piece = "";
    }
    piece += letter;
  }
  return [...pieces, forShell(piece)];
}
