/** Which ghosts are kept? Those that some property reads, directly or through another one; the rest would only cost states. */
import { type Assign, type Node, walk, walkAssign } from "../language/nodes.ts";
import type { Shape } from "../language/shapes.ts";
import type { Attachments } from "./clauses.ts";

export interface Ghosts {
  /** Those that are kept, in the order in which they are declared. */
  readonly fields: Readonly<Record<string, Shape>>;
  readonly dropped: readonly string[];
  /** Whether an assignment that a property brings along is made: to a ghost that is kept, or to a counter of passes. */
  readonly isMade: (assign: Assign) => boolean;
}

export function keepGhosts(declared: Readonly<Record<string, Shape>>, attachments: Attachments): Ghosts {
  const read = new Set<string>();
  const visit = (node: Node): void => {
    if (node.op === "read" && node.place.base.kind === "ghost") read.add(node.place.base.field);
  };
  const conditions = [
    ...attachments.invariants,
    ...attachments.atRest,
    ...attachments.alwaysPossible,
    ...attachments.liveness,
    ...attachments.liveness.flatMap(({ from }) => (from ? [{ condition: from }] : [])),
    ...[...attachments.waits.values()].flat(),
    ...[...attachments.ofCommand.values()].flatMap((a) => [...a.checks, ...a.witnesses]),
  ].map((c) => c.condition);
  for (const witness of attachments.witnesses) if (witness.condition) conditions.push(witness.condition);
  for (const condition of conditions) walk(condition, visit);
  const field = (a: Assign): string | null => (a.place.base.kind === "ghost" ? a.place.base.field : null);
  const tracked = [...attachments.ofCommand.values()].flatMap((a) => a.effect);
  for (let size = -1; size !== read.size; ) {
    size = read.size;
    for (const a of tracked) if (read.has(field(a) ?? "")) walkAssign(a, visit);
  }
  return {
    fields: Object.fromEntries(Object.entries(declared).filter(([name]) => read.has(name))),
    dropped: Object.keys(declared).filter((name) => !read.has(name)),
    isMade: (assign) => field(assign) === null || read.has(field(assign) as string),
  };
}
