/**
 * Which functions does a file of C define, and of which statements does each consist? By tree-sitter's grammar of C. Nothing
 * is preprocessed: every branch of an #ifdef is read, and a macro is what it is written as.
 */
import { createRequire } from "node:module";
import type { Node, Parser } from "web-tree-sitter";
import { isBrace, type Token, tokensOf } from "./c-tokens.ts";

/** A statement, or the condition of one: what a row may quote. */
export interface Statement {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Its tokens in those of its definition: from, and up to but without. */
  readonly from: number;
  readonly to: number;
  readonly kind: StatementKind;
}

/** What a statement does, what matters most to a model first. */
export const STATEMENT_KINDS = ["lock", "call", "shared", "local"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** A function, or a macro of this name, as it is written once. There are several where #ifdef chooses. */
export interface Definition {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly isMacro: boolean;
  /** All, from its first word to its last brace. */
  readonly tokens: readonly Token[];
  /** In the order of the text. */
  readonly statements: readonly Statement[];
  /** Line of a token, from 1. */
  readonly lineOf: (token: number) => number;
}

export class CParser {
  readonly #parser: Parser;
  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  static async start(): Promise<CParser> {
    const { Language, Parser } = await import("web-tree-sitter");
    const require = createRequire(import.meta.url);
    await Parser.init({ locateFile: () => require.resolve("web-tree-sitter/web-tree-sitter.wasm") });
    const parser = new Parser();
    parser.setLanguage(await Language.load(require.resolve("tree-sitter-c/tree-sitter-c.wasm")));
    return new CParser(parser);
  }

  /** What a text of C defines, of the names that are asked for, in the order of the text. */
  definitions(text: string, names: ReadonlySet<string>): readonly Definition[] {
    const lineOf = (at: number): number => text.slice(0, at).split("\n").length;
    const asked = [...names].filter((name) => text.includes(name));
    if (asked.length === 0) return [];
    const found = this.#functions(text, new Set(asked), 1);
    const isKnown = (line: number): boolean =>
      found.some((one) => one.line <= line && line <= one.lineOf(one.tokens.length - 1));
    for (const name of asked) {
      for (const { index, 0: head } of text.matchAll(macroOf(name)))
        found.push(this.#macro(name, head, wholeMacro(text, index).slice(head.length), lineOf(index)));
      // Declarations with attributes that the grammar does not know can hide what follows them: then by itself.
      for (const { index } of text.matchAll(headOf(name))) {
        const whole = wholeFunction(text, index);
        const line = lineOf(index);
        if (whole !== null && !isKnown(line)) found.push(...this.#functions(whole, new Set([name]), line));
      }
    }
    return found.sort((x, y) => x.line - y.line);
  }

  /** `first`: the line of the first line of the text. */
  #functions(text: string, names: ReadonlySet<string>, first: number): Definition[] {
    return this.#visit(text, (root) =>
      root.descendantsOfType("function_definition").flatMap((node) => {
        const name = node ? nameOf(node) : undefined;
        return node && name !== undefined && names.has(name) ? [definition(name, node, first - 1)] : [];
      }),
    );
  }

  #visit<T>(text: string, read: (root: Node) => T): T {
    const tree = this.#parser.parse(text);
    if (!tree) throw new Error("tree-sitter gave no tree, though it was not told to stop");
    try {
      return read(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  /** The grammar leaves what a macro stands for as text: it is read as the body of a function. */
  #macro(name: string, head: string, rest: string, line: number): Definition {
    const spaced = (text: string): string => text.replace(/\\(\r?\n)/g, " $1");
    const body = spaced(rest).replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
    const text = `${spaced(head)}${body}`;
    const tokens = tokensOf(text).map((token) => ({ ...token, directive: false }));
    const opening = "void f(void) {";
    const rows = line - 1 + (head.match(/\n/g)?.length ?? 0);
    const statements = this.#visit(`${opening}${body}\n;}`, (root) =>
      statementsIn(root, tokens, head.length - opening.length, rows),
    );
    return { name, line, isMacro: true, tokens, statements, lineOf: linesIn(text, line, tokens) };
  }
}

const macroOf = (name: string): RegExp =>
  new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]+${name}(?!\\w)(?:\\((?:[^()\\\\]|\\\\\\r?\\n)*\\))?`, "gm");

/** A line in the first column that may be the head of a function. */
const headOf = (name: string): RegExp =>
  new RegExp(`^[A-Za-z_][^\\n;{}#]*?(?<!\\w)${name}[ \\t]*\\(|^${name}\\(`, "gm");

/** A macro with all lines that are continued. */
function wholeMacro(text: string, index: number): string {
  const [whole = ""] = /^(?:[^\n]*\\\r?\n)*[^\n]*/.exec(text.slice(index)) ?? [];
  return whole;
}

/** From the head of a function to its brace in the first column; null where no body follows. */
function wholeFunction(text: string, index: number): string | null {
  const rest = text.slice(index);
  const opens = rest.search(/[{;]/);
  const closes = rest.indexOf("\n}");
  return opens >= 0 && rest[opens] === "{" && closes >= 0 ? rest.slice(0, closes + 2) : null;
}

/** `above`: how many lines stand above the text that was parsed. */
function definition(name: string, node: Node, above: number): Definition {
  const { text, startIndex } = node;
  const tokens = tokensOf(text);
  const line = node.startPosition.row + 1 + above;
  return {
    name,
    line,
    isMacro: false,
    tokens,
    statements: statementsIn(node.childForFieldName("body") ?? node, tokens, -startIndex, above),
    lineOf: linesIn(text, line, tokens),
  };
}

function linesIn(text: string, first: number, tokens: readonly Token[]): (token: number) => number {
  return (token) => first + text.slice(0, tokens[token]?.at ?? 0).split("\n").length - 1;
}

/** The name that a definition of a function gives; what stands around it in the declarator is no matter. */
function nameOf(node: Node): string | undefined {
  let at = node.childForFieldName("declarator");
  while (at && at.type !== "function_declarator") at = at.childForFieldName("declarator") ?? at.firstNamedChild;
  const name = at?.childForFieldName("declarator");
  return name?.type === "identifier" ? name.text : undefined;
}

/** What of a statement is itself one; the rest of it are statements of their own. */
const CONDITION: Readonly<Record<string, string>> = {
  if_statement: "condition",
  while_statement: "condition",
  do_statement: "condition",
  switch_statement: "condition",
};
const WHOLE = new Set(["expression_statement", "return_statement", "goto_statement", "declaration"]);

function statementsIn(root: Node, tokens: readonly Token[], shift: number, rows: number): readonly Statement[] {
  const found: Statement[] = [];
  const add = (first: Node, end = first.endIndex): void => {
    const from = tokens.findIndex(({ at }) => at >= first.startIndex + shift);
    const after = tokens.findIndex(({ at }) => at >= end + shift);
    const to = after < 0 ? tokens.length : after;
    const own = tokens.slice(from, to).filter((token) => !token.directive);
    if (from < 0 || own.every((token) => isBrace(token) || token.text === ";")) return;
    const text = lineOfText(own);
    found.push({ line: first.startPosition.row + rows + 1, text, from, to, kind: kindOf(own) });
  };
  const visit = (node: Node): void => {
    const field = CONDITION[node.type];
    const body = node.childForFieldName("body");
    if (WHOLE.has(node.type)) {
      // An expression with statements in it, as macros are, consists of those.
      const inner = node.descendantsOfType("compound_statement")[0];
      if (inner) visit(inner);
      // A declaration that sets nothing does nothing.
      else if (node.type !== "declaration" || node.descendantsOfType("init_declarator").length > 0) add(node);
      return;
    }
    const condition = field === undefined ? null : node.childForFieldName(field);
    if (condition) add(condition);
    if (node.type === "for_statement") {
      add(node, body?.startIndex ?? node.endIndex);
      if (body) visit(body);
      return;
    }
    for (const child of node.namedChildren) if (child && child.id !== condition?.id) visit(child);
  };
  visit(root);
  return found.sort((a, b) => a.from - b.from);
}

/** Tokens as one line: comments and layout are gone, a space stands where there was any. */
function lineOfText(tokens: readonly Token[]): string {
  const gap = ({ text, at }: Token, next: Token | undefined) => (next && next.at > at + text.length ? " " : "");
  return tokens.map((token, i) => token.text + gap(token, tokens[i + 1])).join("");
}

/** Names of what takes, gives back or asks for a lock, or says who may come in between. */
const LOCK =
  /lock(?:ed|ing)?(?:_|$)|^(?:scoped_)?(?:guard|class)$|^(?:rcu_read|local_irq|preempt|migrate|local_bh|pagefault)_|_(?:enter|exit)_section$|cmpxchg|^(?:smp|arch)_.*(?:mb|acquire|release|relaxed)|^(?:atomic|llist|xchg)_|^(?:__)?this_cpu_(?!ptr)/;
/** Called, and of no effect on what is shared. */
const SILENT =
  /^(?:if|while|for|switch|return|sizeof|typeof|likely|unlikely|READ_ONCE|WRITE_ONCE|IS_ENABLED|BUILD_BUG_ON\w*|VM_\w*(?:WARN|BUG)_ON\w*|WARN_ON\w*|BUG_ON|lockdep_\w+|might_\w+|stat\w*|trace_\w+|__acquires?|__releases?|prefetch\w*|instrument_\w+|kasan_reset_tag|container_of|list_entry|offsetof|min|max|min_t|max_t|ARRAY_SIZE)$/;

function kindOf(tokens: readonly Token[]): StatementKind {
  const called = tokens.flatMap(({ text }, i) =>
    /^[A-Za-z_]/.test(text) && tokens[i + 1]?.text === "(" ? [text] : [],
  );
  const real = called.filter((name) => !SILENT.test(name));
  if (real.some((name) => LOCK.test(name)) || called.some((name) => LOCK.test(name) && !SILENT.test(name)))
    return "lock";
  if (real.length > 0) return "call";
  const isShared =
    tokens.some(({ text }) => text === "->") || called.some((name) => name === "READ_ONCE" || name === "WRITE_ONCE");
  return isShared ? "shared" : "local";
}
