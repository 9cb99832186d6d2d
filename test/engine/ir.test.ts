/** Do the two forms of generated code compute the same, and what the operators say? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as ir from "../../checker/engine/code/ir.ts";
import { compileToJs } from "../../checker/engine/code/ir-js.ts";
import { encodeWasm } from "../../checker/engine/code/ir-wasm.ts";
import { runs } from "../runs.ts";

/** Runs a function in both forms; the memory is one page. */
function both(writer: ir.FunctionWriter, ...args: number[]): [number, number] {
  const program = { imports: [], functions: [writer.fn], table: [writer.fn], exports: [writer.fn] };
  const js = compileToJs(program, 0);
  js.attach(new ArrayBuffer(65536));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: false });
  const module = new WebAssembly.Module(encodeWasm(program, { maximum: 65536, shared: false }));
  const wasm = new WebAssembly.Instance(module, { host: { memory, base: 0 } }).exports;
  const { name } = writer.fn;
  return [js.functions[name]?.(...args) as number, wasm[name]?.(...args) as number];
}

type Meaning = (a: number, b: number) => number;

const OPERATORS: readonly (readonly [string, (a: ir.Expr, b: ir.Expr) => ir.Expr, Meaning])[] = [
  ["add", ir.add, (a, b) => (a + b) | 0],
  ["sub", ir.sub, (a, b) => (a - b) | 0],
  ["mul", ir.mul, Math.imul],
  ["and", ir.bitAnd, (a, b) => a & b],
  ["or", ir.bitOr, (a, b) => a | b],
  ["xor", ir.xor, (a, b) => a ^ b],
  ["shl", ir.shl, (a, b) => a << b],
  ["shru", ir.shru, (a, b) => (a >>> b) | 0],
  ["eq", ir.eq, (a, b) => Number(a === b)],
  ["ne", ir.ne, (a, b) => Number(a !== b)],
  ["lt", ir.lt, (a, b) => Number(a < b)],
  ["le", ir.le, (a, b) => Number(a <= b)],
  ["ltu", ir.ltu, (a, b) => Number(a >>> 0 < b >>> 0)],
];

describe("generated code", () => {
  it.each(OPERATORS)("%s, of arguments and of constants", (_, operator, meaning) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const ofArguments = new ir.FunctionWriter("f", 2);
        ofArguments.emit(ir.ret(operator(ir.get(0), ir.get(1))));
        const ofConstants = new ir.FunctionWriter("f");
        ofConstants.emit(ir.ret(operator(ir.c(a), ir.c(b))));
        const half = new ir.FunctionWriter("f", 1);
        half.emit(ir.ret(operator(ir.get(0), ir.c(b))));
        const expected = meaning(a, b);
        expect(both(ofArguments, a, b)).toEqual([expected, expected]);
        expect(both(ofConstants)).toEqual([expected, expected]);
        expect(both(half, a)).toEqual([expected, expected]);
      }),
      runs(30),
    );
  });

  it.each([
    [17, 5],
    [-1, 7],
    [0, 3],
  ])("%i is divided by %i without sign", (a, b) => {
    for (const [operator, expected] of [
      [ir.divu, ((a >>> 0) / b) | 0],
      [ir.remu, (a >>> 0) % b],
    ] as const) {
      const writer = new ir.FunctionWriter("f", 1);
      writer.emit(ir.ret(operator(ir.get(0), ir.c(b))));
      expect(both(writer, a)).toEqual([expected, expected]);
    }
  });

  it("loops, leaves blocks, calls and remembers", () => {
    // The sum of 0 to n - 1, by way of memory, from a function called through the table.
    const writer = new ir.FunctionWriter("sum", 1);
    const i = writer.local(ir.c(0));
    writer.block((skip) => {
      writer.loop((end) => {
        writer.if(ir.eq(ir.get(i), ir.get(0)), () => writer.emit(ir.br(end)));
        writer.if(ir.lt(ir.c(1_000), ir.get(i)), () => writer.emit(ir.br(skip)));
        writer.emit(ir.store(ir.c(256), ir.add(ir.load(ir.c(256)), ir.get(i))));
        writer.emit(ir.store8(ir.get(i), ir.c(0x1ff), 512), ir.set(i, ir.add(ir.get(i), ir.c(1))));
      });
      writer.emit(ir.ret(ir.add(ir.load(ir.c(256)), ir.load8(ir.c(512)))));
    });
    writer.emit(ir.ret(ir.c(-1)));
    expect(both(writer, 10)).toEqual([45 + 255, 45 + 255]);
    expect(both(writer, 2_000)).toEqual([-1, -1]);
  });
});
