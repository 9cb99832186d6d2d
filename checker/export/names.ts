/**
 * What are things called in an exported model, and which numbers stand for values that are none? Elements and words
 * are constants under their own names; null and words are numbers above every number that the system computes with.
 */

import { cellsOf } from "../language/cells.ts";
import { type Node, walk, walkAssign } from "../language/nodes.ts";
import type { IndexSet } from "../language/sets.ts";
import type { AnyLeaf, Value } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import { type Domain, domainOf, domainOfShape } from "./domain.ts";

/** Words of Promela, of Murphi, of the C that Spin makes, and what the C preprocessor defines. */
const RESERVED = new Set(
  `active assert atomic bit bool break byte chan d_proctype d_step do ltl elif else empty enabled end endif eval false fi
  for full get_priority goto hidden if in init inline int len local mtype nempty never nfull od of pc_value pid printf
  priority proctype provided return run select set_priority short show skip timeout trace notrace true typedef unless
  unsigned xr xs always eventually until weakuntil stronguntil release next implies equivalent np_ now pc u v w x
  alias array assume begin boolean by case clear const cover elsif endalias endexists endfor endforall endfunction
  endprocedure endrecord endrule endruleset endstartstate endswitch endwhile enum error exists forall from function
  interleaved invariant isundefined liveness map multiset procedure process program property put real record rule
  ruleset scalarset startstate switch then to traceuntil type undefine union var while
  auto char const continue default double extern float long register signed sizeof static struct void volatile
  linux unix i386 at steps monitor note new old state trail`.split(/\s+/),
);

export class Names {
  readonly nil: number;
  readonly #words: readonly string[];
  readonly #system: System;
  readonly #taken = new Set<string>();
  readonly #names = new Map<string, string>();
  readonly #constants = new Map<string, { readonly name: string; readonly value: number }>();

  constructor(system: System) {
    this.#system = system;
    const words = new Set<string>();
    let highest = 0;
    const note = ({ hi, words: more }: Domain): void => {
      if (Number.isFinite(hi)) highest = Math.max(highest, hi);
      for (const word of more) words.add(word);
    };
    const { universe } = system;
    for (const { shape } of cellsOf(system)) if (shape) note(domainOfShape(shape, universe));
    const visit = (node: Node): void => {
      note(domainOf(node, universe));
      if (node.op === "inject" || node.op === "compose" || node.op === "chain")
        highest = Math.max(highest, universe.size(node.set));
    };
    for (const { guard, effect, checks, witnesses } of system.commands) {
      walk(guard, visit);
      for (const assign of effect) walkAssign(assign, visit);
      for (const { condition } of [...checks, ...witnesses]) walk(condition, visit);
    }
    for (const label of system.labels) {
      for (const { condition } of label?.waits ?? []) walk(condition, visit);
      if (label?.cuts) walk(label.cuts, visit);
    }
    for (const { condition } of [...system.invariants, ...system.atRest, ...system.alwaysPossible])
      walk(condition, visit);
    for (const { condition, from } of system.liveness) {
      walk(condition, visit);
      if (from) walk(from, visit);
    }
    for (const { condition } of system.witnesses) if (condition) walk(condition, visit);
    walk(system.mayRun, visit);
    this.nil = highest + 1;
    this.#words = [...words];
  }

  /** A name of its own for a thing: what is asked for twice is named once. */
  of(thing: string, wanted: string): string {
    const known = this.#names.get(thing);
    if (known !== undefined) return known;
    const stem = wanted.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
    const plain = /^[A-Za-z]/.test(stem) ? stem : `n${stem}`;
    let name = RESERVED.has(plain.toLowerCase()) ? `${plain}_` : plain;
    for (let n = 2; this.#taken.has(name); n++) name = `${plain}_${n}`;
    this.#taken.add(name);
    this.#names.set(thing, name);
    return name;
  }

  /** The number that stands for a value. */
  code(value: Value): number {
    if (value === null) return this.nil;
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value === "number") return value;
    const word = this.#words.indexOf(value);
    if (word < 0) throw new Error(`the word "${value}" belongs to no shape`);
    return this.nil + 1 + word;
  }

  /** What a walk along a list gives where it is broken, and where a step of it has no value. */
  get broken(): number {
    return this.nil + 1 + this.#words.length;
  }
  get undefined(): number {
    return this.broken + 1;
  }

  /** The least and the greatest number that a cell holds. */
  bounds(shape: AnyLeaf): { readonly lo: number; readonly hi: number } {
    const { lo, hi, nil, words, bool } = domainOfShape(shape, this.#system.universe);
    const others = [...words.map((word) => this.code(word)), ...(nil ? [this.nil] : []), ...(bool ? [0, 1] : [])];
    return { lo: Math.min(lo, ...others), hi: Math.max(hi, ...others) };
  }

  /** A value as the model's text says it. */
  value(value: Exclude<Value, boolean>, set?: IndexSet): string {
    if (value === null) return this.#constant("nil", "nil", this.nil);
    if (typeof value === "string") return this.#constant(`word ${value}`, value, this.code(value));
    return set ? this.element(set, value) : String(value);
  }

  element(set: IndexSet, element: number): string {
    if (set.kind === "base" && set.counts !== undefined) return String(element);
    const name = this.#system.universe.elementName(set, element);
    return this.#constant(`${name} = ${element}`, name, element);
  }

  get brokenName(): string {
    return this.#constant("a broken walk", "broken", this.broken);
  }
  get undefinedName(): string {
    return this.#constant("an undefined walk", "no_value", this.undefined);
  }

  /** Constants used so far. */
  get constants(): readonly { readonly name: string; readonly value: number }[] {
    return [...this.#constants.values()].sort((a, b) => a.value - b.value || (a.name < b.name ? -1 : 1));
  }

  isConstant(name: string): boolean {
    return this.constants.some((constant) => constant.name === name);
  }

  #constant(thing: string, wanted: string, value: number): string {
    const known = this.#constants.get(thing);
    if (known) return known.name;
    const name = this.of(thing, wanted);
    this.#constants.set(thing, { name, value });
    return name;
  }
}
