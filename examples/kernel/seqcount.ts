/** A pair behind a seqcount. Writers have preemption off; where the count is odd a reader gives up, or waits. */
import * as model from "../../checker/language/index.ts";
import * as kernel from "../../model/kernel/index.ts";

const { and, context, exists, happens, not, otherwise, program, property, range, rowsOf, step, when, whenever } = model;

const some = range(0, 7);
const memory = model.state({ seq: some, a: some, b: some });
const { seq, a, b } = memory;
const raise = (n: typeof seq) => n.set(n.plus(1));
const write = program("write", { exits: ["done"] }, () => ({
  begin: step("write_seqcount_begin(&seq);", otherwise.do(raise(seq)).goto("a")),
  a: step("a++;", otherwise.do(raise(a)).goto("b")),
  b: step("b++;", otherwise.do(raise(b)).goto("end")),
  end: step("write_seqcount_end(&seq);", otherwise.do(raise(seq)).goto("done")),
}));

/** `odd`: what is done while a writer writes. Null: wait for its end. */
const reader = (name: string, odd: "giveUp" | "a" | null) =>
  program(name, { exits: ["done"], locals: { s: some, x: some, y: some } }, (_, __, { s, x, y }) => ({
    begin: step(
      "s = READ_ONCE(seq); if (s & 1) ..",
      when(seq.bitAnd(1).eq(0)).do(s.set(seq)).goto("a"),
      ...(odd ? [otherwise.do(s.set(seq)).goto(odd)] : []),
    ),
    a: step("x = a;", otherwise.do(x.set(a)).goto("b")),
    b: step("y = b;", otherwise.do(y.set(b)).goto("retry")),
    retry: step("if (read_seqcount_retry(&seq, s))", when(seq.eq(s)).goto("use"), otherwise.goto("giveUp")),
    use: step("use(x, y);", otherwise.goto("done")),
    giveUp: step("return -EAGAIN;", otherwise.goto("done")),
  }));
const [read, waits, skips] = [reader("read", "giveUp"), reader("read_waits", null), reader("read_unchecked", "a")];

const together = [read, waits, skips].map((r) => whenever(r, "use", ({ x, y }) => x.eq(y)));
const pair = property("pair", "what is used is a pair that was written together", ...together);
const below = (self: kernel.Self) =>
  exists(context, (w) => and(model.standsIn(w, rowsOf(write, "a", "b", "end")), kernel.sameCpu(w, self)));
const neverBelow = property(
  "neverBelow",
  "no reader waits for a writer that it has cut",
  whenever(waits, "begin", ({ self }) => not(below(self)), { to: "(waits)" }),
);

export default kernel.kernelModel({
  name: "seqcount",
  title: "a pair behind a seqcount",
  roots: [memory],
  calls: {
    write: kernel.plainCall("write", "writes the pair", write),
    read: kernel.plainCall("read", "reads the pair, or gives up", read),
    read_waits: kernel.plainCall("read_waits", "reads the pair once no writer writes", waits),
    read_unchecked: kernel.plainCall("read_unchecked", "reads the pair, odd or not", skips),
  },
  properties: {
    pair,
    neverBelow,
    readerGivesUp: property("readerGivesUp", "a reader gives up", happens(read, "giveUp")),
  },
});
