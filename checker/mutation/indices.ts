/**
 * Which other element could stand in the place of an index? The first of its set, whoever is meant: CPU 0 for this CPU.
 * And what else the program has of the same set: the slab that comes for the slab that goes.
 */
import { type Assign, mapParts, mapPlace, type Node, type PlaceNode, setOf, walk } from "../language/nodes.ts";
import { BinderNames, type Printing, printNode } from "../language/print-expression.ts";
import type { Alternative, Program, StepRow } from "../language/programs.ts";
import type { IndexSet, Universe } from "../language/sets.ts";
import { type Changed, feltByGuard, feltOnTheWay, not, way, withAlternative } from "./changed.ts";

/** Mutants of a row whose indices are other elements. `of` is its program. */
export function otherIndices(
  row: StepRow,
  of: Pick<Program, "params" | "locals"> | undefined,
  universe: Universe,
): Changed[] {
  return row.entries.flatMap((members, entry) =>
    members.flatMap((alternative) => {
      if (alternative.fails) return [];
      const names = new BinderNames();
      const printing: Printing = { universe, binder: (binder) => names.of(binder) };
      return indicesOf(alternative).flatMap((index) =>
        othersThan(index, of).map(({ by, isConstant }): Changed => {
          const put = (node: Node): Node => (same(node, index) ? by : mapParts(node, put));
          const differs = not({ op: "eq", left: index, right: by });
          return {
            what: `${isConstant ? `first ${setOf(index)?.name}` : printNode(by, printing)} in the place of ${printNode(index, printing)}${way(alternative)}`,
            rows: { "": withAlternative(row, alternative, withIndices(alternative, put)) },
            infects: isConstant && isPlain(index) ? whenOther(row, entry, alternative, index, differs) : null,
          };
        }),
      );
    }),
  );
}

/** Where the index is asked in no other case than that the row fires, it matters where it is another element. */
function whenOther(
  row: StepRow,
  entry: number,
  alternative: Alternative,
  index: Node,
  differs: Node,
): Changed["infects"] {
  const { guard } = alternative;
  if (!guard || !has(guard, index)) return feltOnTheWay(row, entry, alternative, differs);
  return feltByGuard(row, entry)([differs]);
}

const same = (a: Node, b: Node): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function has(node: Node, index: Node): boolean {
  let found = false;
  walk(node, (part) => {
    found ||= same(part, index);
  });
  return found;
}

/** A local or a parameter has a value wherever it is asked; what stands in shared cells may be null there. */
const isPlain = (index: Node): boolean =>
  index.op === "param" || (index.op === "read" && index.place.path.length === 0 && index.place.base.kind === "local");

/** The elements that an alternative names, each once: the parts of composed ones, not what those are computed from. */
function indicesOf({ guard, effect }: Alternative): readonly Node[] {
  const found: Node[] = [];
  const add = (index: Node): void => {
    if (index.op === "compose") Object.values(index.parts).forEach(add);
    else if (index.op === "inject" || index.op === "asKind") add(index.of);
    else if (index.op !== "const" && index.op !== "self" && index.op !== "bound" && setOf(index) !== null)
      if (!found.some((other) => same(other, index))) found.push(index);
  };
  const visitPlace = (place: PlaceNode): void => {
    for (const step of place.path) if ("index" in step) add(step.index);
  };
  const visit = (node: Node): void => {
    if (node.op === "read") visitPlace(node.place);
    else
      mapParts(node, (part) => {
        visit(part);
        return part;
      });
  };
  if (guard) visit(guard);
  for (const { place, value } of effect) {
    visitPlace(place);
    visit(value);
  }
  return found;
}

function othersThan(
  index: Node,
  of: Pick<Program, "params" | "locals"> | undefined,
): readonly { readonly by: Node; readonly isConstant: boolean }[] {
  const set = setOf(index) as IndexSet;
  const first = { by: { op: "const", value: 0, set } as Node, isConstant: true };
  if (!of || !isPlain(index)) return [first];
  const locals = Object.entries(of.locals).map(
    ([name, shape]): Node => ({ op: "read", place: { base: { kind: "local", name }, path: [], shape } }),
  );
  const params = Object.entries(of.params).flatMap(([name, { kind, shape }]): Node[] =>
    kind === "value" && shape.kind === "id" && shape.set === set ? [{ op: "param", name }] : [],
  );
  const others = [...locals.filter((local) => setOf(local) === set), ...params].filter((other) => !same(other, index));
  return [first, ...others.map((by) => ({ by, isConstant: false }))];
}

/** An alternative with every index, and what it is computed from, replaced. */
function withIndices(alternative: Alternative, put: (node: Node) => Node): Alternative {
  const inPlace = (place: PlaceNode): PlaceNode => mapPlace(place, put);
  const inNode = (node: Node): Node =>
    node.op === "read" ? { ...node, place: inPlace(node.place) } : mapParts(node, inNode);
  const inAssign = (assign: Assign): Assign => ({
    ...assign,
    place: inPlace(assign.place),
    value: inNode(assign.value),
  });
  return {
    ...alternative,
    guard: alternative.guard && inNode(alternative.guard),
    effect: alternative.effect.map(inAssign),
  };
}
