/** The engine's code as JavaScript: how does a program look to `new Function`? */
import type { Expr, Func, Program, Stmt, Target } from "./ir.ts";

type Compiled = Readonly<Record<string, (...args: number[]) => number>>;

/** The exported functions, over a memory that may grow; `attach` is to be called when it has. */
export interface Instance {
  readonly functions: Compiled;
  readonly attach: (buffer: ArrayBufferLike) => void;
}

/** Compiles a program for the JavaScript engine. Atomic operations have no meaning there: it has one thread. */
export function compileToJs(program: Program, base: number, imports: Compiled = {}): Instance {
  const text = [
    '"use strict";',
    "let W, B;",
    `const base = ${base};`,
    ...program.imports.map((fn) => `const ${nameOf(fn, program)} = imports[${JSON.stringify(fn.name)}];`),
    ...program.functions.map((fn) => functionText(fn, program)),
    `const table = [${program.table.map((fn) => nameOf(fn, program)).join(", ")}];`,
    "return {",
    "  attach(buffer) { W = new Int32Array(buffer); B = new Uint8Array(buffer); },",
    `  functions: { ${program.exports.map((fn) => `${JSON.stringify(fn.name)}: ${nameOf(fn, program)}`).join(", ")} },`,
    "};",
  ];
  return new Function("imports", text.join("\n"))(imports) as Instance;
}

const indices = new WeakMap<Program, ReadonlyMap<Func, number>>();

function nameOf(fn: Func, program: Program): string {
  const known = indices.get(program) ?? new Map([...program.imports, ...program.functions].map((f, i) => [f, i]));
  indices.set(program, known);
  return `f${known.get(fn)}`;
}

function functionText(fn: Func, program: Program): string {
  const names = Array.from({ length: fn.locals }, (_, i) => `x${i}`);
  const targets = new Map<Target, number>();
  const expr = (e: Expr): string => exprText(e, expr, program);
  const block = (stmts: readonly Stmt[]): string => stmts.map(stmt).join("\n");
  const stmt = (s: Stmt): string => {
    switch (s.op) {
      case "set":
        return `x${s.local} = ${expr(s.value)};`;
      case "store":
        return `W[${addressText(s.at, s.offset, expr)} >>> 2] = ${expr(s.value)};`;
      case "store8":
        return `B[${addressText(s.at, s.offset, expr)} >>> 0] = ${expr(s.value)};`;
      case "if":
        return `if (${expr(s.test)}) {\n${block(s.then)}\n}${s.else.length > 0 ? ` else {\n${block(s.else)}\n}` : ""}`;
      case "block":
      case "loop": {
        const number = targets.size;
        targets.set(s.target, number);
        const body = block(s.body);
        return s.op === "block" ? `L${number}: {\n${body}\n}` : `L${number}: for (;;) {\n${body}\nbreak;\n}`;
      }
      case "br":
        return `${s.target.kind === "block" ? "break" : "continue"} L${targets.get(s.target)};`;
      case "do":
        return `${expr(s.value)};`;
      case "return":
        return `return ${expr(s.value)};`;
    }
  };
  const locals = names.slice(fn.params).map((name) => `${name} = 0`);
  const declared = locals.length > 0 ? `let ${locals.join(", ")};\n` : "";
  return `function ${nameOf(fn, program)}(${names.slice(0, fn.params).join(", ")}) {\n${declared}${block(fn.body)}\nreturn 0;\n}`;
}

function addressText(at: Expr, offset: number, expr: (e: Expr) => string): string {
  if (at.op === "const") return `${at.value + offset}`;
  return offset === 0 ? `(${expr(at)})` : `(${expr(at)} + ${offset})`;
}

const SIGNS = { add: "+", sub: "-", and: "&", or: "|", xor: "^", shl: "<<", shru: ">>>" } as const;
const RELATIONS = { eq: "===", ne: "!==", lt: "<", le: "<=" } as const;

function exprText(e: Expr, expr: (e: Expr) => string, program: Program): string {
  switch (e.op) {
    case "const":
      return e.value < 0 ? `(${e.value})` : `${e.value}`;
    case "get":
      return `x${e.local}`;
    case "base":
      return "base";
    case "add":
    case "sub":
    case "and":
    case "or":
    case "xor":
    case "shl":
    case "shru":
      return `(${expr(e.a)} ${SIGNS[e.op]} ${expr(e.b)} | 0)`;
    case "mul":
      return `Math.imul(${expr(e.a)}, ${expr(e.b)})`;
    case "divu":
      return `((${expr(e.a)} >>> 0) / (${expr(e.b)} >>> 0) | 0)`;
    case "remu":
      return `((${expr(e.a)} >>> 0) % (${expr(e.b)} >>> 0) | 0)`;
    case "eq":
    case "ne":
    case "lt":
    case "le":
      return `(${expr(e.a)} ${RELATIONS[e.op]} ${expr(e.b)} ? 1 : 0)`;
    case "ltu":
      return `(${expr(e.a)} >>> 0 < ${expr(e.b)} >>> 0 ? 1 : 0)`;
    case "select":
      return `(${expr(e.test)} ? ${expr(e.a)} : ${expr(e.b)})`;
    case "load":
      return `W[${addressText(e.at, e.offset, expr)} >>> 2]`;
    case "load8":
      return `B[${addressText(e.at, e.offset, expr)} >>> 0]`;
    case "call":
      return `${nameOf(e.fn, program)}(${e.args.map(expr).join(", ")})`;
    case "callTable":
      return `table[${expr(e.index)}](${e.args.map(expr).join(", ")})`;
    case "atomicLoad":
    case "cas":
    case "fetchAdd":
      throw new Error(`"${e.op}" needs threads, and JavaScript code has one`);
  }
}
