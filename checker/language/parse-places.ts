/** What do the names in an expression mean, in one system: cells, elements, words, rows? */
import type { Base, Node, PathStep, Region } from "./nodes.ts";
import { setOf, walk } from "./nodes.ts";
import type { Scanner } from "./parse-scanner.ts";
import { inRegion } from "./regions.ts";
import { type Bound, context, type IndexSet } from "./sets.ts";
import type { Shape } from "./shapes.ts";
import type { System } from "./system.ts";

/** A cell, or what cells are parts of, by its name. */
export interface Root {
  readonly base: Base;
  readonly shape: Shape;
}

/** A local of a context, where it stands; null where none of that name is kept there. */
export type LocalOf = (context: number, name: string) => Node | null;

/** A local that is not kept where the context stands: no mistake, but no value either. */
export class NotHere extends Error {}

interface Element {
  readonly name: string;
  readonly set: IndexSet;
  readonly value: number;
}

export class Cells {
  readonly #system: System;
  readonly #roots: Readonly<Record<string, Root>>;
  readonly sets: readonly IndexSet[];
  readonly #elements: readonly Element[];
  readonly #words: readonly string[];

  constructor(system: System, roots: Readonly<Record<string, Root>> = rootsOf(system)) {
    this.#system = system;
    this.#roots = roots;
    const shapes = [
      ...Object.values(roots).map(({ shape }) => shape),
      ...system.scripts.flatMap(({ slots }) => slots.map(({ shape }) => shape)),
    ];
    this.sets = setsIn(shapes, nodesOf(system));
    const { universe } = system;
    this.#elements = this.sets.flatMap((set) =>
      set.kind === "base" && set.counts !== undefined
        ? []
        : Array.from({ length: universe.size(set) }, (_, value) => ({
            name: universe.elementName(set, value),
            set,
            value,
          })),
    );
    this.#words = [...new Set(shapes.flatMap(wordsIn))];
  }

  /** The set of a variable. */
  setNamed(scan: Scanner): IndexSet {
    const counted = /^0\.\.(\d+)/.exec(scan.rest());
    if (!counted) return scan.oneOf(this.sets, (one) => one.name, "a set");
    scan.at += counted[0].length;
    return { kind: "base", name: counted[0], interchangeable: false, counts: Number(counted[1]) };
  }

  boundNamed(name: string, scan: Scanner): Bound {
    if (name in this.#system.universe.sizes) return { bound: name };
    return scan.fail(`no bound is called ${name}`, "a number");
  }

  /** Whether a name of an element comes that is longer than the word that it begins with: "list(A)". */
  isName(scan: Scanner): boolean {
    const before = scan.at;
    const found = scan.longest(this.#elements, ({ name }) => name);
    const isLonger = found !== null && /\W/.test(found.name);
    scan.at = before;
    return isLonger;
  }

  /** All that the name that comes may mean; nothing is taken where it means nothing. */
  read(scan: Scanner, index: (set: IndexSet) => Node, local: LocalOf): readonly Node[] {
    const from = scan.at;
    const element = scan.longest(this.#elements, ({ name }) => name);
    const afterElement = scan.at;
    scan.at = from;
    const root = scan.longest(Object.keys(this.#roots), (name) => name);
    if (root !== null && (scan.at >= afterElement || scan.sees("[") || scan.sees("."))) {
      return [this.#place(scan, root, index)];
    }
    scan.at = from;
    const word = scan.longest(this.#words, (one) => one);
    const afterWord = scan.at;
    const words: Node[] = word === null ? [] : [{ op: "const", value: word }];
    if (element === null || afterWord > afterElement) return words;
    scan.at = afterElement;
    if (element.set.name === context.name && scan.sees(".")) return [this.#localOf(scan, element, local)];
    const elements = this.#elements.filter(({ name }) => name === element.name);
    const nodes = elements.map(({ set, value }): Node => ({ op: "const", value, set }));
    return afterWord === afterElement ? [...nodes, ...words] : nodes;
  }

  /** A local of a context, as a trace calls it: "nmi0.slab". */
  #localOf(scan: Scanner, { name: who, value }: Element, local: LocalOf): Node {
    scan.sign(".");
    const at = scan.at;
    const { contexts, labels } = this.#system;
    const script = contexts[value]?.script;
    const known = [
      ...new Set(
        labels.flatMap((label) => (label && label.script === script ? label.slots.map(({ name }) => name) : [])),
      ),
    ];
    const name = scan.longest(known, (one) => one);
    if (name === null) return scan.fail(`${who} has no such local`, known.length > 0 ? known.join(", ") : "none", at);
    const found = local(value, name);
    if (!found) throw new NotHere(`${who} keeps no ${name} where it stands`);
    return found;
  }

  /** A cell. Throws where the name is of several. */
  #place(scan: Scanner, name: string, index: (set: IndexSet) => Node): Node {
    const from = scan.at;
    const { base, shape: whole } = this.#roots[name] as Root;
    const path: PathStep[] = [];
    let shape: Shape = whole;
    for (;;) {
      if (shape.kind === "struct" && scan.sign(".")) {
        const { fields } = shape;
        const field = scan.oneOf(Object.keys(fields), (one) => one, `a field of ${name}`);
        path.push({ field });
        shape = fields[field] as Shape;
      } else if (shape.kind === "each" && scan.sign("[")) {
        const { set, of } = shape;
        path.push({ index: index(set), set });
        scan.expect("]", "what comes after an index");
        shape = of as Shape;
      } else break;
    }
    if (shape.kind === "struct")
      return scan.fail(
        `${name} is several cells`,
        Object.keys(shape.fields)
          .map((field) => `.${field}`)
          .join(", "),
        scan.atEnd() ? from : scan.at,
      );
    if (shape.kind === "each") {
      const { set } = shape;
      const some = this.#elements.filter((one) => one.set === set).map((one) => `[${one.name}]`);
      return scan.fail(
        `${name} has one for each ${set.name}`,
        some.length > 0 ? some.join(", ") : `[0 to ${this.#system.universe.size(set) - 1}]`,
      );
    }
    return { op: "read", place: { base, path, shape } };
  }

  /** Where a context is asked to stand. */
  standing(who: Node, region: Region): Node {
    const labels = this.#system.labels.flatMap((label, id) => (inRegion(label, region) ? [id] : []));
    return { op: "pcIn", who, labels, text: JSON.stringify(region) };
  }

  /** The printed form of a region. */
  region(scan: Scanner): Region {
    const of = this.#oneRegion(scan);
    return scan.word("except") ? { kind: "except", of, minus: this.#oneRegion(scan) } : of;
  }

  #oneRegion(scan: Scanner): Region {
    for (const kind of ["anyOf", "allOf"] as const) {
      if (!scan.call(kind)) continue;
      const of = [this.region(scan)];
      while (scan.sign(",")) of.push(this.region(scan));
      scan.expect(")", `the end of ${kind}(..)`);
      return { kind, of };
    }
    if (scan.word("ended")) return { kind: "ended" };
    if (scan.word("marked")) {
      const mark = /^"([^"]*)"/.exec(scan.rest());
      if (!mark) return scan.fail("a mark is given in quotes", 'marked "hooks fire"');
      scan.at += mark[0].length;
      return { kind: "mark", mark: mark[1] as string };
    }
    if (scan.word("within")) return { kind: "within", program: this.#program(scan) };
    const program = this.#program(scan);
    const programs = [program];
    while (scan.seesAlone("|")) {
      scan.sign("|");
      programs.push(this.#program(scan));
    }
    if (scan.word("inlined into")) return { kind: "inlined", program: this.#program(scan), callees: programs };
    if (programs.length > 1) scan.fail("several programs", '"inlined into", then a program');
    if (!scan.sign(":")) return { kind: "rows", program };
    const known = [...new Set(this.#system.labels.flatMap((one) => (one?.program === program ? [one.rowLabel] : [])))];
    const labels = [scan.oneOf(known, (one) => one, `a row of ${program}`)];
    while (scan.seesAlone("|")) {
      scan.sign("|");
      labels.push(scan.oneOf(known, (one) => one, `a row of ${program}`));
    }
    return { kind: "rows", program, labels };
  }

  #program(scan: Scanner): string {
    const known = [
      ...new Set(this.#system.labels.flatMap((label) => (label ? label.stack.map((frame) => frame.program) : []))),
    ];
    const all = [...new Set([...known, ...Object.keys(this.#system.programs)])];
    return scan.oneOf(all, (one) => one, "a program that is reached here");
  }

  /** What may follow a dot. */
  partsOf(nodes: readonly Node[]): string {
    const parts = nodes.flatMap((node) => {
      const set = setOf(node);
      return set?.kind === "product" ? Object.keys(set.parts) : set?.kind === "sum" ? Object.keys(set.kinds) : [];
    });
    return parts.length > 0 ? parts.map((part) => `.${part}`).join(", ") : "an operator, or the end";
  }

  /** Names that one may have meant. */
  suggest(rest: string): string {
    const begun = /^\w*/.exec(rest)?.[0].toLowerCase() ?? "";
    const all = [...Object.keys(this.#roots), ...this.#elements.map(({ name }) => name)];
    const near = begun === "" ? [] : all.filter((name) => name.toLowerCase().startsWith(begun.slice(0, 3)));
    return (near.length > 0 ? near : Object.keys(this.#roots)).join(", ");
  }
}

/** The cells of a state by the names of their fields. */
const rootsOf = ({ fields }: System): Readonly<Record<string, Root>> =>
  Object.fromEntries(
    Object.entries(fields).map(([field, shape]) => [field, { base: { kind: "state", field }, shape }]),
  );

/**
 * Each set that elements in these shapes, or in the conditions of the system, are of, and that these are made of. What a
 * model brings along may have the name of a set of the machine: the two have the same elements.
 */
function setsIn(shapes: readonly Shape[], nodes: Iterable<Node>): readonly IndexSet[] {
  const sets = new Map<string, IndexSet>();
  const add = (set: IndexSet): void => {
    const key = `${set.kind} ${set.name}`;
    if (sets.has(key)) return;
    sets.set(key, set);
    if (set.kind !== "base")
      for (const part of Object.values(set.kind === "product" ? set.parts : set.kinds)) add(part);
  };
  const visit = (shape: Shape): void => {
    if (shape.kind === "struct") for (const field of Object.values(shape.fields)) visit(field);
    else if (shape.kind === "each") {
      add(shape.set);
      visit(shape.of as Shape);
    } else if (shape.kind === "optional" || shape.kind === "orWord") visit(shape.of);
    else if (shape.kind === "id") add(shape.set);
  };
  add(context);
  for (const shape of shapes) visit(shape);
  for (const of of nodes)
    walk(of, (node) => {
      if ("set" in node && node.set) add(node.set);
      if ("binder" in node) add(node.binder.set);
    });
  return [...sets.values()];
}

/** All that is asked in a system, and all that is written. */
function* nodesOf(system: System): Iterable<Node> {
  yield system.mayRun;
  const { invariants, atRest, alwaysPossible, witnesses } = system;
  for (const { condition } of [...invariants, ...atRest, ...alwaysPossible, ...witnesses])
    if (condition) yield condition;
  for (const { guard, effect, checks } of system.commands) {
    yield guard;
    for (const { value } of effect) yield value;
    for (const { condition } of checks) yield condition;
  }
}

function wordsIn(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case "struct":
      return Object.values(shape.fields).flatMap(wordsIn);
    case "each":
      return wordsIn(shape.of as Shape);
    case "optional":
      return wordsIn(shape.of);
    case "orWord":
      return [shape.word, ...wordsIn(shape.of)];
    case "oneOf":
      return shape.words;
    default:
      return [];
  }
}
