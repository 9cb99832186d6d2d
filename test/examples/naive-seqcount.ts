/** How many states has a reader of two values beside a writer that counts? A simulation in plain TypeScript. */

type State = readonly [w: number, seq: number, a: number, b: number, r: number, s: number, x: number, y: number];

/** The writer stands at 0 to 3, and at 4 when it has ended; the reader at 0 to 5, and at 6. */
function* after([w, seq, a, b, r, s, x, y]: State, writes: number, modulo: number): Iterable<State> {
  const up = seq === modulo - 1 ? 0 : seq + 1;
  if (w === 0) yield a < writes ? [1, up, a, b, r, s, x, y] : [4, seq, a, b, r, s, x, y];
  if (w === 1) yield [2, seq, a + 1, b, r, s, x, y];
  if (w === 2) yield [3, seq, a, b + 1, r, s, x, y];
  if (w === 3) yield [0, up, a, b, r, s, x, y];
  const writer = [w, seq, a, b] as const;
  // What nobody reads again is 0.
  if (r === 0) yield [...writer, 1, seq, 0, 0];
  if (r === 1) yield s % 2 === 1 ? [...writer, 0, 0, 0, 0] : [...writer, 2, s, 0, 0];
  if (r === 2) yield [...writer, 3, s, a, 0];
  if (r === 3) yield [...writer, 4, s, x, b];
  if (r === 4) yield seq === s ? [...writer, 5, 0, x, y] : [...writer, 0, 0, 0, 0];
  if (r === 5) yield [...writer, 6, 0, 0, 0];
}

export function naiveSeqcount(writes: number, modulo: number) {
  const first: State = [0, 0, 0, 0, 0, 0, 0, 0];
  const seen = new Map([[first.join(), first]]);
  let transitions = 0;
  let torn = false;
  for (const state of seen.values()) {
    const [, , , , r, , x, y] = state;
    if (r === 5 && x !== y) torn = true;
    for (const next of after(state, writes, modulo)) {
      transitions += 1;
      if (!seen.has(next.join())) seen.set(next.join(), next);
    }
  }
  return { states: seen.size, transitions, torn };
}
