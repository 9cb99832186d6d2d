/**
 * The language that the engine's code is made in, before it becomes WebAssembly or JavaScript: functions over 32-bit
 * integers and one linear memory, with structured control. Constants fold as expressions are built.
 */

type Binary =
  | "add"
  | "sub"
  | "mul"
  | "divu"
  | "remu"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shru"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "ltu";

/** An expression without side effects, but for `call` and the atomic ones, which are only used as statements' values. */
export type Expr =
  | { readonly op: "const"; readonly value: number }
  | { readonly op: "get"; readonly local: number }
  /** The first byte of what the thread that runs the code has for itself. */
  | { readonly op: "base" }
  | { readonly op: Binary; readonly a: Expr; readonly b: Expr }
  | { readonly op: "select"; readonly test: Expr; readonly a: Expr; readonly b: Expr }
  | { readonly op: "load" | "load8"; readonly at: Expr; readonly offset: number }
  | { readonly op: "call"; readonly fn: Func; readonly args: readonly Expr[] }
  | { readonly op: "callTable"; readonly index: Expr; readonly args: readonly Expr[] }
  | { readonly op: "atomicLoad"; readonly at: Expr }
  | { readonly op: "cas"; readonly at: Expr; readonly expected: Expr; readonly value: Expr }
  | { readonly op: "fetchAdd"; readonly at: Expr; readonly value: Expr };

/** A place that `br` goes to: the end of a block, the start of a loop. */
export interface Target {
  readonly kind: "block" | "loop";
}

export type Stmt =
  | { readonly op: "set"; readonly local: number; readonly value: Expr }
  | { readonly op: "store" | "store8"; readonly at: Expr; readonly offset: number; readonly value: Expr }
  | { readonly op: "if"; readonly test: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  | { readonly op: "block" | "loop"; readonly target: Target; readonly body: readonly Stmt[] }
  | { readonly op: "br"; readonly target: Target }
  | { readonly op: "do"; readonly value: Expr }
  | { readonly op: "return"; readonly value: Expr };

/** Every function gives one number. Parameters are the first locals. */
export interface Func {
  readonly name: string;
  readonly params: number;
  locals: number;
  body: readonly Stmt[];
}

/** Functions in the order of definition; `table` is what `callTable` indexes. */
export interface Program {
  /** Functions that the host gives, by their names: they have no body. */
  readonly imports: readonly Func[];
  readonly functions: readonly Func[];
  readonly table: readonly Func[];
  /** Functions that the host calls. */
  readonly exports: readonly Func[];
}

export const c = (value: number): Expr => ({ op: "const", value: value | 0 });
export const get = (local: number): Expr => ({ op: "get", local });

const compute: Readonly<Record<Binary, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  divu: (a, b) => (a >>> 0) / (b >>> 0),
  remu: (a, b) => (a >>> 0) % (b >>> 0),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shru: (a, b) => a >>> b,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  ltu: (a, b) => Number(a >>> 0 < b >>> 0),
};

/** Operations that leave `a` as it is where `b` is 0. */
const NEUTRAL_ZERO: ReadonlySet<Binary> = new Set(["add", "sub", "or", "xor", "shl", "shru"]);

function binary(op: Binary, a: Expr, b: Expr): Expr {
  if (a.op === "const" && b.op === "const") return c(compute[op](a.value, b.value));
  if (b.op === "const" && b.value === 0 && NEUTRAL_ZERO.has(op)) return a;
  if (a.op === "const" && a.value === 0 && (op === "add" || op === "or" || op === "xor")) return b;
  if (b.op === "const" && b.value === 1 && (op === "mul" || op === "divu")) return a;
  if (op === "and" && [a, b].some((x) => x.op === "const" && x.value === 0)) return c(0);
  return { op, a, b };
}

export const add = (a: Expr, b: Expr): Expr => binary("add", a, b);
export const sub = (a: Expr, b: Expr): Expr => binary("sub", a, b);
export const mul = (a: Expr, b: Expr): Expr => binary("mul", a, b);
export const divu = (a: Expr, b: Expr): Expr => binary("divu", a, b);
export const remu = (a: Expr, b: Expr): Expr => binary("remu", a, b);
export const bitAnd = (a: Expr, b: Expr): Expr => binary("and", a, b);
export const bitOr = (a: Expr, b: Expr): Expr => binary("or", a, b);
export const xor = (a: Expr, b: Expr): Expr => binary("xor", a, b);
export const shl = (a: Expr, b: Expr): Expr => binary("shl", a, b);
export const shru = (a: Expr, b: Expr): Expr => binary("shru", a, b);
export const eq = (a: Expr, b: Expr): Expr => binary("eq", a, b);
export const ne = (a: Expr, b: Expr): Expr => binary("ne", a, b);
export const lt = (a: Expr, b: Expr): Expr => binary("lt", a, b);
export const le = (a: Expr, b: Expr): Expr => binary("le", a, b);
export const ltu = (a: Expr, b: Expr): Expr => binary("ltu", a, b);
export const not = (a: Expr): Expr => binary("eq", a, c(0));

export function select(test: Expr, a: Expr, b: Expr): Expr {
  if (test.op === "const") return test.value ? a : b;
  return { op: "select", test, a, b };
}

/** The word at a byte address; constant parts of the address go into the offset. */
export const load = (at: Expr, offset = 0): Expr => ({ op: "load", ...address(at, offset) });
export const load8 = (at: Expr, offset = 0): Expr => ({ op: "load8", ...address(at, offset) });
export const store = (at: Expr, value: Expr, offset = 0): Stmt => ({ op: "store", ...address(at, offset), value });
export const store8 = (at: Expr, value: Expr, offset = 0): Stmt => ({ op: "store8", ...address(at, offset), value });

function address(at: Expr, offset: number): { readonly at: Expr; readonly offset: number } {
  if (at.op === "const") return { at: c(0), offset: offset + at.value };
  if (at.op === "add" && at.a.op === "base" && at.b.op === "const") return { at: at.a, offset: offset + at.b.value };
  return { at, offset };
}

/** A place in what each thread has for itself. */
export interface Own {
  readonly offset: number;
}

/** The address of a place of the thread that runs the code, or so many bytes behind it. */
export const own = ({ offset }: Own, more = 0): Expr => add({ op: "base" }, c(offset + more));

export const call = (fn: Func, ...args: Expr[]): Expr => ({ op: "call", fn, args });
export const callTable = (index: Expr, ...args: Expr[]): Expr => ({ op: "callTable", index, args });
/** For memory that threads share: a load, compare-and-exchange, and addition; the last two give what was there. */
export const atomicLoad = (at: Expr): Expr => ({ op: "atomicLoad", at });
export const cas = (at: Expr, expected: Expr, value: Expr): Expr => ({ op: "cas", at, expected, value });
export const fetchAdd = (at: Expr, value: Expr): Expr => ({ op: "fetchAdd", at, value });

export const set = (local: number, value: Expr): Stmt => ({ op: "set", local, value });
export const br = (target: Target): Stmt => ({ op: "br", target });
export const run = (value: Expr): Stmt => ({ op: "do", value });
export const ret = (value: Expr): Stmt => ({ op: "return", value });

/** How many operations an expression takes. */
export function sizeOf(expr: Expr): number {
  switch (expr.op) {
    case "const":
    case "get":
    case "base":
      return 1;
    case "select":
      return 1 + sizeOf(expr.test) + sizeOf(expr.a) + sizeOf(expr.b);
    case "load":
    case "load8":
      return 1 + sizeOf(expr.at);
    case "call":
    case "callTable":
    case "atomicLoad":
    case "cas":
    case "fetchAdd":
      return 100;
    default:
      return 1 + sizeOf(expr.a) + sizeOf(expr.b);
  }
}

/** Writes one function, statement by statement. */
export class FunctionWriter {
  readonly fn: Func;
  #body: Stmt[] = [];

  constructor(name: string, params = 0) {
    this.fn = { name, params, locals: params, body: this.#body };
  }

  emit(...stmts: readonly Stmt[]): void {
    this.#body.push(...stmts);
  }

  /** A fresh local that holds a value; a constant or a local that never changes again needs none. */
  local(value: Expr): number {
    const local = this.fn.locals++;
    this.emit(set(local, value));
    return local;
  }

  /** The value in a form that may be used several times. */
  shared(value: Expr): Expr {
    return value.op === "const" || value.op === "get" ? value : get(this.local(value));
  }

  /** What `make` writes, apart from the body, and what it gives. */
  apart<T>(make: () => T): { readonly stmts: readonly Stmt[]; readonly result: T } {
    const outer = this.#body;
    const stmts: Stmt[] = [];
    this.#body = stmts;
    try {
      return { stmts, result: make() };
    } finally {
      this.#body = outer;
    }
  }

  if(test: Expr, then: () => void, otherwise?: () => void): void {
    if (test.op === "const") {
      if (test.value) then();
      else otherwise?.();
      return;
    }
    const yes = this.apart(then).stmts;
    const no = otherwise ? this.apart(otherwise).stmts : [];
    if (yes.length + no.length > 0) this.emit({ op: "if", test, then: yes, else: no });
  }

  /** A block that `br` to its target leaves. */
  block(body: (end: Target) => void): void {
    const target: Target = { kind: "block" };
    this.emit({ op: "block", target, body: this.apart(() => body(target)).stmts });
  }

  /** Runs the body for ever; `br` to `end` leaves. */
  loop(body: (end: Target) => void): void {
    this.block((end) => {
      const target: Target = { kind: "loop" };
      const { stmts } = this.apart(() => body(end));
      this.emit({ op: "loop", target, body: [...stmts, br(target)] });
    });
  }
}
