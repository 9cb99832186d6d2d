/**
 * A sequence counter. The writer makes it odd, writes two values, and makes it even; a reader begins again where it was
 * odd or has changed. The counter wraps around: a reader that sleeps through a whole round of it sees nothing.
 */
import {
  bound,
  constants,
  happens,
  otherwise,
  program,
  property,
  range,
  state,
  step,
  when,
  whenever,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const COUNTS = bound("counts");
const number = range(0, bound("greatest"));
const value = range(0, bound("writes"));
const memory = state({ seq: number, a: value, b: value });
const fixed = constants({ writes: value });
const { seq, a, b } = memory;

const writer = program("writer", { exits: ["done"] }, () => ({
  begin: step(
    "seq++; /* odd */",
    when(a.lt(fixed.writes))
      .do(seq.set(seq.plus(1).mod(COUNTS)))
      .goto("writeA"),
    otherwise.goto("done"),
  ),
  writeA: step("WRITE_ONCE(a, a + 1);", otherwise.do(a.set(a.plus(1))).goto("writeB")),
  writeB: step("WRITE_ONCE(b, b + 1);", otherwise.do(b.set(b.plus(1))).goto("end")),
  end: step("seq++; /* even */", otherwise.do(seq.set(seq.plus(1).mod(COUNTS))).goto("begin")),
}));

const reader = program(
  "reader",
  { exits: ["done"], locals: { s: number, x: value, y: value } },
  (_, __, { s, x, y }) => ({
    begin: step("s = READ_ONCE(seq);", otherwise.do(s.set(seq)).goto("odd")),
    odd: step("if (s & 1) goto begin;", when(s.bitAnd(1).eq(1)).goto("begin"), otherwise.goto("readA")),
    readA: step("x = READ_ONCE(a);", otherwise.do(x.set(a)).goto("readB")),
    readB: step("y = READ_ONCE(b);", otherwise.do(y.set(b)).goto("retry")),
    retry: step("if (READ_ONCE(seq) != s) goto begin;", when(seq.ne(s)).goto("begin"), otherwise.goto("use")),
    use: step("return x == y;", otherwise.goto("done")),
  }),
);

const whole = property(
  "whole",
  "a reader uses two values that were written together",
  whenever(reader, "use", ({ x, y }) => x.eq(y)),
);
const retries = property("retries", "a reader begins again", happens(reader, "retry", undefined, { to: "begin" }));

export default defineModel({
  name: "seqcount",
  title: "a sequence counter",
  parameters: {
    writes: { about: "how often the writer writes", type: "integer", default: 2, min: 1, max: 4 },
    counts: { about: "after how many the counter begins again", type: "integer", default: 8, min: 2, max: 16 },
  },
  properties: { whole, retries },
  build: ({ configuration }) => {
    const { writes, counts } = configuration as { readonly writes: number; readonly counts: number };
    return {
      sizes: { writes, counts, greatest: counts - 1 },
      roots: [memory, fixed],
      constants: [fixed.writes.set(writes)],
      contexts: [
        { name: "writer", script: writer },
        { name: "reader", script: reader },
      ],
    };
  },
});
