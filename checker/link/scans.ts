/**
 * Does the outcome of a scan depend on where it begins? `forAll` and `exists` stop at the first element that decides. Where
 * another, that they would have come to later, has no value, a renamed state gives another answer.
 */
import { type Binder, mapParts, type Node, walk } from "../language/nodes.ts";
import { changes, type Renamable } from "../language/renaming.ts";
import type { IndexSet } from "../language/sets.ts";

/** What may go wrong where a node is evaluated. */
interface Failure {
  readonly broken: boolean;
  readonly error: boolean;
}

/** Reads that are known not to be null where something is evaluated. */
type Facts = readonly Node[];

const none: Failure = { broken: false, error: false };
const both = (a: Failure, b: Failure): Failure => ({ broken: a.broken || b.broken, error: a.error || b.error });

/**
 * Scans over renamable elements whose outcome depends on their order, a sentence each. `isFalse` says that a broken chain
 * here means the same as false, as it does for a property: then a `forAll` does not care which of the two it meets first.
 */
export function scans(node: Node, renamable: Renamable, isFalse: boolean, facts: Facts = []): string[] {
  const into = (part: Node, same: boolean, known: Facts = facts): string[] => scans(part, renamable, same, known);
  switch (node.op) {
    case "and":
      return node.args.flatMap((arg, i) => into(arg, isFalse, [...facts, ...known(node.args.slice(0, i), true)]));
    case "or":
      return node.args.flatMap((arg, i) =>
        into(arg, isFalse && i === node.args.length - 1, [...facts, ...known(node.args.slice(0, i), false)]),
      );
    case "ite":
      return [
        ...into(node.test, false),
        ...into(node.then, isFalse, [...facts, ...known([node.test], true)]),
        ...into(node.else, isFalse, [...facts, ...known([node.test], false)]),
      ];
    case "forAll":
    case "exists":
    case "count": {
      const same = node.op === "forAll" && isFalse;
      const inner = into(node.body, same);
      if (!changes(node.binder.set, renamable) || !mentions(node.body, node.binder)) return inner;
      const { broken, error } = failureOf(node.body, facts);
      const depends = node.op === "count" ? broken && error : error || (broken && !same);
      if (!depends) return inner;
      const what = `"${node.op}" over "${node.binder.set.name}" stops at the first that decides, and what it asks may have no value: the answer would depend on the order of elements that may be renamed; ask nothing there that may fail, or do not mark the set as interchangeable`;
      return [what, ...inner];
    }
    default: {
      const found: string[] = [];
      mapParts(node, (part) => {
        found.push(...into(part, false));
        return part;
      });
      return found;
    }
  }
}

function failureOf(node: Node, facts: Facts): Failure {
  const sequence = (args: readonly Node[], truth: boolean): Failure =>
    args.map((arg, i) => failureOf(arg, [...facts, ...known(args.slice(0, i), truth)])).reduce(both, none);
  switch (node.op) {
    case "and":
      return sequence(node.args, true);
    case "or":
      return sequence(node.args, false);
    case "ite":
      return [
        failureOf(node.test, facts),
        failureOf(node.then, [...facts, ...known([node.test], true)]),
        failureOf(node.else, [...facts, ...known([node.test], false)]),
      ].reduce(both, none);
    default: {
      let found = ownFailure(node, facts);
      mapParts(node, (part) => {
        found = both(found, failureOf(part, facts));
        return part;
      });
      return found;
    }
  }
}

function ownFailure(node: Node, facts: Facts): Failure {
  const bad = (of: Node): boolean => mayBeNoElement(of, facts);
  switch (node.op) {
    case "read":
      return {
        broken: false,
        error: node.place.path.some((step) => "index" in step && (isCounted(step) || bad(step.index))),
      };
    case "compose":
      return { broken: false, error: Object.values(node.parts).some(bad) };
    case "component":
    case "inject":
    case "next":
      return { broken: false, error: bad(node.of) };
    case "asKind":
      return { broken: false, error: true };
    case "chain":
      return { broken: node.query !== "ends", error: false };
    default:
      return none;
  }
}

/** A number may leave the array that it indexes, but for one that runs over it. */
const isCounted = ({ set, index }: { readonly set: IndexSet; readonly index: Node }): boolean =>
  set.kind === "base" && set.counts !== undefined && !(index.op === "bound" && index.binder.set.name === set.name);

/** Whether a value may be null or a word, so far as its shape and what was asked before say. */
function mayBeNoElement(node: Node, facts: Facts): boolean {
  switch (node.op) {
    case "const":
      return typeof node.value !== "number";
    case "read": {
      const { shape } = node.place;
      if (shape.kind === "orWord") return true;
      return shape.kind === "optional" && (shape.of.kind === "orWord" || !facts.some((fact) => isSame(fact, node)));
    }
    case "racy":
      return mayBeNoElement(node.of, facts);
    case "ite":
      return mayBeNoElement(node.then, facts) || mayBeNoElement(node.else, facts);
    case "next":
    case "chain":
      return true;
    default:
      return false;
  }
}

/** The reads that are not null where all of these are true, or all false. */
function known(nodes: readonly Node[], truth: boolean): Node[] {
  return nodes.flatMap((node): Node[] => {
    switch (node.op) {
      case "racy":
        return known([node.of], truth);
      case "not":
        return known([node.of], !truth);
      case "and":
        return truth ? known(node.args, true) : [];
      case "or":
        return truth ? [] : known(node.args, false);
      case "eq": {
        const read = node.left.op === "racy" ? node.left.of : node.left;
        const isNull = node.right.op === "const" && node.right.value === null;
        return !truth && isNull && read.op === "read" ? [read] : [];
      }
      default:
        return [];
    }
  });
}

function mentions(node: Node, binder: Binder): boolean {
  let found = false;
  walk(node, (part) => {
    if (part.op === "bound" && part.binder === binder) found = true;
  });
  return found;
}

/** The same data; binders are told apart by identity. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if ("op" in a && "op" in b && a.op === "bound" && b.op === "bound")
    return (a as { binder?: unknown }).binder === (b as { binder?: unknown }).binder;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length && left.every(([key, value]) => isSame(value, (b as Record<string, unknown>)[key]))
  );
}
