/**
 * How does a relation travel in a page? A linked system is frozen data; here it becomes JSON and a system again, so that
 * the reference's own evaluation runs in a browser.
 *
 * What is built once and used in many places stands once: a pool of objects, each part a plain value or `[index]`.
 * Binders are told apart by identity, so two that look the same keep two places in the pool; all else is shared by what
 * it holds. Source rows stay at home: a page shows their quotations, and evaluates what was linked from them.
 */
import type { Program, RowMeta } from "../language/programs.ts";
import { Universe } from "../language/sets.ts";
import type { Command, Label, System } from "../language/system.ts";

type Plain = null | boolean | number | string;
type Part = Plain | readonly [number];
type Pooled = readonly Part[] | { readonly [key: string]: Part };

export interface Packed {
  readonly pool: readonly Pooled[];
  readonly root: Part;
}

/** The JSON of a system. */
export function packSystem(system: System): Packed {
  const programs = Object.values(system.programs).map(({ name, kernel, tag, abstracts }) => [
    name,
    { name, kernel, tag, abstracts },
  ]);
  const { universe, labels, commands: _, properties, ...rest } = system;
  return pack({
    ...rest,
    sizes: universe.sizes,
    names: universe.names,
    programs: Object.fromEntries(programs),
    properties: properties.map(({ name, sentence }) => ({ name, sentence, clauses: [] })),
    labels: labels.map(
      (label) => label && { ...label, row: { kind: "step", quote: label.row.quote }, meta: metaOf(label.meta) },
    ),
  });
}

/** What a step asks of its row; whom it cuts stands in the label, linked. */
const metaOf = ({ cuts: _, ...meta }: RowMeta): RowMeta => meta;

/** The system that `packSystem` was given, but for source rows and the clauses of properties. */
export function unpackSystem(packed: Packed): System {
  type Sent = Omit<System, "universe" | "labels" | "commands"> & {
    readonly sizes: Readonly<Record<string, number>>;
    readonly names: Readonly<Record<string, readonly string[]>>;
    readonly labels: readonly (Label | null)[];
    readonly programs: Readonly<Record<string, Pick<Program, "name" | "kernel" | "tag" | "abstracts">>>;
  };
  const { sizes, names, labels, ...rest } = unpack(packed) as Sent;
  const commands: Command[] = [];
  for (const label of labels) for (const command of label?.entries.flat() ?? []) commands[command.id] = command;
  const whole = labels.map((label) => label && { ...label, row: { ...label.row, meta: label.meta, entries: [] } });
  const programs = Object.fromEntries(
    Object.entries(rest.programs).map(([name, program]) => [
      name,
      { ...program, params: {}, locals: {}, exits: [], rows: {} } as unknown as Program,
    ]),
  );
  return { ...rest, universe: new Universe(sizes, names), labels: whole, commands, programs };
}

/** A binder is known by its identity, and holds its set and nothing else. */
const isBinder = (value: object): boolean => "set" in value && Object.keys(value).length === 1;

export function pack(value: unknown): Packed {
  const pool: Pooled[] = [];
  const known = new Map<object, readonly [number]>();
  const alike = new Map<string, readonly [number]>();
  const add = (entry: Pooled): readonly [number] => [pool.push(entry) - 1];
  const part = (of: unknown): Part => {
    if (of === null || typeof of === "boolean" || typeof of === "string" || typeof of === "number") return of;
    if (typeof of !== "object") throw new Error(`a ${typeof of} cannot travel in a page`);
    if (!Array.isArray(of) && Object.getPrototypeOf(of) !== Object.prototype)
      throw new Error(`a ${of.constructor.name} cannot travel in a page`);
    const before = known.get(of);
    if (before) return before;
    const entry: Pooled = Array.isArray(of)
      ? of.map(part)
      : Object.fromEntries(
          Object.entries(of).flatMap(([key, below]) => (below === undefined ? [] : [[key, part(below)]])),
        );
    const text = JSON.stringify(entry);
    const ref = isBinder(of) ? add(entry) : (alike.get(text) ?? add(entry));
    if (!isBinder(of)) alike.set(text, ref);
    known.set(of, ref);
    return ref;
  };
  const root = part(value);
  return { pool, root };
}

export function unpack({ pool, root }: Packed): unknown {
  const made: unknown[] = [];
  const part = (of: Part): unknown => (Array.isArray(of) ? made[of[0] as number] : of);
  // What an entry refers to stands before it.
  for (const entry of pool) {
    made.push(
      Object.freeze(
        Array.isArray(entry)
          ? (entry as readonly Part[]).map(part)
          : Object.fromEntries(Object.entries(entry).map(([key, below]) => [key, part(below)])),
      ),
    );
  }
  return part(root);
}
