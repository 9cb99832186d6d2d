/** Statements that Promela's C, Promela and Murphi have in common: assignments in turn, and walks along lists. */
import {
  type Assign,
  type Binder,
  type ChainNode,
  leafShape,
  type Node,
  type PlaceNode,
  walk,
} from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import { type Condition, not, type Walk } from "./condition.ts";
import { outcome, truth } from "./defined.ts";
import { domainOf } from "./domain.ts";
import { indicesOf, mustReadBefore } from "./effect.ts";
import { type Expressions, type Scope, within } from "./expression.ts";
import type { Names } from "./names.ts";

export interface Assignments {
  /** What is read before anything is written: a temporary variable and its value; shape null for an index. */
  readonly reads: readonly { readonly name: string; readonly shape: AnyLeaf | null; readonly text: string }[];
  readonly writes: readonly { readonly cell: string; readonly text: string }[];
}

/** Assignments that happen at once, as assignments in turn. */
export function assignmentsOf(
  effect: readonly Assign[],
  scope: Scope,
  { expressions, names, universe }: { expressions: Expressions; names: Names; universe: Universe },
): Assignments {
  const reads: { name: string; shape: AnyLeaf | null; text: string }[] = [];
  const writes: { cell: string; text: string }[] = [];
  const early = (at: number, part: Node, shape: AnyLeaf | null, text: string, must = false): string => {
    if (!must && !mustReadBefore(effect, at, part)) return text;
    const n = reads.length + 1;
    const name = names.of(`temporary ${n}`, `before${n}`);
    reads.push({ name, shape, text });
    return name;
  };
  for (const [at, { over, place, value, unstored }] of effect.entries()) {
    if (unstored) continue;
    const rounds = over.reduce<Scope[]>(
      (scopes, binder) =>
        scopes.flatMap((outer) =>
          Array.from({ length: universe.size(binder.set) }, (_, i) =>
            within(outer, binder, names.element(binder.set, i)),
          ),
        ),
      [scope],
    );
    for (const inner of rounds) {
      // Spin refuses to assign to an array that is indexed with itself.
      const indices = indicesOf(place).map((index) =>
        early(at, index, null, expressions.number(index, inner), readsField(index, place)),
      );
      const shape = leafShape(place);
      const text = early(at, value, shape, expressions.assigned(value, shape, inner));
      writes.push({ cell: expressions.cell(place, indices, inner), text });
    }
  }
  return { reads, writes };
}

/** Whether a node reads some cell of the field that a place is in. */
function readsField(node: Node, { base }: PlaceNode): boolean {
  let found = false;
  walk(node, (part) => {
    if (part.op !== "read" || !("field" in base) || !("field" in part.place.base)) return;
    if (part.place.base.kind === base.kind && part.place.base.field === base.field) found = true;
  });
  return found;
}

/** How a language writes the statements of a walk. */
export interface Syntax {
  readonly assign: (variable: string, value: string) => string;
  readonly returns: (value: string) => string;
  readonly when: (condition: string, statement: string) => string;
  readonly loop: (condition: string) => string;
  readonly each: (variable: string, size: number) => string;
  readonly end: string;
  readonly equal: string;
  readonly unequal: string;
}

interface WalkTools {
  readonly expressions: Expressions;
  readonly names: Names;
  readonly universe: Universe;
  readonly syntax: Syntax;
}

export interface WalkFunction {
  /** Variables that the body needs declared, beside its parameters. */
  readonly variables: readonly { readonly name: string; readonly highest: number }[];
  readonly body: readonly string[];
}

/** A function that walks: its answer as a number, or one of the two marks above all numbers. */
export const walkFunction = (walk: Walk, scope: Scope, tools: WalkTools): WalkFunction =>
  walk.op === "chain" ? alongList(walk, scope, tools) : overSet(walk, scope, tools);

/** Ends the walk where the next step of it has no value. */
function unlessDefined(node: Node, scope: Scope, { expressions, names, universe, syntax }: WalkTools): string[] {
  const { when, returns } = syntax;
  const { defined, broken } = outcome(node, universe);
  const ends = [
    ...(broken.is === "false" ? [] : [when(expressions.condition(broken, scope), returns(names.brokenName))]),
    ...(defined.is === "true"
      ? []
      : [when(`!(${expressions.condition(defined, scope)})`, returns(names.undefinedName))]),
  ];
  return ends.map((line) => `  ${line}`);
}

function alongList(chain: ChainNode, scope: Scope, tools: WalkTools): WalkFunction {
  const { expressions, names, universe } = tools;
  const { assign, returns, when, loop, end, equal, unequal } = tools.syntax;
  const [at, last, length] = ["here", "last", "length"].map((name) => names.of(`walk ${name}`, name)) as [
    string,
    string,
    string,
  ];
  const here = within(scope, chain.binder, at);
  const nil = names.value(null);
  const words = new Set([...domainOf(chain.start, universe).words, ...domainOf(chain.next, universe).words]);
  const { query } = chain;
  const inCircle = query === "length" || query === "last" ? names.brokenName : "0";
  const size = universe.size(chain.set);
  const body = [
    assign(length, "0"),
    assign(last, nil),
    assign(at, expressions.number(chain.start, scope)),
    loop(`${at} ${unequal} ${nil}`),
    ...[...words].map(
      (word) => `  ${when(`${at} ${equal} ${names.value(word)}`, returns(query === "ends" ? "0" : names.brokenName))}`,
    ),
    `  ${when(`${length} ${equal} ${size}`, returns(inCircle))}`,
    ...(chain.item ? [`  ${when(`${at} ${equal} ${expressions.number(chain.item, scope)}`, returns("1"))}`] : []),
    `  ${assign(last, at)}`,
    `  ${assign(length, `${length} + 1`)}`,
    ...unlessDefined(chain.next, here, tools),
    `  ${assign(at, expressions.number(chain.next, here))}`,
    end,
    returns(query === "length" ? length : query === "last" ? last : query === "has" ? "0" : "1"),
  ];
  const variables = [at, last].map((name) => ({ name, highest: names.undefined }));
  return { variables: [...variables, { name: length, highest: size }], body };
}

function overSet(walk: Exclude<Walk, ChainNode>, scope: Scope, tools: WalkTools): WalkFunction {
  const { expressions, universe, syntax } = tools;
  const name = expressions.variable(walk.binder, scope);
  const inner = within(scope, walk.binder, name);
  const body = truth(walk.body);
  const decides: Condition | null = walk.op === "count" ? null : walk.op === "forAll" ? not(body) : body;
  const size = universe.size(walk.binder.set);
  const lines = [
    syntax.each(name, size),
    ...unlessDefined(walk.body, inner, tools),
    ...(decides
      ? [`  ${syntax.when(expressions.condition(decides, inner), syntax.returns(walk.op === "exists" ? "1" : "0"))}`]
      : []),
    syntax.end,
    syntax.returns(walk.op === "exists" ? "0" : "1"),
  ];
  return { variables: [{ name, highest: size }], body: lines };
}

/** Free variables of a walk, with what they are called in the language's own text. */
export function parametersOf(of: Walk, { bound }: Scope, names: Names): readonly { binder: Binder; name: string }[] {
  const used = new Set<Binder>();
  walk(of, (part) => {
    if (part.op === "bound") used.add(part.binder);
  });
  return [...bound].flatMap(([binder, name]) =>
    used.has(binder) && !names.isConstant(name) ? [{ binder, name }] : [],
  );
}
