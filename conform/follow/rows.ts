/**
 * Which rows has a run confirmed? Those that stand on every way of the model from its start to its end: without any one
 * of them the model could not have done what the kernel did.
 */
import type { Reached, Run } from "./follow.ts";

type Rows = ReadonlySet<string>;

const inAll = ([one, ...others]: readonly Rows[]): Rows =>
  new Set([...(one ?? [])].filter((row) => others.every((other) => other.has(row))));

/** Rows, "program: label -> way", that every way through the layers of a run takes. */
export function rowsOfEveryWay({ layers, starts }: Run): Rows {
  /** What every way to a state takes, by its layer and key. One that is absent is not known to have a way. */
  const known = new Map<string, Rows>();
  for (const [layer, { nodes }] of layers.entries()) {
    const after = new Map<string, string[]>();
    for (const [key, { arrivals }] of nodes)
      for (const { layer: from, from: before } of arrivals)
        if (from === layer) after.set(before, [...(after.get(before) ?? []), key]);
    const queue = new Set(nodes.keys());
    for (const key of queue) {
      queue.delete(key);
      const ways = (nodes.get(key) as Reached).arrivals.flatMap(({ layer: from, from: before, row }): Rows[] => {
        const rows = known.get(`${from} ${before}`);
        return rows ? [row === null ? rows : new Set([...rows, row])] : [];
      });
      // Where a run begins nothing has been taken yet.
      if (layer === 0 && starts.has(key)) ways.push(new Set());
      if (ways.length === 0) continue;
      const rows = inAll(ways);
      if (known.get(`${layer} ${key}`)?.size === rows.size) continue;
      known.set(`${layer} ${key}`, rows);
      for (const next of after.get(key) ?? []) queue.add(next);
    }
  }
  const last = layers.length - 1;
  return inAll([...(layers[last]?.nodes.keys() ?? [])].flatMap((key) => known.get(`${last} ${key}`) ?? []));
}
