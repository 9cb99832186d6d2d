/**
 * Where could an arrival stay away by mistake? Where a cell beside those that it looks at has not its first value (in a
 * CPU whose preemption is off), and in a part of the region that it may cut.
 */
import type { Node, PlaceNode, Region } from "../language/nodes.ts";
import { mapParts, walk } from "../language/nodes.ts";
import { BinderNames, type Printing, printNode, printRegion } from "../language/print-expression.ts";
import type { StepRow } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";
import { type AnyLeaf, defaultOf, type Shape, type Value } from "../language/shapes.ts";
import { type Changed, way, withAlternative } from "./changed.ts";

/** Mutants of an arrival that comes more seldom. `fields` are the shapes of all state, by name. */
export function rarerArrivals(row: StepRow, fields: Readonly<Record<string, Shape>>, universe: Universe): Changed[] {
  if (!row.meta.arrive) return [];
  return row.entries.flat().flatMap((alternative): Changed[] => {
    const { guard } = alternative;
    if (!guard || alternative.fails) return [];
    const names = new BinderNames();
    const printing: Printing = { universe, binder: (binder) => names.of(binder) };
    const put = (what: string, node: Node): Changed => ({
      what: `${what}${way(alternative)}`,
      rows: { "": withAlternative(row, alternative, { ...alternative, guard: node }) },
      infects: null,
    });
    const only = besides(guard, fields, universe).map((test) =>
      put(`only where ${printNode(test, printing)}`, { op: "and", args: [guard, test] }),
    );
    return [...only, ...smaller(guard).map(({ gone, node }) => put(`not in ${printRegion(gone)}`, node))];
  });
}

/** Tests that a cell beside one that the guard reads, in the same record, has the value that it begins with. */
function besides(guard: Node, fields: Readonly<Record<string, Shape>>, universe: Universe): readonly Node[] {
  const read: PlaceNode[] = [];
  walk(guard, (part) => {
    if (part.op === "read" && part.place.base.kind === "state" && !readsBinder(part.place)) read.push(part.place);
  });
  const known = new Set(read.map((place) => JSON.stringify(place)));
  return read.flatMap(({ base, path }): Node[] => {
    const record = path.slice(0, -1);
    const of = "field" in base ? shapeAt(fields[base.field], record.length) : undefined;
    if (of?.kind !== "struct" || !("field" in (path.at(-1) ?? {}))) return [];
    return Object.entries(of.fields).flatMap(([field, shape]): Node[] => {
      if (shape.kind !== "bool" && shape.kind !== "range") return [];
      const place: PlaceNode = { base, path: [...record, { field }], shape };
      if (known.has(JSON.stringify(place))) return [];
      known.add(JSON.stringify(place));
      const value = defaultOf(shape as AnyLeaf, universe) as Value;
      const cell: Node = { op: "read", place };
      return [value === false ? { op: "not", of: cell } : { op: "eq", left: cell, right: { op: "const", value } }];
    });
  });
}

function readsBinder(place: PlaceNode): boolean {
  let found = false;
  walk({ op: "read", place }, (part) => {
    found ||= part.op === "bound";
  });
  return found;
}

/** The shape below so many steps of a path. */
function shapeAt(shape: Shape | undefined, steps: number): Shape | undefined {
  if (steps === 0 || !shape) return shape;
  if (shape.kind === "each") return shapeAt(shape.of as Shape, steps - 1);
  return undefined;
}

/** The guard with a region that lacks one of its parts, in every way. */
function smaller(guard: Node): readonly { readonly gone: Region; readonly node: Node }[] {
  const found: { gone: Region; node: Node }[] = [];
  walk(guard, (part) => {
    if (part.op !== "stands") return;
    for (const gone of partsOf(part.region)) {
      const region: Region = { kind: "except", of: part.region, minus: gone };
      const put = (node: Node): Node => (node === part ? { ...part, region } : mapParts(node, put));
      found.push({ gone, node: put(guard) });
    }
  });
  return found;
}

/** What a region is made of; one without parts is none less. */
function partsOf(region: Region): readonly Region[] {
  switch (region.kind) {
    case "anyOf":
      return region.of.length > 1 ? region.of : region.of.flatMap(partsOf);
    case "except":
      return partsOf(region.of);
    case "rows":
      return (region.labels?.length ?? 0) > 1
        ? (region.labels as readonly string[]).map((label) => ({ ...region, labels: [label] }))
        : [];
    default:
      return [];
  }
}
