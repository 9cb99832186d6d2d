/** How is a state drawn? As boxes of cells under the names that the model's views give, lists drawn as chains. */
import { showCell, slotName } from "../checker/language/cells.ts";
import type { State } from "../checker/language/evaluate.ts";
import { type AnyLeaf, type Data, type Shape, showValue, type Value } from "../checker/language/shapes.ts";
import type { System } from "../checker/language/system.ts";
import type { Structure, Views } from "../checker/spec/views.ts";

export interface Item {
  readonly label: string;
  /** A chain has its elements and how it ends, a set its members, all else its one value. */
  readonly kind: "value" | "list" | "set";
  readonly parts: readonly string[];
  readonly text: string;
  /** Neither true, nor a number but 0, nor pointing anywhere. */
  readonly isEmpty: boolean;
  /** The kind of cell, over all elements: "cpuSlab.freelist". */
  readonly pattern: string;
}

export interface Box {
  readonly name: string;
  /** Names of the elements that the box belongs to: "CPU0", "A". */
  readonly of: readonly string[];
  readonly items: readonly Item[];
}

export interface Group {
  readonly title: string;
  readonly fields: readonly string[];
  readonly boxes: readonly Box[];
}

/** The groups of a page: those of the views, what these leave over, and where each context stands. */
export function groupsOf(system: System, views: Views, state: State): readonly Group[] {
  const named = new Set(views.structures.flatMap(({ fields }) => fields));
  const others = Object.keys(system.fields).filter((field) => !named.has(field));
  const rest: Structure = { title: named.size > 0 ? "kept by properties" : "state", fields: others };
  const draw = (structure: Structure): Group => ({
    title: structure.title,
    fields: structure.fields,
    boxes: structure.fields.flatMap((field) => {
      const shape = system.fields[field];
      return shape ? new Drawing(system, state, structure).boxes(shape, state[field] as Data, field, [], field) : [];
    }),
  });
  const groups = [...views.structures, rest].map(draw).filter(({ boxes }) => boxes.length > 0);
  return [...groups, { title: "contexts", fields: ["pc", "local"], boxes: contexts(system, state) }];
}

class Drawing {
  readonly #system: System;
  readonly #state: State;
  readonly #lists: Readonly<Record<string, string>>;

  constructor(system: System, state: State, { lists = {} }: Structure) {
    this.#system = system;
    this.#state = state;
    this.#lists = lists;
  }

  boxes(shape: Shape, data: Data, name: string, of: readonly string[], pattern: string): Box[] {
    if (shape.kind !== "each") return [{ name, of, items: this.#items(shape, data, "", pattern) }];
    const inner = shape.of as Shape;
    if (inner.kind !== "each" && inner.kind !== "struct")
      return [{ name, of, items: this.#items(shape, data, "", pattern) }];
    return this.#elements(shape).flatMap((element, i) =>
      this.boxes(inner, (data as readonly Data[])[i] as Data, `${name}[${element}]`, [...of, element], pattern),
    );
  }

  #elements({ set }: Extract<Shape, { kind: "each" }>): string[] {
    const { universe } = this.#system;
    return Array.from({ length: universe.size(set) }, (_, i) => universe.elementName(set, i));
  }

  #items(shape: Shape, data: Data, label: string, pattern: string): Item[] {
    switch (shape.kind) {
      case "struct":
        return Object.entries(shape.fields).flatMap(([field, of]) =>
          this.#items(
            of,
            (data as Record<string, Data>)[field] as Data,
            label === "" ? field : `${label}.${field}`,
            `${pattern}.${field}`,
          ),
        );
      case "each": {
        const values = data as readonly Data[];
        const elements = this.#elements(shape);
        const inner = shape.of as Shape;
        if (inner.kind === "bool") {
          const parts = elements.filter((_, i) => values[i] === true);
          const text = parts.length > 0 ? parts.join(", ") : "empty";
          return [{ label, kind: "set", parts, text, isEmpty: parts.length === 0, pattern }];
        }
        return elements.flatMap((element, i) => this.#items(inner, values[i] as Data, `${label}[${element}]`, pattern));
      }
      default:
        return [this.#leaf(shape, data as Value, label, pattern)];
    }
  }

  #leaf(shape: AnyLeaf, value: Value, label: string, pattern: string): Item {
    const next = Object.hasOwn(this.#lists, label.replace(/^\[.*/, ""))
      ? (this.#lists[label.replace(/^\[.*/, "")] as string)
      : null;
    const parts = next === null ? [showValue(value, shape, this.#system.universe)] : this.#chain(shape, value, next);
    // The first element of a set is a 0, too.
    const isEmpty = value === null || value === false || (value === 0 && shape.kind === "range");
    return { label, kind: next === null ? "value" : "list", parts, text: parts.join(" → "), isEmpty, pattern };
  }

  /** The elements of a list and its end: nil, a word, or the element where it runs in a circle. */
  #chain(shape: AnyLeaf, first: Value, next: string): string[] {
    const [field = "", ...below] = next.split(".");
    const parts: string[] = [];
    const seen = new Set<Value>();
    for (let at = first; ; ) {
      parts.push(showValue(at, shape, this.#system.universe));
      if (typeof at !== "number") return parts;
      if (seen.has(at)) return [...parts.slice(0, -1), `back to ${parts.at(-1)}`];
      seen.add(at);
      let data = (this.#state[field] as readonly Data[])[at] as Data;
      for (const key of below) data = (data as Record<string, Data>)[key] as Data;
      at = data as Value;
      if (typeof at === "string") return [...parts, at];
    }
  }
}

/** Where each context stands, and what it has in its locals. */
function contexts(system: System, state: State): Box[] {
  return system.contexts.map(({ name, script }, context) => {
    const pc = state.pc[context] as number;
    const at = showCell({ path: ["pc", context], name: "", shape: null }, pc, system);
    const value = (label: string, text: string, pattern: string, isEmpty = false): Item => ({
      label,
      kind: "value",
      parts: [text],
      text,
      isEmpty,
      pattern,
    });
    const locals = (system.scripts[script]?.slots ?? []).flatMap(({ shape }, slot) => {
      const local = slotName(system, context, slot, pc);
      if (local === null) return [];
      const text = showValue((state.local[context] as readonly Value[])[slot] as Value, shape, system.universe);
      return [value(local.slice(name.length + 1), text, "local")];
    });
    return { name, of: [name], items: [value("stands at", at, "pc", pc === 0), ...locals] };
  });
}
