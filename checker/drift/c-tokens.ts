/** What are the tokens of a piece of C? Of a function as it stands in a tree, and of the lines that a row quotes. */
import { createHash } from "node:crypto";

export interface Token {
  readonly text: string;
  /** Where it begins, in UTF-16 units of the text. */
  readonly at: number;
  /** It stands in a preprocessor directive: no part of a statement. */
  readonly directive: boolean;
}

/** White space, comments and continued lines separate tokens and are none; an operator of several signs is one. */
const SKIPPED = /(?:\s|\\\r?\n|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*)+/y;
const TOKEN =
  /[A-Za-z_$][\w$]*|\.?\d(?:[eEpP][+-]|[\w.])*|L?"(?:[^"\\\n]|\\[\s\S])*"|L?'(?:[^'\\\n]|\\[\s\S])*'|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|##|[-+*/%&|^!=<>]=|&&|\|\||[\s\S]/y;

/** The tokens of a text of C. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let directive = false;
  let isFirst = true;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [found = ""] = pattern.exec(text) ?? [];
    at += found.length;
    return found;
  };
  while (true) {
    const between = take(SKIPPED).replace(/\\\r?\n|\/\*[\s\S]*?\*\//g, " ");
    if (between.includes("\n")) {
      directive = false;
      isFirst = true;
    }
    if (at >= text.length) return tokens;
    const start = at;
    const found = take(TOKEN);
    if (isFirst && found === "#") directive = true;
    isFirst = false;
    tokens.push({ text: found, at: start, directive });
  }
}

/** Braces are left out of a comparison: a quotation leaves them out where it joins a condition and what depends on it. */
export const isBrace = ({ text }: Pick<Token, "text">): boolean => text === "{" || text === "}";

/** Tokens that stand in the C one after another, and how a quotation writes them. */
export interface Run {
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * A quotation as runs of tokens, one later than the other: `..` leaves something out. Without braces. None where it quotes
 * nothing: a row of the model alone.
 */
export function runsOf(quote: string): readonly Run[] {
  if (quote.startsWith("(model)")) return [];
  return quote
    .replace(/\/\*.*?\*\//g, " ")
    .split(/(?<!\.)\.\.(?!\.)/)
    .map((part) => ({
      text: part.trim(),
      words: tokensOf(part)
        .filter((token) => !isBrace(token))
        .map(({ text }) => text),
    }))
    .filter(({ words }) => words.length > 0);
}

/** A hash of tokens: the same whatever their layout, and whatever comments stand between. Hexadecimal digits. */
export const hashOfTokens = (tokens: readonly Pick<Token, "text">[], digits = 16): string =>
  createHash("sha256")
    .update(tokens.map(({ text }) => text).join("\n"))
    .digest("hex")
    .slice(0, digits);
