/** Do pairs keep their numbers while tables grow and several threads take numbers, and do roots fill their table evenly? */
import fc from "fast-check";
import { expect, it } from "vitest";
import * as ir from "../../checker/engine/code/ir.ts";
import { compileToJs } from "../../checker/engine/code/ir-js.ts";
import { TooWide } from "../../checker/engine/store/arrangement.ts";
import { BLOCK, HEADER, intern, rebuild } from "../../checker/engine/store/pair-set.ts";
import {
  addBatch,
  addLater,
  BATCH,
  moveStash,
  moveTable,
  numbersOf,
  pairOf,
  rearrange,
  rootSet,
  stashOf,
} from "../../checker/engine/store/root-set.ts";
import { Store } from "../../checker/engine/store/store.ts";
import { runs } from "../runs.ts";

/** Everything lies in the first page: the headers of a set, of the stash, of the roots, then what the threads have. */
const [SET, STASH, ROOTS] = [256, 384, 512] as const;
const BLOCKS = { offset: 0 };
const OWN = { log: { offset: 64 }, block: { offset: 80 }, marks: { offset: 88 }, batch: { offset: 128 } };
const BASES = [4096, 8192] as const;

/** A set with the code of two threads, as JavaScript: whoever is called takes its turn. */
function twoThreads() {
  const slack = BATCH + 2 * BLOCK;
  const store = new Store({ limit: 2 ** 28, slack, threads: 2, shared: false, shards: 0, firstTable: 2 });
  const { main } = store;
  main.take(1);
  const roots = rootSet(ROOTS, STASH, OWN, { numbers: 2, shared: false });
  const stash = stashOf(roots);
  const add = addBatch("roots", roots, stash.isNew, true);
  const later = new ir.FunctionWriter("later", 2);
  addLater(later, roots, add, ir.get(0), ir.get(1));
  const number = intern("set", { header: SET, block: BLOCKS, shared: false });
  const again = rebuild("rebuild 0", SET);
  const stashAgain = rebuild("rebuild stash", STASH);
  const addAgain = addBatch("roots again", roots, stash.isNew, false);
  const fromTable = moveTable(roots, addAgain);
  const fromStash = moveStash(roots, addAgain);
  const functions = [number, stash.isNew, add, addAgain, later.fn, again, stashAgain, fromTable, fromStash];
  const program = { imports: [], functions, table: [], exports: functions };
  const threads = BASES.map((base) => compileToJs(program, base));
  const attach = () => {
    for (const thread of threads) thread.attach(main.memory.buffer);
  };
  main.onMove = attach;
  attach();
  const call = (thread: number, fn: ir.Func, ...args: number[]): number => {
    const found = threads[thread]?.functions[fn.name];
    if (!found) throw new Error(`no function "${fn.name}"`);
    return found(...args);
  };
  /** What the search does when all have stopped. */
  const makeRoom = (): void => {
    while (store.takeStop()) {
      for (const move of store.makeRoom()) {
        for (const { at, from, to } of move.stash) {
          for (let next = from; next < to; makeRoom()) next = call(0, fromStash, at, next, to);
        }
        for (let at = 0; at < move.to; makeRoom()) at = call(0, fromTable, move.table, at, move.to);
        store.moved(move);
      }
    }
  };
  store.addSet(SET, (from, to) => call(0, again, from, to));
  const rebuildStash = (from: number, to: number) => call(0, stashAgain, from, to);
  store.addRoots([], [{ header: ROOTS, stash: STASH, rebuildStash, rearrange: () => {} }]);
  for (const base of BASES) store.addThread(base + BLOCKS.offset, [base], OWN);
  store.makeRoom();
  return { store, call, makeRoom, number, later: later.fn, add };
}

it("a pair has one number, whoever asks and however often the table was made anew", () => {
  const turn = fc.record({ thread: fc.nat(1), from: fc.nat(1_500), length: fc.nat(150) });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 10, maxLength: 40 }), (turns) => {
      const { call, makeRoom, number } = twoThreads();
      const known = new Map<number, number>();
      for (const { thread, from, length } of turns) {
        for (let key = from; key < from + length; key++) {
          // The pair (0, 0) among them, which is what unused room looks like.
          const found = call(thread, number, key % 3, Math.floor(key / 3));
          expect(found).toBe(known.get(key) ?? found);
          known.set(key, found);
          makeRoom();
        }
      }
      expect(new Set(known.values()).size).toBe(known.size);
    }),
    runs(30),
  );
});

it.each([
  ["one half is always the same", (i: number) => [7, i]],
  ["the other half is always the same", (i: number) => [i, 7]],
  ["both halves are dense", (i: number) => [i % 100, Math.floor(i / 100)]],
  ["the halves go together", (i: number) => [i, i]],
])("hardly any root is in the stash where %s", (_, pairOf) => {
  const { store, call, makeRoom, later, add } = twoThreads();
  for (let i = 0; i < 20_000; i++) {
    call(i % 2, later, ...pairOf(i));
    makeRoom();
  }
  for (const thread of [0, 1]) call(thread, add);
  expect(store.total).toBe(20_000);
  expect(store.main.word(STASH + HEADER.count)).toBeLessThan(500);
});

/** Roots of three numbers, of three sets; the stash is a fourth set. What a test does with them is in one place. */
function rootsOfThree(rootBits?: number) {
  const slack = BATCH + 2 * BLOCK;
  const bits = rootBits ? { rootBits } : {};
  const store = new Store({ limit: 2 ** 28, slack, threads: 1, shared: false, shards: 0, ...bits });
  const { main } = store;
  main.take(1);
  const [sets, stashAt, header] = [[256, 384, 512], 640, 768] as const;
  const roots = rootSet(header, stashAt, OWN, { numbers: 3, shared: false });
  const stash = stashOf(roots);
  const add = addBatch("roots", roots, stash.isNew, true);
  const addAgain = addBatch("roots again", roots, stash.isNew, false);
  const later = new ir.FunctionWriter("later", 3);
  addLater(later, roots, add, ...pairOf(later, roots, [ir.get(0), ir.get(1), ir.get(2)]));
  const part = [0, 1, 2].map((i) => {
    const fn = new ir.FunctionWriter(`part ${i}`, 2);
    fn.emit(ir.ret(numbersOf(fn, roots, [ir.get(0), ir.get(1)])[i] as ir.Expr));
    return fn.fn;
  });
  const interns = sets.map((set, i) => intern(`${i}`, { header: set, block: { offset: 8 * i }, shared: false }));
  const rebuilds = [...sets.map((set, i) => rebuild(`rebuild ${i}`, set)), rebuild("rebuild stash", stashAt)];
  const all = [add, addAgain, later.fn, moveTable(roots, addAgain), moveStash(roots, addAgain), rearrange(roots)];
  const functions = [...interns, ...Object.values(stash), ...all, ...part, ...rebuilds];
  const { functions: code, attach } = compileToJs({ imports: [], functions, table: [], exports: functions }, 4096);
  main.onMove = () => attach(main.memory.buffer);
  main.onMove();
  const call = (name: string, ...args: number[]): number => (code[name] as (...all: number[]) => number)(...args);
  for (const [i, set] of sets.entries()) store.addSet(set, (from, to) => call(`rebuild ${i}`, from, to));
  const rebuildStash = (from: number, to: number) => call("rebuild stash", from, to);
  const rearranged = (directory: number, from: number, to: number) => call("rearrange", directory, from, to);
  store.addRoots([0, 1, 2], [{ header, stash: stashAt, rebuildStash, rearrange: rearranged }]);
  store.addThread(4096, [4096], OWN);
  const makeRoom = (): void => {
    while (store.takeStop()) {
      call("add roots");
      for (const move of store.makeRoom()) {
        for (const { at, from, to } of move.stash) {
          for (let next = from; next < to; makeRoom()) next = call("move stash", at, next, to);
        }
        for (let at = 0; at < move.to; makeRoom()) at = call("move table", move.table, at, move.to);
        store.moved(move);
      }
    }
  };
  store.makeRoom();
  const enter = (keys: readonly number[]): readonly number[] => {
    const numbers = keys.map((key, i) => call(`number ${i}`, key, 0));
    makeRoom();
    call("later", ...numbers);
    makeRoom();
    return numbers;
  };
  /** What the log says, root by root. */
  const logged = (): string[] => {
    call("add roots");
    const [{ log = 0, count = 0 } = {}] = store.logs;
    return Array.from({ length: count }, (_, i) => {
      const pair = main.word(log + 4 * (i >>> 13)) + 8 * (i & 8191);
      return [0, 1, 2].map((one) => call(`part ${one}`, main.word(pair), main.word(pair + 4))).join();
    });
  };
  return { enter, logged, arrangements: () => [12, 20].map((at) => main.word(header + at)).join() };
}

it("roots of three numbers stay what they are, whichever of them grows", () => {
  const grows = fc.record({ of: fc.nat(2), by: fc.integer({ min: 1, max: 2_500 }), beside: fc.nat(60) });
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(grows, { minLength: 3, maxLength: 8 }), (turns) => {
      const { enter, logged, arrangements } = rootsOfThree();
      const sizes = [1, 1, 1];
      const expected = new Set<string>();
      for (const { of, by, beside } of turns) {
        for (let i = 0; i < by; i++) {
          // Each turn meets again what was there before it.
          const keys = sizes.map((size, one) => (one === of ? Math.max(0, size - beside) + i : (i * 7) % size));
          expected.add(enter(keys).join());
        }
        sizes[of] = Math.max(sizes[of] as number, Math.max(0, (sizes[of] as number) - beside) + by);
        seen.add(arrangements());
      }
      const found = logged();
      expect(found).toHaveLength(expected.size);
      expect(new Set(found)).toEqual(expected);
    }),
    runs(30),
  );
  // Else nothing was put to the test.
  expect(seen.size).toBeGreaterThan(3);
});

it("a word that two numbers of a root no longer fit is told, not overrun", () => {
  const { enter } = rootsOfThree(20);
  expect(() => {
    for (let i = 0; i < 100_000; i++) enter([i, i, i]);
  }).toThrow(TooWide);
});
