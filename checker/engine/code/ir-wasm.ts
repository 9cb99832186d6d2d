/** The engine's code as a WebAssembly module: which bytes stand for a program? */
import type { Expr, Func, Program, Stmt, Target } from "./ir.ts";

const I32 = 0x7f;

/** An unsigned number in LEB128. */
function unsigned(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** A signed 32-bit number in LEB128. */
function signed(n: number): number[] {
  const bytes: number[] = [];
  for (let rest = n; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const name = (text: string): number[] => {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
};

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

export interface MemoryImport {
  /** In pages of 64 KiB. */
  readonly maximum: number;
  readonly shared: boolean;
}

/**
 * The module. It imports its memory as `host.memory`, and as `host.base` where in it lies what is its thread's own, and
 * functions by their names; every function gives one number.
 */
export function encodeWasm(program: Program, memory: MemoryImport): Uint8Array<ArrayBuffer> {
  const { imports, functions, table } = program;
  const all = [...imports, ...functions];
  const index = new Map(all.map((fn, i) => [fn, i]));
  const arities = [...new Set(all.map((fn) => fn.params))];
  const typeOf = (params: number): number[] => unsigned(arities.indexOf(params));
  const types = arities.map((params) => [0x60, ...vector(Array.from({ length: params }, () => [I32])), 1, I32]);
  const limits = [memory.shared ? 3 : 1, ...unsigned(0), ...unsigned(memory.maximum)];
  const indexOf = (fn: Func): number => {
    const found = index.get(fn);
    if (found === undefined) throw new Error(`the function ${fn.name} is not part of the program`);
    return found;
  };
  const head = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector(types)),
    section(
      2,
      vector([
        [...name("host"), ...name("memory"), 2, ...limits],
        [...name("host"), ...name("base"), 3, I32, 0],
        ...imports.map((fn) => [...name("host"), ...name(fn.name), 0, ...typeOf(fn.params)]),
      ]),
    ),
    section(3, vector(functions.map((fn) => typeOf(fn.params)))),
    section(4, vector([[0x70, 1, ...unsigned(table.length), ...unsigned(table.length)]])),
    section(7, vector(program.exports.map((fn) => [...name(fn.name), 0, ...unsigned(indexOf(fn))]))),
    section(9, vector([[0, 0x41, 0, 0x0b, ...vector(table.map((fn) => unsigned(indexOf(fn))))]])),
  ].flat();
  const bodies = functions.map((fn) => {
    const body = new BodyEncoder(indexOf, typeOf).encode(fn);
    return [...unsigned(body.length), ...body];
  });
  const codeLength = bodies.reduce((n, b) => n + b.length, 0);
  const count = unsigned(bodies.length);
  const codeHead = [10, ...unsigned(count.length + codeLength), ...count];
  // Names of functions, for profiles: nothing else reads them.
  const names = section(1, vector(all.map((fn, i) => [...unsigned(i), ...name(fn.name)])));
  const tail = section(0, [...name("name"), ...names]);
  const bytes = new Uint8Array(head.length + codeHead.length + codeLength + tail.length);
  let at = 0;
  for (const part of [head, codeHead, ...bodies, tail]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const CODES = {
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divu: 0x6e,
  remu: 0x70,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shl: 0x74,
  shru: 0x76,
  eq: 0x46,
  ne: 0x47,
  lt: 0x48,
  le: 0x4c,
  ltu: 0x49,
} as const;

class BodyEncoder {
  readonly #indexOf: (fn: Func) => number;
  /** The type of functions with so many parameters. */
  readonly #typeOf: (params: number) => readonly number[];
  readonly #out: number[] = [];
  /** Targets of the blocks around, the outermost first; an `if` has none. */
  readonly #around: (Target | null)[] = [];

  constructor(indexOf: (fn: Func) => number, typeOf: (params: number) => readonly number[]) {
    this.#indexOf = indexOf;
    this.#typeOf = typeOf;
  }

  encode(fn: Func): number[] {
    const locals = fn.locals - fn.params;
    this.#put(...(locals > 0 ? [1, ...unsigned(locals), I32] : [0]));
    this.#stmts(fn.body);
    this.#put(0x41, 0, 0x0b);
    return this.#out;
  }

  #put(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#out.push(byte);
  }

  #stmts(stmts: readonly Stmt[]): void {
    for (const stmt of stmts) this.#stmt(stmt);
  }

  #stmt(s: Stmt): void {
    switch (s.op) {
      case "set":
        this.#expr(s.value);
        this.#put(0x21, ...unsigned(s.local));
        return;
      case "store":
      case "store8":
        this.#expr(s.at);
        this.#expr(s.value);
        this.#put(...(s.op === "store" ? [0x36, 2] : [0x3a, 0]), ...unsigned(s.offset));
        return;
      case "if":
        this.#expr(s.test);
        this.#put(0x04, 0x40);
        this.#around.push(null);
        this.#stmts(s.then);
        if (s.else.length > 0) {
          this.#put(0x05);
          this.#stmts(s.else);
        }
        this.#around.pop();
        this.#put(0x0b);
        return;
      case "block":
      case "loop":
        this.#put(s.op === "block" ? 0x02 : 0x03, 0x40);
        this.#around.push(s.target);
        this.#stmts(s.body);
        this.#around.pop();
        this.#put(0x0b);
        return;
      case "br": {
        const at = this.#around.lastIndexOf(s.target);
        if (at < 0) throw new Error("a branch leaves for a block that is not around it");
        this.#put(0x0c, ...unsigned(this.#around.length - 1 - at));
        return;
      }
      case "do":
        this.#expr(s.value);
        this.#put(0x1a);
        return;
      case "return":
        this.#expr(s.value);
        this.#put(0x0f);
        return;
    }
  }

  #expr(e: Expr): void {
    switch (e.op) {
      case "const":
        this.#put(0x41, ...signed(e.value));
        return;
      case "get":
        this.#put(0x20, ...unsigned(e.local));
        return;
      case "base":
        this.#put(0x23, 0);
        return;
      case "select":
        this.#expr(e.a);
        this.#expr(e.b);
        this.#expr(e.test);
        this.#put(0x1b);
        return;
      case "load":
      case "load8":
        this.#expr(e.at);
        this.#put(...(e.op === "load" ? [0x28, 2] : [0x2d, 0]), ...unsigned(e.offset));
        return;
      case "call":
        for (const arg of e.args) this.#expr(arg);
        this.#put(0x10, ...unsigned(this.#indexOf(e.fn)));
        return;
      case "callTable":
        for (const arg of e.args) this.#expr(arg);
        this.#expr(e.index);
        this.#put(0x11, ...this.#typeOf(e.args.length), 0);
        return;
      case "atomicLoad":
        this.#expr(e.at);
        this.#put(0xfe, 0x10, 2, 0);
        return;
      case "cas":
        this.#expr(e.at);
        this.#expr(e.expected);
        this.#expr(e.value);
        this.#put(0xfe, 0x48, 2, 0);
        return;
      case "fetchAdd":
        this.#expr(e.at);
        this.#expr(e.value);
        this.#put(0xfe, 0x1e, 2, 0);
        return;
      default:
        this.#expr(e.a);
        this.#expr(e.b);
        // `not` is written as a comparison with 0.
        this.#put(CODES[e.op]);
        return;
    }
  }
}
