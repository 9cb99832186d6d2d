/**
 * Which mistakes are compile errors? Each `@ts-expect-error` below is one; tsc complains of a marker where nothing is
 * wrong. Beside each mistake stands what was meant, which must have no error. Nothing here is ever run but the test
 * at the end, which asks tsc about this file.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import {
  and,
  atMost,
  bool,
  call,
  chain,
  choose,
  component,
  compose,
  constants,
  context,
  each,
  either,
  exists,
  forAll,
  guardedBy,
  happens,
  id,
  indexSet,
  inject,
  invariant,
  isKind,
  ite,
  next,
  not,
  oneOf,
  optional,
  or,
  orWord,
  otherwise,
  patch,
  place,
  product,
  program,
  range,
  result,
  rowsOf,
  select,
  setEach,
  standsIn,
  state,
  step,
  struct,
  sum,
  track,
  value,
  when,
  whenever,
} from "../../checker/language/index.ts";

const cpu = indexSet("cpu");
const slab = indexSet("slab");
const slot = indexSet("slot");
const object = product("object", { slab, slot });
const lock = sum("lock", { slabLock: cpu, listLock: slab });
const k = state({
  flag: bool,
  n: range(0, 3),
  mode: oneOf("idle", "busy"),
  cpu: id(cpu),
  slab: id(slab),
  maybe: optional(id(slab)),
  link: orWord(optional(id(slab)), "garbage"),
  object: id(object),
  lock: id(lock),
  flags: each(cpu, bool),
  pair: struct({ a: bool, b: range(0, 1) }),
});
const fixed = constants({ limit: range(0, 3) });
const ways = { exits: ["done", "busy"] } as const;
const callee = program(
  "callee",
  { ...ways, params: { v: value(id(slab)), p: place(bool), r: result(range(0, 3)) }, locals: { l: bool } },
  (_, { v, p, r }, { l }) => ({
    first: step("", when(k.slab.eq(v)).do(l.set(p), r.set(1)).goto("second"), otherwise.goto("busy")),
    second: step("", when(l).do(p.set(false)).goto("done"), otherwise.goto("done")),
  }),
);
const args = { v: k.slab, p: k.flag, r: k.n };
const out = { done: "done", busy: "done" } as const;

const rows = () => [
  program("right", { exits: ["done"] }, () => ({
    a: step("", otherwise.goto("b")),
    b: step("", otherwise.goto("done")),
  })),
  // @ts-expect-error a misspelt label
  program("p", { exits: ["done"] }, () => ({ a: step("", otherwise.goto("c")), b: step("", otherwise.goto("done")) })),
  // @ts-expect-error a misspelt exit
  program("p", { exits: ["done"] }, () => ({ a: step("", otherwise.goto("doen")) })),
  program("p", { exits: ["done"] }, () => ({
    // @ts-expect-error a misspelt label under choose
    a: step(
      "",
      choose(cpu, () => otherwise.goto("doen")),
    ),
  })),
  // @ts-expect-error a misspelt label under either
  program("p", { exits: ["done"] }, () => ({ a: step("", either(otherwise.goto("done"), otherwise.goto("doen"))) })),
  // @ts-expect-error a misspelt target of a branch
  program("p", { exits: ["done"] }, () => ({ a: select("", [[fixed.limit.eq(1), "doen"]], "done") })),
  // @ts-expect-error a misspelt label where an exit of a call leads
  program("p", { exits: ["done"] }, () => ({ a: call("", callee, args, { done: "done", busy: "doen" }) })),
  // @ts-expect-error an alternative that goes nowhere
  step("", when(k.flag).do(k.flag.set(false))),
  // @ts-expect-error a row without alternatives
  step("wait for ever"),
  // @ts-expect-error a mark that rows do not have
  step("", { mayStpo: true }, otherwise.goto("done")),
];

const calls = () => [
  call("", callee, args, out),
  // @ts-expect-error an exit that leads nowhere
  call("", callee, args, { done: "done" }),
  // @ts-expect-error a parameter without an argument
  call("", callee, { v: k.slab, p: k.flag }, out),
  // @ts-expect-error an argument that nobody asked for
  call("", callee, { ...args, q: k.flag }, out),
  // @ts-expect-error an id of another set
  call("", callee, { ...args, v: k.cpu }, out),
  // @ts-expect-error null where an id is wanted
  call("", callee, { ...args, v: k.maybe }, out),
  // @ts-expect-error a value where a place is wanted
  call("", callee, { ...args, p: not(k.flag) }, out),
  // @ts-expect-error a place of another shape
  call("", callee, { ...args, p: k.n }, out),
  // @ts-expect-error a place that cannot hold the result
  call("", callee, { ...args, r: k.flag }, out),
  // @ts-expect-error a result is not read
  program("p", { exits: ["done"], params: { r: result(bool) } }, (_, { r }) => ({ a: step("", when(r).goto("done")) })),
  program("p", { exits: ["done"], params: { v: value(bool) } }, (_, { v }) => ({
    // @ts-expect-error a value is not set
    a: step("", otherwise.do(v.set(true)).goto("done")),
  })),
];

const guards = () => [
  when(
    and(
      k.flag,
      not(k.flag),
      k.n.lt(2),
      exists(cpu, (c) => k.flags.at(c)),
    ),
  ),
  // @ts-expect-error a plain boolean
  when(true),
  // @ts-expect-error JavaScript's ! makes a plain boolean of a place
  when(!k.flag),
  // @ts-expect-error JavaScript's === compares places, not values
  when(k.n === fixed.limit),
  // @ts-expect-error JavaScript's < has no meaning here
  when(k.n < fixed.limit),
  // @ts-expect-error a number is no condition
  when(k.n),
  // @ts-expect-error an id is no condition
  when(k.maybe),
  // @ts-expect-error a plain boolean below `and`
  when(and(k.flag, true)),
  // @ts-expect-error a plain boolean below `or`
  when(or(k.flag, !k.flag)),
  // @ts-expect-error a body that is no condition
  forAll(cpu, (c) => c),
];

const values = () => [
  k.n.set(k.n.plus(1)),
  k.mode.set("busy"),
  k.maybe.set(k.slab),
  k.maybe.set(null),
  k.slab.set(k.link.known()),
  k.maybe.set(k.link.except("garbage")),
  k.link.set("garbage"),
  setEach(cpu, (c) => k.flags.at(c).set(false)),
  // @ts-expect-error a number in a bool
  k.flag.set(1),
  // @ts-expect-error a bool in a range
  k.n.set(k.flag),
  // @ts-expect-error a word that the shape does not have
  k.mode.set("bsuy"),
  // @ts-expect-error a number in an id
  k.slab.set(0),
  // @ts-expect-error an id of another set
  k.slab.set(k.cpu),
  // @ts-expect-error null in an id
  k.slab.set(null),
  // @ts-expect-error perhaps null in an id
  k.slab.set(k.maybe),
  // @ts-expect-error perhaps garbage in an optional id
  k.maybe.set(k.link),
  // @ts-expect-error a word of another shape
  k.link.set("rubbish"),
  // @ts-expect-error a group of cells has no value
  k.pair.set(true),
  // @ts-expect-error an array has no value
  k.flags.set(true),
  // @ts-expect-error a field that the struct does not have
  k.pair.c,
  // @ts-expect-error branches of two types
  ite(k.flag, k.n, k.mode),
  // @ts-expect-error a place of a narrower type is not one of a wider
  [k.slab].map((cell: typeof k.maybe) => cell.set(null)),
];

const ids = () => [
  k.flags.at(k.cpu),
  k.slab.eq(k.maybe),
  next(slab, k.slab),
  compose(object, { slab: k.slab, slot: component(object, "slot", k.object) }),
  inject(lock, "listLock", k.slab),
  // @ts-expect-error an index of another set
  k.flags.at(k.slab),
  // @ts-expect-error a number as an index
  k.flags.at(0),
  // @ts-expect-error ids have no arithmetic
  k.slab.plus(1),
  // @ts-expect-error ids have no order
  k.slab.lt(k.slab),
  // @ts-expect-error ids of two sets are never equal
  k.slab.eq(k.cpu),
  // @ts-expect-error an id is not a number
  k.slab.eq(0),
  // @ts-expect-error a word that the shape does not have
  k.mode.eq("bsuy"),
  // @ts-expect-error the element after one of another set
  next(cpu, k.slab),
  // @ts-expect-error a part of another set
  compose(object, { slab: k.cpu, slot: component(object, "slot", k.object) }),
  // @ts-expect-error a part is left out
  compose(object, { slab: k.slab }),
  // @ts-expect-error a part that the product does not have
  component(object, "page", k.object),
  // @ts-expect-error one of another kind
  inject(lock, "listLock", k.cpu),
  // @ts-expect-error a kind that the sum does not have
  isKind(lock, "nodeLock", k.lock),
  // @ts-expect-error a list of another set
  chain(slab, k.maybe, () => k.cpu),
  // @ts-expect-error membership of another set
  chain(slab, k.maybe, (s) => next(slab, s)).has(k.cpu),
];

const properties = () => [
  whenever(callee, "first", ({ v, l }) => and(k.slab.eq(v), l), { to: "second" }),
  whenever(callee, "first", ({ p }) => p, { to: "(waits)" }),
  guardedBy(
    [cpu],
    (c) => k.flags.at(c),
    (self, c) => and(k.cpu.eq(c), standsIn(self, rowsOf(callee, "first"))),
  ),
  // @ts-expect-error a row that the program does not have
  whenever(callee, "frist", ({ p }) => p),
  // @ts-expect-error a way that the program does not have
  whenever(callee, "first", ({ p }) => p, { to: "secnod" }),
  // @ts-expect-error a local that the program does not have
  whenever(callee, "first", ({ x }) => x),
  // @ts-expect-error a condition that is a plain boolean
  whenever(callee, "first", () => true),
  // @ts-expect-error nobody sees a row that waits happen
  happens(callee, "first", ({ p }) => p, { to: "(waits)" }),
  // @ts-expect-error what is written is an assignment
  track(callee, "first", () => k.flag),
  // @ts-expect-error a row that the program does not have
  atMost(callee, "frist", 2),
  // @ts-expect-error a row that the program does not have
  rowsOf(callee, "frist"),
  // @ts-expect-error a plain boolean
  invariant(!k.flag),
  guardedBy(
    [slab],
    // @ts-expect-error ids that are not those of the cells
    (c) => k.flags.at(c),
    () => k.flag,
  ),
  // @ts-expect-error who stands somewhere is a context
  standsIn(k.cpu, rowsOf(callee)),
];

const patches = () => [
  patch(callee, ({ p }) => ({ second: step("", when(p).goto("third")), third: step("", otherwise.goto("done")) }), {
    added: ["third"],
  }),
  // @ts-expect-error a row that is not there and not said to be added
  patch(callee, () => ({ third: step("", otherwise.goto("done")) })),
  // @ts-expect-error a misspelt label
  patch(callee, () => ({ second: step("", otherwise.goto("frist")) })),
  // @ts-expect-error a row to remove that is not there
  patch(callee, () => ({}), { removed: ["third"] }),
];

/** A context's own entry is that of an id of `context`. */
const selves = () =>
  program("p", { exits: ["done"] }, (self) => ({
    // @ts-expect-error `self` is a context, not a CPU
    a: step("", when(k.flags.at(self)).goto("b")),
    b: step("", when(exists(context, (c) => c.ne(self))).goto("done")),
  }));

const mistakesIn = { rows, calls, guards, values, ids, properties, patches, selves };

it(`mistakes in ${Object.keys(mistakesIn).join(", ")} are compile errors, and what was meant is none`, () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const dir = mkdtempSync(join(tmpdir(), "nolock-"));
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
    include: [],
    files: [fileURLToPath(import.meta.url)],
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const ran = spawnSync(process.execPath, [tsc, "-p", dir], { cwd: root, encoding: "utf8" });
  rmSync(dir, { recursive: true });
  expect(ran.stdout).toBe("");
  expect(ran.status).toBe(0);
});
