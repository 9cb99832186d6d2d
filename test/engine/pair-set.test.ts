/** Do pairs keep their numbers while tables grow and several threads take numbers, and do roots fill their table evenly? */
import fc from "fast-check";
import { expect, it } from "vitest";
import * as ir from "../../checker/engine/ir.ts";
import { compileToJs } from "../../checker/engine/ir-js.ts";
import { BLOCK, HEADER, intern, rebuild, STOP } from "../../checker/engine/pair-set.ts";
import {
  addBatch,
  addLater,
  BATCH,
  moveStash,
  moveTable,
  type RootSet,
  stashOf,
} from "../../checker/engine/root-set.ts";
import { Store } from "../../checker/engine/store.ts";

/** Everything lies in the first page: the header of a set, that of the roots, then what the threads have. */
const [SET, ROOTS] = [256, 512] as const;
const LOG = { offset: 0 };
const BLOCKS = { offset: 64 };
const BATCH_AT = { offset: 128 };
const BASES = [4096, 8192] as const;

/** A set with the code of two threads, as JavaScript: whoever is called takes its turn. */
function twoThreads() {
  const store = new Store({ limit: 2 ** 28, slack: BATCH + 2 * BLOCK, threads: 2, shared: false, firstTable: 2 });
  store.pages(1);
  const set = { header: SET, block: BLOCKS, shared: false };
  const roots: RootSet = { header: ROOTS, stash: set, log: LOG, batch: BATCH_AT };
  const stash = stashOf(roots);
  const add = addBatch("roots", roots, stash.isNew, true);
  const later = new ir.FunctionWriter("later", 2);
  addLater(later, roots, add, ir.get(0), ir.get(1));
  const number = intern("set", set);
  const again = rebuild("set", SET);
  const addAgain = addBatch("roots again", roots, stash.isNew, false);
  const fromTable = moveTable(roots, addAgain);
  const fromStash = moveStash(roots, addAgain);
  const functions = [number, stash.isNew, add, addAgain, later.fn, again, fromTable, fromStash];
  const threads = BASES.map((base) => compileToJs({ functions, table: [], exports: functions }, base));
  const attach = () => {
    for (const thread of threads) thread.attach(store.memory.buffer);
  };
  store.onMove = attach;
  attach();
  const call = (thread: number, fn: ir.Func, ...args: number[]): number => {
    const found = threads[thread]?.functions[fn.name];
    if (!found) throw new Error(`no function "${fn.name}"`);
    return found(...args);
  };
  /** What the search does when all have stopped. */
  const makeRoom = (): void => {
    while (store.word(STOP) !== 0) {
      store.setWord(STOP, 0);
      const move = store.makeRoom();
      if (!move) continue;
      for (const { directory, from, to } of move.stash) {
        for (let at = from; at < to; makeRoom()) at = call(0, fromStash, directory, at, to);
      }
      for (let at = 0; at < move.to; makeRoom()) at = call(0, fromTable, move.table, at, move.to);
      store.moved(move);
    }
  };
  store.addSet(SET, (from, to) => call(0, again, from, to));
  store.addRoots(ROOTS);
  for (const base of BASES) store.addThread(base, { log: LOG, blocks: BLOCKS });
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
    { numRuns: 30 },
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
  expect(store.word(SET + HEADER.count)).toBeLessThan(500);
});
