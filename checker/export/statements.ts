/** Statements that Promela's C, Promela and Murphi have in common: assignments in turn, and walks along lists. */
import { type Assign, type Binder, type ChainNode, leafShape, type Node, walk } from "../language/nodes.ts";
import type { Universe } from "../language/sets.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import { outcome } from "./defined.ts";
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
  const early = (at: number, part: Node, shape: AnyLeaf | null, text: string): string => {
    if (!mustReadBefore(effect, at, part)) return text;
    const n = reads.length + 1;
    const name = names.of(`temporary ${n}`, `before${n}`);
    reads.push({ name, shape, text });
    return name;
  };
  for (const [at, { over, place, value }] of effect.entries()) {
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
      const indices = indicesOf(place).map((index) => early(at, index, null, expressions.number(index, inner)));
      const shape = leafShape(place);
      const text = early(at, value, shape, expressions.assigned(value, shape, inner));
      writes.push({ cell: expressions.cell(place, indices, inner), text });
    }
  }
  return { reads, writes };
}

/** How a language writes the statements of a walk. */
export interface Syntax {
  readonly assign: (variable: string, value: string) => string;
  readonly returns: (value: string) => string;
  readonly when: (condition: string, statement: string) => string;
  readonly loop: (condition: string) => string;
  readonly end: string;
  readonly equal: string;
  readonly unequal: string;
}

/** Variables of a walk beside its parameters. */
export const walkVariables = (names: Names) => ({
  at: names.of("walk at", "here"),
  last: names.of("walk last", "last"),
  length: names.of("walk length", "length"),
});

/** The body of a function that walks a list: its answer as a number, or one of the two marks. */
export function walkBody(
  chain: ChainNode,
  scope: Scope,
  {
    expressions,
    names,
    universe,
    syntax,
  }: { expressions: Expressions; names: Names; universe: Universe; syntax: Syntax },
): string[] {
  const { assign, returns, when, loop, end, equal, unequal } = syntax;
  const { at, last, length } = walkVariables(names);
  const here = within(scope, chain.binder, at);
  const nil = names.value(null);
  const words = new Set([...domainOf(chain.start, universe).words, ...domainOf(chain.next, universe).words]);
  const { query } = chain;
  const inCircle = query === "length" || query === "last" ? names.brokenName : "0";
  const item = chain.item ? expressions.number(chain.item, scope) : null;
  const next = outcome(chain.next, universe);
  const isDefined = next.defined.is === "true";
  const size = String(universe.size(chain.set));
  return [
    assign(length, "0"),
    assign(last, nil),
    assign(at, expressions.number(chain.start, scope)),
    loop(`${at} ${unequal} ${nil}`),
    ...[...words].map(
      (word) => `  ${when(`${at} ${equal} ${names.value(word)}`, returns(query === "ends" ? "0" : names.brokenName))}`,
    ),
    `  ${when(`${length} ${equal} ${size}`, returns(inCircle))}`,
    ...(query === "has" && item !== null ? [`  ${when(`${at} ${equal} ${item}`, returns("1"))}`] : []),
    `  ${assign(last, at)}`,
    `  ${assign(length, `${length} + 1`)}`,
    ...(isDefined
      ? []
      : [
          `  ${when(expressions.condition(next.broken, here), returns(names.brokenName))}`,
          `  ${when(`!(${expressions.condition(next.defined, here)})`, returns(names.undefinedName))}`,
        ]),
    `  ${assign(at, expressions.number(chain.next, here))}`,
    end,
    returns(query === "length" ? length : query === "last" ? last : query === "has" ? "0" : "1"),
  ];
}

/** Free variables of a walk, with what they are called in the language's own text. */
export function parametersOf(
  chain: ChainNode,
  { bound }: Scope,
  names: Names,
): readonly { binder: Binder; name: string }[] {
  const used = new Set<Binder>();
  walk(chain, (part) => {
    if (part.op === "bound") used.add(part.binder);
  });
  return [...bound].flatMap(([binder, name]) =>
    used.has(binder) && !names.isConstant(name) ? [{ binder, name }] : [],
  );
}
