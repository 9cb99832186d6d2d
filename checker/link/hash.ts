/** The hash of a linked system: what exactly was checked. */
import { createHash } from "node:crypto";
import type { Binder } from "../language/nodes.ts";
import type { IndexSet } from "../language/sets.ts";
import type { System } from "../language/system.ts";

/** A set's name does not say which parts it has, nor in which order. */
function described(set: IndexSet): string {
  if (set.kind === "base") return set.name;
  const parts = Object.entries(set.kind === "product" ? set.parts : set.kinds);
  return `${set.kind} ${set.name}(${parts.map(([key, part]) => `${key}: ${described(part)}`).join(", ")})`;
}

/** A binder is a record of its set and nothing else. */
const isBinder = (part: unknown): boolean =>
  typeof part === "object" && part !== null && "set" in part && Object.keys(part).length === 1;

/** The same text for the same table, whatever was built before: binders are numbered as they are met in each row. */
export function canonical(value: unknown): string {
  const numbers = new Map<Binder, number>();
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === "binder" || isBinder(part)) {
      const binder = part as Binder;
      if (!numbers.has(binder)) numbers.set(binder, numbers.size);
      return `${described(binder.set)}#${numbers.get(binder)}`;
    }
    if (key === "set" && typeof part === "object") return described(part as IndexSet);
    return part;
  });
}

export function hashOf(system: Omit<System, "hash">): string {
  const hash = createHash("sha256");
  const add = (value: unknown) => hash.update(`${canonical(value)}\n`);
  const {
    fields,
    constants,
    contexts,
    scripts,
    initial,
    mayRun,
    invariants,
    atRest,
    alwaysPossible,
    witnesses,
    deadlock,
  } = system;
  add({
    sizes: system.universe.sizes,
    fields,
    constants,
    contexts,
    initial,
    mayRun,
    invariants,
    atRest,
    alwaysPossible,
    witnesses,
    deadlock,
  });
  for (const script of scripts) add(script);
  for (const label of system.labels) {
    if (!label) continue;
    const { name, row, meta, waits, cuts } = label;
    add({
      name,
      quote: row.quote,
      arrive: meta.arrive,
      mayStop: meta.mayStop,
      serves: meta.serves,
      schedules: meta.schedules,
      waits,
      cuts,
    });
    for (const command of label.entries.flat()) add(command);
  }
  return hash.digest("hex");
}
