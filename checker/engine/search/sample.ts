/** Some of the states that a search has seen: a tree is fitted to them. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Piece } from "../checkpoint/piece.ts";
import type { Machine } from "./machine.ts";

/** How many of the states seen are looked at where a tree is fitted to them. */
const SAMPLE = 4_000;

/** Packed, evenly spread, of the states that were seen last. */
export function sampleOf({ store, engine: { map }, call }: Machine): Int32Array[] {
  const [first] = store.logs;
  if (!first) return [];
  const size = Math.min(SAMPLE, first.count);
  const from = first.count >> 1;
  const at = (map.base + map.memory.current.offset) >>> 2;
  return Array.from({ length: size }, (_, i) => {
    call("unpack", first.log, from + Math.floor((i * (first.count - from)) / size));
    return store.main.words.slice(at, at + map.layout.words);
  });
}

/** The same, of files of a search before. */
export function sampleOfKept(checkpoint: Checkpoint, pieces: readonly Piece[]): Int32Array[] {
  const { words } = checkpoint.about;
  const last = pieces.findLast(({ states }) => states > 0);
  if (!last) return [];
  const each = Math.ceil(last.states / SAMPLE);
  const some: Int32Array[] = [];
  for (const { states, count } of checkpoint.statesOf(last)) {
    for (let i = 0; i < count; i += each) some.push(states.slice(i * words, (i + 1) * words));
    if (some.length >= SAMPLE) break;
  }
  return some;
}
