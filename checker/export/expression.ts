/** How do conditions and expressions read in another tool's language? What differs between languages is a dialect. */
import { type Binder, isConst, type Node, type PlaceNode, unreachable } from "../language/nodes.ts";
import { context as contexts, type IndexSet } from "../language/sets.ts";
import type { AnyLeaf, Data, Value } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import type { Condition, Walk } from "./condition.ts";
import { truth } from "./defined.ts";
import { type Domain, domainOf, domainOfShape } from "./domain.ts";
import { indicesOf, variableOf } from "./effect.ts";
import type { Names } from "./names.ts";

export interface Dialect {
  readonly and: string;
  readonly or: string;
  readonly equal: string;
  readonly unequal: string;
  readonly yes: string;
  readonly no: string;
  readonly choose: (test: string, then: string, otherwise: string) => string;
  /** A quantifier over a set's elements; null where the language has none, so that each element is written out. */
  readonly quantify: ((which: "every" | "some", variable: string, size: number, body: string) => string) | null;
  /** Whether a truth value is no number. */
  readonly typed: boolean;
  readonly cell: (variable: string, indices: readonly string[], scope: Scope) => string;
  readonly pc: (context: string) => string;
  readonly mayRun: (context: number, how: "true" | "undefined") => string;
  /** Parts of a condition that are joined, where the language bounds how long one may be. */
  readonly joined?: (parts: readonly string[], by: string, scope: Scope) => string;
  /** A call that walks along a list or over a set. */
  readonly walk: (walk: Walk, scope: Scope) => string;
}

/** Who takes the step, and what the variables in scope are called: constants, or variables of the language. */
export interface Scope {
  readonly self: number;
  readonly bound: ReadonlyMap<Binder, string>;
}

export const within = ({ self, bound }: Scope, binder: Binder, name: string): Scope => ({
  self,
  bound: new Map(bound).set(binder, name),
});

/** How tightly a form binds; `!` stands where it needs parentheses in C and in Murphi alike. */
const [LOOSE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, TIGHT] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

const BIT_SIGNS = { bitAnd: "&", bitOr: "|", bitXor: "^" } as const;

const isTruth = ({ bool, nil, words, lo, hi }: Domain): boolean => bool && !nil && words.length === 0 && lo > hi;

export class Expressions {
  readonly #system: System;
  readonly #names: Names;
  readonly #dialect: Dialect;

  constructor(system: System, names: Names, dialect: Dialect) {
    this.#system = system;
    this.#names = names;
    this.#dialect = dialect;
  }

  condition(condition: Condition, scope: Scope): string {
    return this.#condition(condition, scope, LOOSE);
  }

  /** An expression as a number (a truth value as 0 or 1 where the language tells them apart). */
  number(node: Node, scope: Scope): string {
    return this.#number(node, scope, LOOSE);
  }

  /** What is assigned to a cell of a shape. */
  assigned(node: Node, shape: AnyLeaf, scope: Scope): string {
    const isBool = isTruth(domainOfShape(shape, this.#system.universe));
    return isBool ? this.condition(truth(node), scope) : this.number(node, scope);
  }

  /** A constant of a shape. */
  literal(value: Value, shape: AnyLeaf): string {
    if (typeof value !== "boolean") return this.#names.value(value, setOf(shape));
    if (isTruth(domainOfShape(shape, this.#system.universe))) return value ? this.#dialect.yes : this.#dialect.no;
    return value ? "1" : "0";
  }

  place(place: PlaceNode, scope: Scope): string {
    return this.cell(
      place,
      indicesOf(place).map((index) => this.number(index, scope)),
      scope,
    );
  }

  /** A place whose indices are texts already. */
  cell(place: PlaceNode, indices: readonly string[], scope: Scope): string {
    return this.#dialect.cell(variableOf(place), indices, scope);
  }

  #condition(condition: Condition, scope: Scope, place: number): string {
    const { and, or, yes, no, mayRun } = this.#dialect;
    const form = (tightness: number, text: string): string => (tightness < place ? `(${text})` : text);
    switch (condition.is) {
      case "true":
        return yes;
      case "false":
        return no;
      case "node":
        return this.#truth(condition.node, scope, place);
      case "not": {
        const { of } = condition;
        if (of.is === "node" && of.node.op === "eq")
          return form(COMPARISON, this.#comparison(of.node.left, this.#dialect.unequal, of.node.right, scope));
        return form(NOT, `!${this.#condition(of, scope, TIGHT)}`);
      }
      case "and":
        return form(
          AND,
          this.#joined(
            condition.of.map((part) => this.#condition(part, scope, NOT)),
            and,
            scope,
          ),
        );
      case "or":
        return form(
          OR,
          this.#joined(
            condition.of.map((part) => this.#condition(part, scope, NOT)),
            or,
            scope,
          ),
        );
      case "every":
      case "some":
        return this.#quantified(condition.is, condition.binder, condition.of, scope, place);
      case "walk": {
        const sign = condition.ends === "broken" ? this.#dialect.equal : "<";
        return form(COMPARISON, `${this.#dialect.walk(condition.walk, scope)} ${sign} ${this.#names.brokenName}`);
      }
      case "mayRun":
        return mayRun(scope.self, condition.how);
      default:
        return unreachable(condition);
    }
  }

  #joined(parts: readonly string[], by: string, scope: Scope): string {
    return this.#dialect.joined?.(parts, ` ${by} `, scope) ?? parts.join(` ${by} `);
  }

  #quantified(which: "every" | "some", binder: Binder, of: Condition, scope: Scope, place: number): string {
    const { and, or, yes, no, quantify } = this.#dialect;
    const size = this.#system.universe.size(binder.set);
    if (size === 0) return which === "every" ? yes : no;
    if (of.is === "true" || of.is === "false") return of.is === "true" ? yes : no;
    if (quantify) {
      const variable = this.variable(binder, scope);
      return quantify(which, variable, size, this.condition(of, within(scope, binder, variable)));
    }
    const parts = Array.from({ length: size }, (_, i) =>
      this.#condition(of, within(scope, binder, this.#names.element(binder.set, i)), size > 1 ? NOT : place),
    );
    const level = which === "every" ? AND : OR;
    const text = this.#joined(parts, which === "every" ? and : or, scope);
    return size > 1 && level < place ? `(${text})` : text;
  }

  /** A name for a variable that no variable in scope has. */
  variable(binder: Binder, { bound }: Scope): string {
    const initial = binder.set.name.charAt(0).toLowerCase();
    const used = new Set(bound.values());
    for (let n = 1; ; n++) {
      const name = this.#names.of(`variable ${initial} ${n}`, n === 1 ? initial : `${initial}${n}`);
      if (!used.has(name)) return name;
    }
  }

  /** A boolean node that `truth` leaves as a node. */
  #truth(node: Node, scope: Scope, place: number): string {
    const { equal, or, and } = this.#dialect;
    const { universe } = this.#system;
    const form = (tightness: number, text: string): string => (tightness < place ? `(${text})` : text);
    switch (node.op) {
      case "eq":
        return form(COMPARISON, this.#comparison(node.left, equal, node.right, scope));
      case "lt":
        return form(COMPARISON, this.#comparison(node.left, "<", node.right, scope));
      case "le":
        return form(COMPARISON, this.#comparison(node.left, "<=", node.right, scope));
      case "isKind": {
        const first = universe.kindOffset(node.set, node.key);
        const last = first + universe.size(node.set.kinds[node.key] as IndexSet) - 1;
        const of = this.#number(node.of, scope, SUM);
        return form(AND, [...(first > 0 ? [`${of} >= ${first}`] : []), `${of} <= ${last}`].join(` ${and} `));
      }
      case "pcIn": {
        const who = this.#number(node.who, scope, LOOSE);
        const pc = this.#dialect.pc(who);
        const ranges = rangesOf(node.labels).map(([first, last]) =>
          first === last ? `${pc} ${equal} ${first}` : `(${pc} >= ${first} ${and} ${pc} <= ${last})`,
        );
        const stands = ranges.length > 1 ? `(${ranges.join(` ${or} `)})` : (ranges[0] as string);
        const { nil } = domainOf(node.who, universe);
        if (!nil) return ranges.length === 1 && !stands.startsWith("(") ? form(COMPARISON, stands) : stands;
        return form(AND, `${this.#number(node.who, scope, SUM)} < ${universe.size(contexts)} ${and} ${stands}`);
      }
      case "ite":
        return this.#dialect.choose(
          this.#condition(truth(node.test), scope, NOT),
          this.#condition(truth(node.then), scope, NOT),
          this.#condition(truth(node.else), scope, NOT),
        );
      case "read":
        if (isTruth(domainOf(node, universe))) return this.#read(node.place, scope);
        return form(COMPARISON, `${this.#read(node.place, scope)} ${equal} 1`);
      default:
        return form(COMPARISON, `${this.#number(node, scope, SUM)} ${equal} 1`);
    }
  }

  #read(place: PlaceNode, scope: Scope): string {
    return place.base.kind === "constants" ? this.#constant(place, scope) : this.place(place, scope);
  }

  /** A constant stands on the right, as one says it; two truth values are compared as such. */
  #comparison(left: Node, sign: string, right: Node, scope: Scope): string {
    if (isConst(left) && !isConst(right) && !sign.includes("<")) return this.#comparison(right, sign, left, scope);
    const { universe } = this.#system;
    if (isTruth(domainOf(left, universe)) && isTruth(domainOf(right, universe))) {
      const [a, b] = [left, right].map((side) => this.#condition(truth(side), scope, SUM));
      return `${a} ${sign} ${b}`;
    }
    return `${this.#number(left, scope, SUM)} ${sign} ${this.#number(right, scope, SUM)}`;
  }

  #number(node: Node, scope: Scope, place: number): string {
    const { universe } = this.#system;
    const form = (tightness: number, text: string): string => (tightness < place ? `(${text})` : text);
    const of = (part: Node, tightness: number): string => this.#number(part, scope, tightness);
    switch (node.op) {
      case "const":
        if (typeof node.value !== "boolean") return this.#names.value(node.value, node.set);
        return node.value ? "1" : "0";
      case "self":
        return this.#names.element(contexts, scope.self);
      case "bound": {
        const name = scope.bound.get(node.binder);
        if (name === undefined) throw new Error("a variable was used outside its binder");
        return name;
      }
      case "read": {
        const isNumber = !this.#dialect.typed || !isTruth(domainOf(node, universe));
        const text = this.#read(node.place, scope);
        return isNumber ? text : this.#dialect.choose(text, "1", "0");
      }
      case "racy":
        return of(node.of, place);
      case "add":
        return form(SUM, `${of(node.left, SUM)} + ${of(node.right, PRODUCT)}`);
      case "sub":
        return form(SUM, `${of(node.left, SUM)} - ${of(node.right, PRODUCT)}`);
      case "mod": {
        // Lifted by a multiple of the divisor: a negative number has a negative rest in these languages.
        const by = universe.valueOf(node.by);
        const { lo } = domainOf(node.of, universe);
        const lift = lo < 0 ? by * Math.ceil(-lo / by) : 0;
        const dividend = lift > 0 ? `(${of(node.of, SUM)} + ${lift})` : of(node.of, PRODUCT);
        return form(PRODUCT, `${dividend} % ${by}`);
      }
      case "bitAnd":
      case "bitOr":
      case "bitXor":
        // In parentheses: in C these bind more loosely than a comparison.
        return `(${of(node.left, TIGHT)} ${BIT_SIGNS[node.op]} ${of(node.right, TIGHT)})`;
      case "ite": {
        const test = this.#condition(truth(node.test), scope, NOT);
        return this.#dialect.choose(test, of(node.then, NOT), of(node.else, NOT));
      }
      case "count": {
        const size = universe.size(node.binder.set);
        const parts = Array.from({ length: size }, (_, i) => {
          const inner = within(scope, node.binder, this.#names.element(node.binder.set, i));
          return this.#dialect.choose(this.#condition(truth(node.body), inner, NOT), "1", "0");
        });
        return parts.length === 0 ? "0" : form(parts.length > 1 ? SUM : TIGHT, parts.join(" + "));
      }
      case "chain":
        return this.#dialect.walk(node, scope);
      case "compose":
        return this.#composed(Object.entries(node.set.parts), node.parts, scope, form);
      case "component": {
        const keys = Object.keys(node.set.parts);
        const after = keys
          .slice(keys.indexOf(node.key) + 1)
          .map((key) => universe.size(node.set.parts[key] as IndexSet));
        const step = after.reduce((n, size) => n * size, 1);
        const size = universe.size(node.set.parts[node.key] as IndexSet);
        const part = step === 1 ? of(node.of, PRODUCT) : `${of(node.of, PRODUCT)} / ${step}`;
        return form(PRODUCT, node.key === keys[0] ? part : `${part} % ${size}`);
      }
      case "inject": {
        const offset = universe.kindOffset(node.set, node.key);
        return offset === 0 ? of(node.of, place) : form(SUM, `${of(node.of, SUM)} + ${offset}`);
      }
      case "asKind": {
        const offset = universe.kindOffset(node.set, node.key);
        return offset === 0 ? of(node.of, place) : form(SUM, `${of(node.of, SUM)} - ${offset}`);
      }
      case "next": {
        const last = universe.size(node.set) - 1;
        const after = `${of(node.of, SUM)} + 1`;
        const nil = this.#names.value(null);
        if (last === 0) return nil;
        return this.#dialect.choose(`${of(node.of, SUM)} < ${last}`, after, nil);
      }
      default: {
        const text = this.#condition(truth(node), scope, this.#dialect.typed ? NOT : place);
        return this.#dialect.typed ? this.#dialect.choose(text, "1", "0") : text;
      }
    }
  }

  #composed(
    sets: readonly (readonly [string, IndexSet])[],
    parts: Readonly<Record<string, Node>>,
    scope: Scope,
    form: (tightness: number, text: string) => string,
  ): string {
    let text = "";
    for (const [key, set] of sets) {
      const part = parts[key] as Node;
      if (text === "") text = this.#number(part, scope, sets.length > 1 ? PRODUCT : SUM);
      else {
        const left = text.includes(" ") ? `(${text})` : text;
        text = `${left} * ${this.#system.universe.size(set)} + ${this.#number(part, scope, PRODUCT)}`;
      }
    }
    return form(SUM, text);
  }

  /** A constant whose index is not known before the search: a choice between its elements. */
  #constant({ base, path, shape }: PlaceNode, scope: Scope): string {
    const choose = (data: Data, rest: PlaceNode["path"]): string => {
      const [step, ...others] = rest;
      if (!step) return this.literal(data as Value, shape as AnyLeaf);
      if ("field" in step) return choose((data as Readonly<Record<string, Data>>)[step.field] as Data, others);
      const elements = data as readonly Data[];
      const texts = elements.map((one) => choose(one, others));
      if (isConst(step.index)) return texts[step.index.value as number] as string;
      const index = this.#number(step.index, scope, SUM);
      const { equal } = this.#dialect;
      return texts
        .slice(0, -1)
        .reduceRight(
          (otherwise, then, i) =>
            then === otherwise
              ? then
              : this.#dialect.choose(`${index} ${equal} ${this.#names.element(step.set, i)}`, then, otherwise),
          texts.at(-1) as string,
        );
    };
    if (base.kind !== "constants") throw new Error("not a constant");
    return choose(this.#system.constants[base.field] as Data, path);
  }
}

function setOf(shape: AnyLeaf): IndexSet | undefined {
  if (shape.kind === "optional" || shape.kind === "orWord") return setOf(shape.of);
  return shape.kind === "id" ? shape.set : undefined;
}

/** Labels as ranges, both ends included. */
export function rangesOf(labels: readonly number[]): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const label of [...labels].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === label - 1) last[1] = label;
    else ranges.push([label, label]);
  }
  return ranges;
}
