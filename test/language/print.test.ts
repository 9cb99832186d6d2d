/** Does a printed system say what its source rows say? */
import { describe, expect, it } from "vitest";
import {
  allOf,
  and,
  anyOf,
  asKind,
  bool,
  call,
  chain,
  choose,
  component,
  compose,
  context,
  count,
  type Expr,
  each,
  element,
  ended,
  except,
  exists,
  forAll,
  id,
  indexSet,
  inject,
  isKind,
  ite,
  lit,
  marked,
  next,
  not,
  optional,
  or,
  orWord,
  otherwise,
  product,
  program,
  racy,
  range,
  result,
  rowsOf,
  select,
  setEach,
  standsIn,
  state,
  step,
  sum,
  value,
  when,
  within,
} from "../../checker/language/index.ts";
import { printSystem } from "../../checker/language/print.ts";
import { BinderNames, printNode } from "../../checker/language/print-expression.ts";
import { Universe } from "../../checker/language/sets.ts";
import ticketLock from "../../examples/ticket-lock.ts";
import { linkExample } from "../examples/link-example.ts";
import { systemOf } from "./build.ts";

const slab = indexSet("slab");
const slot = indexSet("slot");
const object = product("object", { slab, slot });
const lock = sum("lock", { slab, object });
const m = state({
  n: range(0, 3),
  on: bool,
  head: optional(id(slab)),
  link: each(slab, orWord(optional(id(slab)), "garbage")),
  o: id(object),
  l: id(lock),
});
const one = element(slab, 1);
const list = chain(slab, m.head, (s) => m.link.at(s));
const p = program("p", { exits: [] }, () => ({ wait: step("wait", when(m.on).goto("wait")) }));

const universe = new Universe({ slab: 2, slot: 2, context: 1 }, { context: ["task0"] });
const text = (expression: Expr<unknown> | Expr<boolean> | Expr<number>): string => {
  const names = new BinderNames(["n"]);
  return printNode(expression.node, { universe, binder: (binder) => names.of(binder) });
};

describe("an expression", () => {
  it.each<[string, Expr<boolean> | Expr<number>]>([
    ["on && (n < 2 || !on)", and(m.on, or(m.n.lt(2), not(m.on)))],
    ["on && n < 2 || !on", or(and(m.on, m.n.lt(2)), not(m.on))],
    ["!(on && on)", not(and(m.on, m.on))],
    ["n != 2 || n >= 1 || n > 0", or(not(m.n.eq(2)), m.n.ge(1), not(m.n.le(0)))],
    ["n - (n - 1) + 1", m.n.minus(m.n.minus(1)).plus(1)],
    ["(on ? n : 0) + 1", ite(m.on, m.n, 0).plus(1)],
    ["(on ? n == 1 : on) && on", and(ite(m.on, m.n.eq(1), m.on), m.on)],
    [
      "(exists s: slab . link[s] == nil) && on",
      and(
        exists(slab, (s) => m.link.at(s).isNull()),
        m.on,
      ),
    ],
    [
      "on && (forAll s: slab . exists s2: slab . head == s && head == s2)",
      and(
        m.on,
        forAll(slab, (a) => exists(slab, (b) => and(m.head.eq(a), m.head.eq(b)))),
      ),
    ],
    ["(count s: slab . head == s) <= 1", count(slab, (s) => m.head.eq(s)).le(1)],
    ["link[slab1] == garbage", m.link.at(one).eq("garbage")],
    ["chain(head, s -> link[s]).has(slab1)", list.has(one)],
    ["chain(head, s -> link[s]).length() == 2", list.length().eq(2)],
    ["o.slab == next(head)", component(object, "slab", m.o).eq(next(slab, m.head))],
    ["o == object(slab: head, slot: slot0)", m.o.eq(compose(object, { slab: m.head, slot: element(slot, 0) }))],
    ["l is slab && l.slab == slab1", and(isKind(lock, "slab", m.l), asKind(lock, "slab", m.l).eq(one))],
    ["l == slab(slab1)", m.l.eq(inject(lock, "slab", one))],
    ["l == object(slab1.slot0)", m.l.eq(element(lock, 4))],
    ["racy(n == 1) && true", and(racy(m.n.eq(1)), lit(true))],
    [
      "standsIn(task0, p: wait) || ended(task0)",
      or(standsIn(element(context, 0), rowsOf(p, "wait")), ended(element(context, 0))),
    ],
    [
      'standsIn(task0, anyOf(marked "hot", allOf(within p, p)) except p: wait)',
      standsIn(element(context, 0), except(anyOf(marked("hot"), allOf(within(p), rowsOf(p))), rowsOf(p, "wait"))),
    ],
  ])("%s", (expected, expression) => expect(text(expression)).toBe(expected));
});

const callee = program(
  "take_one",
  {
    exits: ["taken", "empty"],
    params: { from: value(id(slab)), spin: value(bool), got: result(optional(id(slab))) },
    locals: { next_: optional(id(slab)) },
    kernel: "v1 mm/x.c take_one()",
    tag: "S",
    abstracts: ["the list is never long"],
  },
  (self, { from, spin, got }, { next_ }) => ({
    look: step(
      "if (!list) return NULL;",
      { ref: "3.8.1", tag: "D", marks: ["kprobe"], note: "wider than the C", cuts: self },
      when(and(racy(m.head.isNull()), not(spin)))
        .do(got.set(null))
        .goto("empty"),
      choose(slab, (s) => when(m.link.at(s).eq(from)).do(next_.set(s)).goto("take")),
      when(spin).fails("S9", "it spins"),
    ),
    take: step(
      "list = next;",
      { arrive: true, mayStop: true, serves: true },
      otherwise
        .do(
          got.set(next_),
          setEach(slab, (s) => m.link.at(s).set(next(slab, s))),
        )
        .goto("which"),
    ),
    which: select("#ifdef CONFIG_X", [[spin, "look"]], "taken"),
  }),
);
const script = program("script", { exits: ["done"], locals: { mine: optional(id(slab)) } }, (_, __, { mine }) => ({
  call: call(
    "mine = take_one(0);",
    callee,
    { from: element(slab, 0), spin: false, got: mine },
    { taken: "done", empty: "call2" },
  ),
  call2: step("retry", when(mine.isNull()).goto("done")),
}));

describe("a system", () => {
  const system = systemOf([script], { sizes: { slab: 2, slot: 2 }, roots: [m], mayRun: () => not(m.on) });

  it("prints rows in the order of the source, in their own names, with derived reads and writes", () => {
    expect(printSystem(system).split("\nrelation ")[0]).toBe(`system test
  c0 runs script
  every row that is not an arrival needs first: !on

program script()
  locals: mine: optional(id(slab))
  exits: done

  call: mine = take_one(0);
    call take_one(from: slab0, spin: false, got: mine) taken -> done, empty -> call2

  call2: retry
    when mine == nil -> done

program take_one(from: id(slab), spin: bool, result got: optional(id(slab)))
  source: v1 mm/x.c take_one()
  tag: S
  abstracts: the list is never long
  locals: next_: optional(id(slab))
  exits: taken, empty

  look: if (!list) return NULL;
    | step 3.8.1  [D]  mark kprobe  cuts self
    | note: wider than the C
    when racy(head == nil) && !spin do got = nil -> empty
      reads  racy head
      writes got
    choose s: slab . when link[s] == from do next_ = s -> take
      reads  racy head, link[s]
    when spin FAILS S9: it spins   (never, in this configuration)
      reads  racy head, link[*]

  take: list = next;
    | [S]  arrives  may stop here  serves
    always do got = next_, for each s: slab . link[s] = next(s) -> which
      writes got, link[*]

  which: #ifdef CONFIG_X
    | [S]
    select when spin -> look
    select otherwise -> taken
`);
  });

  it("ends with what was checked: the hash, and how large the table and a state are", () => {
    // n 2, on 1, head 2, link 2 * 2, o 2, l 3; three labels and the end 2; next_ and mine share a slot of 2.
    const [relation, size] = printSystem(system).trimEnd().split("\n").slice(-2);
    expect(relation).toBe(`relation ${system.hash}`);
    expect(size).toBe("3 linked labels, 4 commands, 9 cells of state, 18 bits");
  });

  it("prints one program when asked for it", () => {
    const [first] = printSystem(system, { program: "take_one" }).split("\n");
    expect(first).toBe("program take_one(from: id(slab), spin: bool, result got: optional(id(slab)))");
  });

  it("names the programs there are when asked for another", () => {
    expect(() => printSystem(system, { program: "take" })).toThrow(/no program "take" here; .*script, take_one/);
  });

  it("prints the rows of a variant", () => {
    expect(printSystem(linkExample(ticketLock))).toContain(
      "always do mine = lock.next, lock.next = lock.next + 1 -> spin",
    );
    const torn = printSystem(linkExample(ticketLock, {}, ["torn"]), { program: "ticket_lock" });
    expect(torn).toContain(
      "write: lock->next = mine + 1;\n    always do lock.next = mine + 1 -> spin\n      writes lock.next",
    );
  });

  it("breaks long lines before column 100", () => {
    const long = program("long", { exits: ["done"] }, () => ({
      go: step("x", when(and(...Array.from({ length: 30 }, () => m.on))).goto("done")),
    }));
    const lines = printSystem(systemOf([long], { roots: [m], sizes: { slab: 1, slot: 1 } })).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
