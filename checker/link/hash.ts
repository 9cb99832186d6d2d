/** The hash of a linked system: what exactly was checked. */
import { createHash } from "node:crypto";
import type { Binder } from "../language/nodes.ts";
import type { IndexSet } from "../language/sets.ts";
import { setOver } from "../language/shapes.ts";
import type { Label, System } from "../language/system.ts";

const descriptions = new WeakMap<IndexSet, string>();

/** A set's name does not say which parts it has, nor in which order. */
function described(set: IndexSet): string {
  if (set.kind === "base") return set.name;
  const known = descriptions.get(set);
  if (known !== undefined) return known;
  const parts = Object.entries(set.kind === "product" ? set.parts : set.kinds);
  const text = `${set.kind} ${set.name}(${parts.map(([key, part]) => `${key}: ${described(part)}`).join(", ")})`;
  descriptions.set(set, text);
  return text;
}

/** The text of a shape; it has no binders, and stands at every place. */
const shapes = new WeakMap<object, string>();

/** Names of keys as JSON has them: there are few. */
const quotedKeys = new Map<string, string>();

function quoted(key: string): string {
  const known = quotedKeys.get(key) ?? JSON.stringify(key);
  quotedKeys.set(key, known);
  return known;
}

/**
 * The same text for the same table, whatever was built before: JSON, in which binders are numbered as they are met, and
 * sets described. Written by hand: tables are large, and `JSON.stringify` with a replacer took a sixth of linking.
 */
export function canonical(value: unknown): string {
  const numbers = new Map<Binder, number>();
  const binderText = (binder: Binder): string => {
    if (!numbers.has(binder)) numbers.set(binder, numbers.size);
    return JSON.stringify(`${described(binder.set)}#${numbers.get(binder)}`);
  };
  const textOf = (key: string, part: unknown): string | undefined => {
    if (typeof part !== "object" || part === null) return JSON.stringify(part);
    if (key === "binder") return binderText(part as Binder);
    if (key === "shape") {
      const text = shapes.get(part) ?? membersOf(part, Object.keys(part));
      shapes.set(part, text);
      return text;
    }
    if (Array.isArray(part)) return listOf(part);
    const keys = Object.keys(part);
    if (keys.length === 1 && keys[0] === "set") return binderText(part as Binder);
    return key === "set" ? JSON.stringify(described(part as IndexSet)) : membersOf(part, keys);
  };
  const listOf = (list: readonly unknown[]): string => {
    let text = "[";
    for (const [i, one] of list.entries()) text += `${i > 0 ? "," : ""}${textOf("", one) ?? "null"}`;
    return `${text}]`;
  };
  const membersOf = (part: object, keys: readonly string[]): string => {
    let text = "{";
    for (const key of keys) {
      const one = textOf(key, (part as Record<string, unknown>)[key]);
      if (one !== undefined) text += `${text.length > 1 ? "," : ""}${quoted(key)}:${one}`;
    }
    return `${text}}`;
  };
  return textOf("", value) as string;
}

/** The set to whose elements the choices of a row are owed. */
const chosenAt = (label: Label | null): string | null => {
  const fair = label?.meta.fair;
  return typeof fair === "object" ? described(setOver(fair.each, "fair")) : null;
};

export function hashOf(system: Omit<System, "hash">): string {
  const hash = createHash("sha256");
  const add = (value: unknown) => hash.update(`${canonical(value)}\n`);
  const {
    fields,
    constants,
    contexts,
    scripts,
    initials,
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
    // One that begins in one state has the hash that it had before there were several.
    ...(initials.length === 1 ? { initial: initials[0] } : { initials }),
    mayRun,
    invariants,
    atRest,
    alwaysPossible,
    witnesses,
    deadlock,
  });
  // A system that asks for none has the hash that it had before there was any; else what rows choose by counts, too.
  const { liveness } = system;
  if (liveness.length > 0) add({ liveness, chosen: system.labels.map((label) => chosenAt(label)) });
  for (const script of scripts) add(script);
  for (const label of system.labels) {
    if (!label) continue;
    // What a row quotes is for readers: to quote more of a line leaves the relation as it is.
    const { name, meta, waits, cuts } = label;
    add({
      name,
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
