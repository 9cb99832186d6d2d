/**
 * How does a small state graph look? States by level, the fewest steps that lead there, downwards; within a level each
 * near those that lead to it, which keeps most edges short.
 */
import type { State } from "../checker/language/evaluate.ts";
import type { System } from "../checker/language/system.ts";
import { wholeGraph } from "../checker/reference/graph.ts";

/** A graph of more states is a carpet, not a picture. */
export const MOST_STATES = 400;

export interface GraphNode {
  readonly state: State;
  readonly level: number;
  /** Where the way here begins, by its number among the states where a run may. */
  readonly start: number;
  /** The way here, each step by its number among the transitions that are open. */
  readonly way: readonly number[];
  x: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** States of the widest level. */
  readonly width: number;
  readonly height: number;
  readonly indexOf: (state: State) => number | undefined;
}

/** Null where there are too many states. */
export function graphOf(system: System): Graph | null {
  const whole = wholeGraph(system, MOST_STATES);
  if (!whole) return null;
  const nodes: GraphNode[] = system.initials.map((state, start) => ({ state, level: 0, start, way: [], x: 0 }));
  const edges: [number, number][] = [];
  for (const { from, to, choice } of whole.edges) {
    if (to === nodes.length) {
      const { level, start, way } = nodes[from] as GraphNode;
      nodes.push({ state: whole.states[to] as State, level: level + 1, start, way: [...way, choice], x: 0 });
    }
    if (to !== from) edges.push([from, to]);
  }
  const levels = Array.from({ length: (nodes.at(-1) as GraphNode).level + 1 }, (_, level) =>
    nodes.filter((node) => node.level === level),
  );
  place(nodes, levels, edges);
  return {
    nodes,
    edges,
    width: Math.max(...levels.map((level) => level.length)),
    height: levels.length,
    indexOf: whole.indexOf,
  };
}

/** Sweeps down and up: each state goes where its neighbours are on average, then the level is spread again. */
function place(nodes: readonly GraphNode[], levels: GraphNode[][], edges: Graph["edges"]): void {
  const spread = (level: GraphNode[]): void => {
    for (const [i, node] of level.entries()) node.x = i - (level.length - 1) / 2;
  };
  for (const level of levels) spread(level);
  const beside = new Map<GraphNode, GraphNode[]>(nodes.map((node) => [node, []]));
  for (const [a, b] of edges) {
    const [from, to] = [nodes[a] as GraphNode, nodes[b] as GraphNode];
    beside.get(from)?.push(to);
    beside.get(to)?.push(from);
  }
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    for (const level of down ? levels : levels.toReversed()) {
      const wanted = new Map(
        level.map((node) => {
          const near = (beside.get(node) ?? []).filter((n) => (down ? n.level < node.level : n.level > node.level));
          return [node, near.length === 0 ? node.x : near.reduce((sum, n) => sum + n.x, 0) / near.length];
        }),
      );
      level.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number));
      spread(level);
    }
  }
}
