/** Which ghosts keep account for a property? A trace for one rule need not tell what others keep. */
import { type Node, walk, walkAssign } from "../language/nodes.ts";
import type { System } from "../language/system.ts";

/** Fields of ghosts that a property reads, directly or through others; and of all that there are. */
export interface Accounts {
  readonly own: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

export function accountsOf(system: System, property: string): Accounts {
  const own = new Set<string>();
  const read = (node: Node): void => {
    if (node.op === "read" && node.place.base.kind === "ghost") own.add(node.place.base.field);
  };
  const { commands, labels, invariants, atRest, alwaysPossible, liveness } = system;
  const asked = [
    ...commands.flatMap(({ checks }) => checks),
    ...labels.flatMap((label) => label?.waits ?? []),
    ...invariants,
    ...atRest,
    ...alwaysPossible,
    ...liveness.flatMap((one) => (one.from ? [one, { ...one, condition: one.from }] : [one])),
  ];
  for (const check of asked) if (check.property === property) walk(check.condition, read);
  const writes = commands.flatMap(({ effect }) =>
    effect.flatMap((assign) =>
      assign.place.base.kind === "ghost" ? [{ field: assign.place.base.field, assign }] : [],
    ),
  );
  for (let size = -1; size !== own.size; ) {
    size = own.size;
    for (const { field, assign } of writes) if (own.has(field)) walkAssign(assign, read);
  }
  return { own, all: new Set(writes.map(({ field }) => field)) };
}
