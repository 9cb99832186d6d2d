/**
 * How is a state cut into parts? It is a tree whose leaves are the words of a packed state. Each inner node is a pair,
 * and equal pairs of one node are stored once, under a number. What hangs on the root stands for the state: the numbers
 * of one, two or three nodes. No word does: they are to be small numbers.
 */

/** A word of the packed state, the number of an inner node, or nothing (0). */
export type Child = { readonly word: number } | { readonly node: number } | { readonly nothing: true };

export interface Tree {
  /** The inner nodes but the root; children come before their parents. */
  readonly nodes: readonly { readonly left: Child; readonly right: Child }[];
  /** The nodes that hang on the root. */
  readonly root: readonly number[];
}

const NOTHING: Child = { nothing: true };

/** A tree from its inner nodes but the root, and what hangs on that. */
function rooted(nodes: Tree["nodes"], children: readonly Child[]): Tree {
  const all = [...nodes];
  const root = children.map((child) => ("node" in child ? child.node : all.push({ left: child, right: NOTHING }) - 1));
  return { nodes: all, root };
}

/** The same tree, where three nodes hang on the root with a node for two of them. */
export function ofTwo({ nodes, root }: Tree): Tree {
  const [left, right, ...others] = root.map((node) => ({ node }));
  return left && right && others.length > 0
    ? rooted([...nodes, { left, right }], [...others, { node: nodes.length }])
    : { nodes, root };
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
  return rooted(nodes, level);
}

/** A part of a state: a word or an inner node, and what a sample of states has there, as small numbers. */
interface Part {
  readonly child: Child;
  readonly values: Uint32Array;
  readonly distinct: number;
}

/**
 * A tree fitted to a sample of packed states: again and again the two parts are joined that together have the fewest
 * different values, so that what seldom changes lies deep and what is stored is little. Three are left for the root: a
 * state costs no search for a pair of them.
 */
export function fittedTree(words: number, sample: readonly ArrayLike<number>[]): Tree {
  if (words <= 2 || sample.length === 0) return balancedTree(words);
  const nodes: { left: Child; right: Child }[] = [];
  const none = new Uint32Array(sample.length);
  let parts = Array.from({ length: words }, (_, word): Part => {
    const values = Uint32Array.from(sample, (state) => state[word] as number);
    return joined({ word }, none, values);
  });
  const joints = new Map<Part, Map<Part, Part>>();
  const joint = (a: Part, b: Part): Part => {
    const ofA = joints.get(a) ?? new Map<Part, Part>();
    joints.set(a, ofA);
    const known = ofA.get(b) ?? joined(NOTHING, a.values, b.values);
    ofA.set(b, known);
    return known;
  };
  while (parts.length > 3) {
    // Those with the fewest values first: two together have at least as many as the one with more.
    parts.sort((a, b) => a.distinct - b.distinct);
    let best: { readonly a: Part; readonly b: Part; readonly both: Part } | null = null;
    for (const [i, a] of parts.entries()) {
      for (const b of parts.slice(i + 1)) {
        if (best && b.distinct >= best.both.distinct) break;
        const both = joint(a, b);
        if (!best || both.distinct < best.both.distinct) best = { a, b, both };
      }
    }
    const { a, b, both } = best as NonNullable<typeof best>;
    const child: Child = { node: nodes.push({ left: a.child, right: b.child }) - 1 };
    parts = [...parts.filter((p) => p !== a && p !== b), { ...both, child }];
  }
  return rooted(
    nodes,
    parts.map(({ child }) => child),
  );
}

/** Numbers pairs of numbers in the order in which they are met. */
function joined(child: Child, a: Uint32Array, b: Uint32Array): Part {
  const known = new Map<number, number>();
  const values = a.map((x, i) => {
    // The first are small numbers, so that no two pairs have one key.
    const key = x * 2 ** 32 + (b[i] as number);
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
  return { child, values, distinct: known.size };
}
