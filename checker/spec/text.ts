/** Where things stand in the text of a spec: strict JSON, with the line of every JSON pointer. */
import { createScanner, type Node, type ParseErrorCode, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Problem } from "./model.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface SpecText {
  readonly data: Json;
  /** Mistakes of the text itself; where there are any, `data` is null. */
  readonly problems: readonly (Problem & { readonly line: number })[];
  /** Line of what a JSON pointer names, or of the nearest thing around it that exists. */
  readonly lineOf: (pointer: string) => number;
}

export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const keysOf = (path: string): string[] =>
  path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

/** What a text holds that a command wrote, where nobody needs to be told what is wrong with it: null where it is no JSON. */
export function jsonIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    // Cut short, or spoilt by a merge or a hand. Nested ever deeper it is no stack's fault.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Brackets in brackets, at most: far more than any spec has, and far fewer than would exhaust a stack. */
const DEEPEST = 64;

/** Where brackets are nested deeper than that; null for a text where they are not. */
function tooDeep(text: string): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const first = text[scanner.getTokenOffset()];
    if (first === "{" || first === "[") depth += 1;
    if (first === "}" || first === "]") depth -= 1;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return null;
}

export function parseSpecText(text: string, kind = "a spec"): SpecText {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  const lineAt = (offset: number): number => {
    const next = starts.findIndex((start) => start > offset);
    return next < 0 ? starts.length : next;
  };

  const deep = tooDeep(text);
  if (deep !== null) {
    const line = lineAt(deep);
    const what = `nested more than ${DEEPEST} deep`;
    return { data: null, problems: [{ path: "", line, what, mend: `${kind} is a few deep` }], lineOf: () => line };
  }
  const errors: { error: ParseErrorCode; offset: number; length: number }[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  if (errors.length > 0 || !root) {
    // One slip makes a parser stumble several times: only the first is told.
    const first = errors[0];
    const line = first ? lineAt(first.offset) : 1;
    const what = `not JSON: ${text.trim() === "" ? "the file is empty" : first ? wordsFor(first.error) : "no value"}`;
    return {
      data: null,
      problems: [{ path: "", line, what, mend: `${kind} is strict JSON: no comments, no trailing commas` }],
      lineOf: () => line,
    };
  }
  const problems: (Problem & { line: number })[] = [];
  const data = dataOf(root, "", (path, node) => {
    problems.push({
      path,
      line: lineAt(node.offset),
      what: "the key stands twice in one object",
      mend: "keep one of the two",
    });
  });
  return { data, problems, lineOf: (path) => lineAt(nodeAt(root, keysOf(path)).offset) };
}

const wordsFor = (error: ParseErrorCode): string =>
  printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();

/** The node that a pointer names, or the last on the way to it. */
function nodeAt(root: Node, keys: readonly string[]): Node {
  let at = root;
  for (const key of keys) {
    const children = at.children ?? [];
    const next =
      at.type === "array" ? children[Number(key)] : children.find((p) => p.children?.[0]?.value === key)?.children?.[1];
    if (!next) break;
    at = next;
  }
  // The key of a member stands where a reader looks, also when its value begins lines later.
  return at.parent?.type === "property" ? at.parent : at;
}

function dataOf(node: Node, path: string, twice: (path: string, node: Node) => void): Json {
  switch (node.type) {
    case "object": {
      const members: Record<string, Json> = Object.create(null);
      for (const property of node.children ?? []) {
        const [key, value] = property.children ?? [];
        const name = String(key?.value);
        const below = path + pointer(name);
        if (name in members) twice(below, property);
        if (value) members[name] = dataOf(value, below, twice);
      }
      return members;
    }
    case "array":
      return (node.children ?? []).map((child, i) => dataOf(child, path + pointer(i), twice));
    default:
      return node.value as Json;
  }
}
