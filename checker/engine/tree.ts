/**
 * How is a state cut into parts? It is a binary tree whose leaves are the words of a packed state. Each inner node is a
 * pair, and equal pairs of one node are stored once, under a number; the pair of the root stands for the state. No word
 * hangs on the root itself: its pair is to be one of small numbers.
 */

/** A word of the packed state, the number of an inner node, or nothing (0). */
export type Child = { readonly word: number } | { readonly node: number } | { readonly nothing: true };

export interface Tree {
  /** Children come before their parents; the last is the root. */
  readonly nodes: readonly { readonly left: Child; readonly right: Child }[];
}

const NOTHING: Child = { nothing: true };

/** A tree from its inner nodes but the root, and what hangs on that. */
function rooted(nodes: Tree["nodes"], left: Child, right: Child): Tree {
  const all = [...nodes];
  const half = (child: Child): Child =>
    "word" in child ? { node: all.push({ left: child, right: NOTHING }) - 1 } : child;
  const halves = { left: half(left), right: half(right) };
  return { nodes: [...all, halves] };
}

/** A balanced tree over the words in their order. */
export function balancedTree(words: number): Tree {
  let level: Child[] = Array.from({ length: words }, (_, word) => ({ word }));
  const nodes: { left: Child; right: Child }[] = [];
  while (level.length > 2) {
    const next: Child[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Child, level[i + 1]];
      next.push(right ? { node: nodes.push({ left, right }) - 1 } : left);
    }
    level = next;
  }
  return rooted(nodes, level[0] as Child, level[1] ?? NOTHING);
}

/**
 * A tree fitted to a sample of packed states: again and again the two parts are joined that together have the fewest
 * different values, so that what seldom changes lies deep and what is stored is little.
 */
export function fittedTree(words: number, sample: readonly ArrayLike<number>[]): Tree {
  if (words <= 2 || sample.length === 0) return balancedTree(words);
  const nodes: { left: Child; right: Child }[] = [];
  let parts: { child: Child; values: readonly number[] }[] = Array.from({ length: words }, (_, word) => ({
    child: { word },
    values: sample.map((state) => state[word] as number),
  }));
  const costs = new Map<string, { distinct: number; values: readonly number[] }>();
  const numbers = new Map<(typeof parts)[number], number>(parts.map((part, i) => [part, i]));
  const joined = (a: (typeof parts)[number], b: (typeof parts)[number]) => {
    const key = `${numbers.get(a)} ${numbers.get(b)}`;
    const known = costs.get(key) ?? pairUp(a.values, b.values);
    costs.set(key, known);
    return known;
  };
  while (parts.length > 2) {
    let best: { a: number; b: number; distinct: number } | null = null;
    for (let a = 0; a < parts.length; a++) {
      for (let b = a + 1; b < parts.length; b++) {
        const { distinct } = joined(parts[a] as (typeof parts)[number], parts[b] as (typeof parts)[number]);
        if (!best || distinct < best.distinct) best = { a, b, distinct };
      }
    }
    const { a, b } = best as { a: number; b: number };
    const [left, right] = [parts[a], parts[b]] as [(typeof parts)[number], (typeof parts)[number]];
    const child: Child = { node: nodes.push({ left: left.child, right: right.child }) - 1 };
    const part = { child, values: joined(left, right).values };
    numbers.set(part, numbers.size);
    parts = [...parts.filter((p) => p !== left && p !== right), part];
  }
  const [left, right] = parts as [(typeof parts)[number], (typeof parts)[number]];
  return rooted(nodes, left.child, right.child);
}

/** Numbers pairs in the order in which they are met. */
function pairUp(a: readonly number[], b: readonly number[]) {
  const known = new Map<string, number>();
  const values = a.map((x, i) => {
    const key = `${x} ${b[i]}`;
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
  return { distinct: known.size, values };
}
