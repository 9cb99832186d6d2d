/**
 * Where has an expression a value, and where does the reference report an error instead? Told as conditions of the
 * state, in the order in which the reference evaluates, so that a tool that knows no errors can be given guards that
 * never meet one.
 */
import { type Node, type PlaceNode, unreachable } from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import { and, type Condition, every, NO, not, or, some, type Walk, YES } from "./condition.ts";
import { ANY_NUMBER, type Domain, domainOf, domainOfShape, elementsOf, union } from "./domain.ts";

/** Whether it has a value, and whether the first error is a broken chain: in a property that is a violation. */
export interface Outcome {
  readonly defined: Condition;
  readonly broken: Condition;
}

const FINE: Outcome = { defined: YES, broken: NO };

/** One after the other, as long as all goes well. */
const sequence = (...parts: readonly Outcome[]): Outcome =>
  parts.reduceRight(
    (rest, first) => ({
      defined: and(first.defined, rest.defined),
      broken: or(first.broken, and(first.defined, rest.broken)),
    }),
    FINE,
  );
const onlyIf = (condition: Condition, { defined, broken }: Outcome): Outcome => ({
  defined: or(not(condition), defined),
  broken: and(condition, broken),
});
const ended = (walk: Walk): Outcome => ({
  defined: { is: "walk", walk, ends: "defined" },
  broken: { is: "walk", walk, ends: "broken" },
});
const demand = (defined: Condition): Outcome => ({ defined, broken: NO });

/** Boolean nodes as conditions. */
export function truth(node: Node): Condition {
  switch (node.op) {
    case "const":
      return node.value ? YES : NO;
    case "racy":
      return truth(node.of);
    case "not":
      return not(truth(node.of));
    case "and":
      return and(...node.args.map(truth));
    case "or":
      return or(...node.args.map(truth));
    case "forAll":
      return every(node.binder, truth(node.body));
    case "exists":
      return some(node.binder, truth(node.body));
    default:
      return { is: "node", node };
  }
}

const equals = (left: Node, value: string | number | null): Condition =>
  truth({ op: "eq", left, right: { op: "const", value } });

/** Whether the value of an expression is in a domain; only what the expression can be beyond it is tested. */
export function isIn(node: Node, allowed: Domain, universe: Universe): Condition {
  const possible = domainOf(node, universe);
  const words = possible.words.filter((word) => !allowed.words.includes(word));
  const below: Node = { op: "le", left: { op: "const", value: allowed.lo }, right: node };
  const above: Node = { op: "le", left: node, right: { op: "const", value: allowed.hi } };
  const inside = and(
    possible.lo < allowed.lo ? truth(below) : YES,
    possible.hi > allowed.hi && possible.lo <= possible.hi ? truth(above) : YES,
  );
  const noNumber = [
    ...possible.words.filter((word) => allowed.words.includes(word)).map((word) => equals(node, word)),
    ...(possible.nil && allowed.nil ? [equals(node, null)] : []),
  ];
  return and(
    possible.nil && !allowed.nil ? not(equals(node, null)) : YES,
    ...words.map((word) => not(equals(node, word))),
    inside.is === "true" ? YES : or(...noNumber, inside),
  );
}

export const fits = (node: Node, shape: AnyLeaf, universe: Universe): Condition =>
  isIn(node, domainOfShape(shape, universe), universe);

/** What finding the cell of a place needs. */
export function outcomeOfPlace(place: PlaceNode, universe: Universe): Outcome {
  const indices = place.path.flatMap((step) =>
    "field" in step
      ? []
      : [outcome(step.index, universe), demand(isIn(step.index, elementsOf(step.set, universe), universe))],
  );
  return sequence(...indices);
}

export function outcome(node: Node, universe: Universe): Outcome {
  const of = (part: Node): Outcome => outcome(part, universe);
  const isElement = (part: Node): Outcome => demand(isIn(part, ANY_NUMBER, universe));
  switch (node.op) {
    case "const":
    case "self":
    case "bound":
      return FINE;
    case "read":
      return outcomeOfPlace(node.place, universe);
    case "racy":
    case "not":
    case "isKind":
    case "mod":
      return of(node.of);
    case "and":
      return node.args.reduceRight<Outcome>((rest, arg) => sequence(of(arg), onlyIf(truth(arg), rest)), FINE);
    case "or":
      return node.args.reduceRight<Outcome>((rest, arg) => sequence(of(arg), onlyIf(not(truth(arg)), rest)), FINE);
    case "eq":
    case "lt":
    case "le":
    case "add":
    case "sub":
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return sequence(of(node.left), of(node.right));
    case "ite": {
      const test = truth(node.test);
      return sequence(of(node.test), onlyIf(test, of(node.then)), onlyIf(not(test), of(node.else)));
    }
    case "forAll":
    case "exists":
    case "count":
      return of(node.body).defined.is === "true" ? FINE : ended(node);
    case "chain": {
      const { words } = union(domainOf(node.start, universe), domainOf(node.next, universe));
      const mayCircle = node.query === "length" || node.query === "last";
      const safe = (words.length === 0 || node.query === "ends") && !mayCircle && of(node.next).defined.is === "true";
      return sequence(...(node.item ? [of(node.item)] : []), of(node.start), safe ? FINE : ended(node));
    }
    case "compose":
      return sequence(...Object.values(node.parts).flatMap((part) => [of(part), isElement(part)]));
    case "component":
    case "inject":
    case "next":
      return sequence(of(node.of), isElement(node.of));
    case "asKind":
      return sequence(of(node.of), isElement(node.of), demand(truth({ ...node, op: "isKind" })));
    case "pcIn":
      return of(node.who);
    case "param":
    case "stands":
      throw new Error(`"${node.op}" stands only in source rows: link the program first`);
    default:
      return unreachable(node);
  }
}

/** A condition of a property: where it is violated, and where asking is a model error. */
export function judged(node: Node, universe: Universe): { readonly violated: Condition; readonly error: Condition } {
  const { defined, broken } = outcome(node, universe);
  return {
    violated: or(and(defined, not(truth(node))), broken),
    error: and(not(defined), not(broken)),
  };
}
