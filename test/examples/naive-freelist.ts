/**
 * How many states has the lock-free free list, by a program that knows nothing of the language? A state is an array of
 * small numbers: head, tag, the links, then label, h, t, n and the held object of each process; 0 is nil.
 *
 * For 4 processes, 4 objects and a tag below 7 it gives 8,169,684 states and 29,714,812 edges, as Spin, Rumur and TLC
 * do; that takes 40 s and 4 GB, so the test uses smaller sizes.
 */
export function naiveFreelist(processes: number, objects: number, lastTag: number) {
  const cell = (state: readonly number[], i: number): number => state[i] as number;
  const links = Array.from({ length: objects }, (_, i) => (i + 1 < objects ? i + 2 : 0));
  const initial = [1, 0, ...links, ...Array.from({ length: 5 * processes }, () => 0)];
  const seen = new Set([String.fromCharCode(...initial)]);
  const queue = [initial];
  let transitions = 0;
  for (const state of queue) {
    for (let process = 0; process < processes; process++) {
      const after = step(state, 2 + objects + 5 * process);
      if (!after) continue;
      transitions += 1;
      const key = String.fromCharCode(...after);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(after);
    }
  }
  return { states: seen.size, transitions };

  /** One step of the process whose cells begin at `at`; null where it waits. */
  function step(state: readonly number[], at: number): number[] | null {
    const after = [...state];
    const [head, tag] = [cell(state, 0), cell(state, 1)];
    const [label, h, t, n, held] = state.slice(at, at + 5) as [number, number, number, number, number];
    const unchanged = head === h && tag === t;
    const put = (...cells: number[]): void => {
      for (const [i, value] of cells.entries()) after[at + i] = value;
    };
    switch (label) {
      case 0:
        if (tag >= lastTag) return null;
        put(held === 0 ? 1 : 3, head, tag, 0, held);
        return after;
      case 1:
        if (h === 0) put(0, 0, 0, 0, held);
        else put(2, h, t, cell(state, 1 + h), held);
        return after;
      case 2:
        if (unchanged) [after[0], after[1]] = [n, tag + 1];
        put(0, 0, 0, 0, unchanged ? h : held);
        return after;
      case 3:
        after[1 + held] = h;
        put(4, h, t, 0, held);
        return after;
      case 4:
        if (unchanged) [after[0], after[1]] = [held, tag + 1];
        put(0, 0, 0, 0, unchanged ? 0 : held);
        return after;
      default:
        throw new Error(`no such label: ${label}`);
    }
  }
}
