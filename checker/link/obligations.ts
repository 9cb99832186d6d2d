/**
 * `guardedBy` as plain expressions: the obligation of a command is true exactly when each access that evaluating it
 * makes, in the order and with the early stops of the meaning, satisfies the rule.
 */

import { instantiate, match } from "../language/accesses.ts";
import { type Binder, mapPlace, type Node, type PlaceNode, TRUE } from "../language/nodes.ts";

export interface Rule {
  readonly pattern: PlaceNode;
  readonly held: Node;
  readonly access: "any" | "write";
}

const both = (...args: Node[]): Node => {
  const kept = args.filter((arg) => arg !== TRUE);
  return kept.length === 0 ? TRUE : kept.length === 1 ? (kept[0] as Node) : { op: "and", args: kept };
};
const under = (premise: Node, of: Node): Node =>
  premise === TRUE || of === TRUE ? of : { op: "or", args: [{ op: "not", of: premise }, of] };
const every = (binder: Binder, body: Node): Node => (body === TRUE ? TRUE : { op: "forAll", binder, body });

/** What must hold for an access to one place. */
export function placeObligation(place: PlaceNode, rule: Rule, access: "read" | "write"): Node {
  const indices: Node[] = [];
  mapPlace(place, (index) => {
    indices.push(readObligation(index, rule));
    return index;
  });
  const found = access === "write" || rule.access === "any" ? match(rule.pattern, place) : null;
  return both(...indices, found ? under(both(...found.equal), instantiate(rule.held, found.values)) : TRUE);
}

/**
 * What must hold for the reads that evaluating a node makes. Quantifiers and `ends` count as reading every element, and
 * any other query of a chain as walking all of it.
 */
export function readObligation(node: Node, rule: Rule): Node {
  const of = (part: Node) => readObligation(part, rule);
  switch (node.op) {
    case "racy":
      return TRUE;
    case "read":
      return placeObligation(node.place, rule, "read");
    case "and":
      return node.args.reduceRight<Node>((rest, arg) => both(of(arg), under(arg, rest)), TRUE);
    case "or":
      return node.args.reduceRight<Node>((rest, arg) => both(of(arg), under({ op: "not", of: arg }, rest)), TRUE);
    case "ite":
      return both(of(node.test), under(node.test, of(node.then)), under({ op: "not", of: node.test }, of(node.else)));
    case "forAll":
    case "exists":
    case "count":
      return every(node.binder, of(node.body));
    case "chain": {
      const visited: Node = {
        op: "chain",
        query: "has",
        set: node.set,
        start: node.start,
        binder: node.binder,
        next: node.next,
        item: { op: "bound", binder: node.binder },
      };
      // Only `ends` goes on where the list runs into a word, which `has` does not: there every element counts as read.
      const walked = node.query === "ends" ? TRUE : visited;
      return both(of(node.start), every(node.binder, under(walked, of(node.next))), node.item ? of(node.item) : TRUE);
    }
    case "not":
    case "component":
    case "inject":
    case "isKind":
    case "asKind":
    case "next":
    case "mod":
      return of(node.of);
    case "eq":
    case "lt":
    case "le":
    case "add":
    case "sub":
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return both(of(node.left), of(node.right));
    case "compose":
      return both(...Object.values(node.parts).map(of));
    case "stands":
    case "pcIn":
      return of(node.who);
    default:
      return TRUE;
  }
}
