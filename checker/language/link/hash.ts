/** The hash of a linked system: what exactly was checked. */
import { createHash } from "node:crypto";
import type { Binder } from "../nodes.ts";
import type { System } from "../system.ts";

/** The same text for the same table, whatever was built before: binders are numbered as they are met in each row. */
export function canonical(value: unknown): string {
  const numbers = new Map<Binder, number>();
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === "binder" || (typeof part === "object" && part !== null && Object.keys(part).join() === "set")) {
      const binder = part as Binder;
      if (!numbers.has(binder)) numbers.set(binder, numbers.size);
      return `${binder.set.name}#${numbers.get(binder)}`;
    }
    if (key === "set" && typeof part === "object") return (part as { name: string }).name;
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
