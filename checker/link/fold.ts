/** Constant folding: what a configuration and literal arguments decide is decided before the search. */
import { type Env, evaluate, ModelError } from "../language/evaluate.ts";
import { FALSE, isConst, mapParts, type Node, TRUE } from "../language/nodes.ts";
import type { Value } from "../language/shapes.ts";

/** The node with every part that needs no state replaced by its value. */
export function fold(node: Node, env: Env): Node {
  const folded = mapParts(node, (part) => fold(part, env));
  switch (folded.op) {
    case "const":
    case "self":
    case "bound":
    case "param":
    case "stands":
      return folded;
    case "and": {
      const args = folded.args.filter((arg) => !(isConst(arg) && arg.value === true));
      const stop = args.findIndex((arg) => isConst(arg) && arg.value === false);
      if (stop === 0) return FALSE;
      const kept = stop > 0 ? args.slice(0, stop + 1) : args;
      if (kept.length === folded.args.length && kept.length > 1) return folded;
      return kept.length === 0 ? TRUE : kept.length === 1 ? (kept[0] as Node) : { op: "and", args: kept };
    }
    case "or": {
      const args = folded.args.filter((arg) => !(isConst(arg) && arg.value === false));
      const stop = args.findIndex((arg) => isConst(arg) && arg.value === true);
      if (stop === 0) return TRUE;
      const kept = stop > 0 ? args.slice(0, stop + 1) : args;
      if (kept.length === folded.args.length && kept.length > 1) return folded;
      return kept.length === 0 ? FALSE : kept.length === 1 ? (kept[0] as Node) : { op: "or", args: kept };
    }
    case "ite":
      return isConst(folded.test) ? (folded.test.value ? folded.then : folded.else) : folded;
    case "forAll":
    case "exists":
      return isConst(folded.body) && env.universe.size(folded.binder.set) > 0 ? folded.body : folded;
    case "racy":
      return isConst(folded.of) ? folded.of : folded;
    case "read":
      return folded.place.base.kind === "constants" && folded.place.path.every((s) => "field" in s || isConst(s.index))
        ? constant(folded, env)
        : folded;
    case "pcIn":
      return folded.labels.length === 0 ? FALSE : folded;
    case "count":
    case "chain":
      return folded;
    default: {
      let all = true;
      mapParts(folded, (part) => {
        if (!isConst(part)) all = false;
        return part;
      });
      return all ? constant(folded, env) : folded;
    }
  }
}

/** The value of a node that needs no state. One that has no value stays: only a step that meets it is an error. */
function constant(node: Node, env: Env): Node {
  let value: Value;
  try {
    value = evaluate(node, env);
  } catch (error) {
    if (error instanceof ModelError) return node;
    throw error;
  }
  const set =
    node.op === "compose" || node.op === "inject" || node.op === "next"
      ? node.set
      : node.op === "component"
        ? node.set.parts[node.key]
        : node.op === "asKind"
          ? node.set.kinds[node.key]
          : node.op === "read"
            ? idSet(node)
            : undefined;
  return { op: "const", value, ...(set && value !== null ? { set } : {}) };
}

function idSet(node: Extract<Node, { op: "read" }>) {
  let shape = node.place.shape;
  while (shape.kind === "optional" || shape.kind === "orWord") shape = shape.of;
  return shape.kind === "id" ? shape.set : undefined;
}
