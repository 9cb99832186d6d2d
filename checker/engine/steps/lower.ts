/** Expressions as generated code: `language/evaluate.ts` for one context and one packed state. No value: leaves by `Exits`. */
import { type Binder, leafShape, type Node, type PlaceNode, unreachable } from "../../language/nodes.ts";
import type { IndexSet } from "../../language/sets.ts";
import type { Data, Shape, Value } from "../../language/shapes.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type FunctionWriter, get, type Target } from "../code/ir.ts";
import { codeOf, type LeafCodes, leafCodes, NULL, Unsupported } from "../state/codes.ts";
import { maskOf } from "../state/layout.ts";
import {
  boolean,
  constant,
  either,
  fromCode,
  integer,
  isNull,
  isSpecial,
  sameValue,
  type Val,
} from "../state/values.ts";
import { bits, remainder, type Summand } from "./arithmetic.ts";
import { chainValue } from "./chains.ts";
import { bytesOf, type MemoryMap } from "./memory-map.ts";
import { count, some } from "./quantifiers.ts";

/** Where code goes that meets a model error: a broken chain, or any other. */
export interface Exits {
  readonly error: Target;
  readonly broken: Target;
}

type KindNode = Extract<Node, { readonly op: "inject" | "isKind" | "asKind" }>;

/** A second operand that costs no more than this is evaluated though it may not matter. */
const CHEAP = 16;

export class Lowering {
  readonly map: MemoryMap;
  readonly writer: FunctionWriter;
  readonly self: number;
  readonly bound = new Map<Binder, Val>();
  /** How many times what is lowered now is written out, for its quantifiers. */
  copies = 1;
  exits: Exits;

  constructor(map: MemoryMap, writer: FunctionWriter, self: number, exits: Exits) {
    this.map = map;
    this.writer = writer;
    this.self = self;
    this.exits = exits;
  }

  /** Code for a node; what may fail is written at once, the rest stands in the expression. */
  value(node: Node): Val {
    switch (node.op) {
      case "const":
        return constant(node.value, this.map.words);
      case "self":
        return constant(this.self, this.map.words);
      case "bound": {
        const val = this.bound.get(node.binder);
        if (!val) throw new Error("a variable was used outside its binder");
        return val;
      }
      case "read":
        return this.read(node.place);
      case "racy":
        return this.value(node.of);
      case "not":
        return boolean(ir.not(this.test(node.of)));
      case "and":
      case "or":
        return boolean(this.#junction(node.op, node.args));
      case "eq": {
        const left = this.value(node.left);
        return boolean(sameValue(left, this.value(node.right)));
      }
      case "lt":
      case "le": {
        const left = this.#summand(node.left);
        const right = this.#summand(node.right);
        return boolean((node.op === "lt" ? ir.lt : ir.le)(left.number, right.number));
      }
      case "add":
      case "sub": {
        const left = this.#summand(node.left);
        const right = this.#summand(node.right);
        return node.op === "add"
          ? integer(ir.add(left.number, right.number), left.lo + right.lo, left.hi + right.hi)
          : integer(ir.sub(left.number, right.number), left.lo - right.hi, left.hi - right.lo);
      }
      case "mod":
        return remainder(this.#summand(node.of), this.map.system.universe.valueOf(node.by));
      case "bitAnd":
      case "bitOr":
      case "bitXor":
        return bits(node.op, this.#summand(node.left), this.#summand(node.right));
      case "ite":
        return this.#ite(node);
      case "forAll":
        return boolean(ir.not(some(this, node.binder, () => ir.not(this.test(node.body)))));
      case "exists":
        return boolean(some(this, node.binder, () => this.test(node.body)));
      case "count":
        return count(this, node.binder, node.body);
      case "chain":
        return chainValue(this, node);
      case "compose": {
        let index = c(0);
        const parts = new Map(Object.entries(node.parts).map(([key, part]) => [key, this.element(part)]));
        for (const [key, set] of Object.entries(node.set.parts)) {
          index = ir.add(ir.mul(index, c(this.#size(set))), parts.get(key) as Expr);
        }
        return this.#elementOf(node.set, index);
      }
      case "component":
        return this.#component(node);
      case "inject": {
        const offset = this.map.system.universe.kindOffset(node.set, node.key);
        return this.#elementOf(node.set, ir.add(this.element(node.of), c(offset)));
      }
      case "isKind": {
        const val = this.value(node.of);
        return boolean(this.#isWithin(val.number, ...this.#kindRun(node)));
      }
      case "asKind": {
        const element = this.writer.shared(this.element(node.of));
        const [offset, size] = this.#kindRun(node);
        this.leaveIf(ir.not(this.#isWithin(element, offset, size)), this.exits.error);
        return integer(ir.sub(element, c(offset)), 0, size - 1);
      }
      case "next": {
        const after = this.writer.shared(ir.add(this.element(node.of), c(1)));
        const size = this.#size(node.set);
        if (after.op === "const") return constant(after.value < size ? after.value : null, this.map.words);
        const number = ir.select(ir.lt(after, c(size)), after, c(NULL));
        return { ...integer(number, 0, size - 1), canBeNull: true };
      }
      case "pcIn":
        return this.#pcIn(node);
      case "param":
      case "stands":
        throw new Error(`"${node.op}" stands only in source rows: link the program first`);
      default:
        return unreachable(node);
    }
  }

  /** Code for a condition: 1 or 0. */
  test(node: Node): Expr {
    return this.value(node).number;
  }

  leaveIf(test: Expr, target: Target): void {
    this.writer.if(test, () => this.writer.emit(ir.br(target)));
  }

  /** An element of a set; null and words are model errors. */
  element(node: Node): Expr {
    const val = this.value(node);
    const special = isSpecial(val);
    if (special.op === "const") {
      this.leaveIf(special, this.exits.error);
      return special.value ? c(0) : val.number;
    }
    const number = this.writer.shared(val.number);
    this.leaveIf(isSpecial({ ...val, number }), this.exits.error);
    return number;
  }

  /** The number of the cell that a place names, and the cells that it might name. */
  locate(place: PlaceNode): { readonly cell: Expr; readonly first: number; readonly last: number } {
    const { base } = place;
    const { layout, system } = this.map;
    if (base.kind === "slot") {
      const cell = layout.slotCell(this.self, base.index);
      return { cell: c(cell), first: cell, last: cell };
    }
    if (base.kind === "local" || base.kind === "param") throw new Error(`"${base.name}" stands only in source rows`);
    let shape = system.fields[base.field] as Shape;
    let first = layout.firstOf.get(base.field) as number;
    let extent = this.map.cellsIn(shape);
    let cell = c(first);
    for (const step of place.path) {
      if ("field" in step) {
        if (shape.kind !== "struct") throw new Error("a field of what is no struct");
        for (const [name, of] of Object.entries(shape.fields)) {
          if (name === step.field) {
            shape = of;
            break;
          }
          cell = ir.add(cell, c(this.map.cellsIn(of)));
          if (cell.op === "const") first = cell.value;
        }
      } else {
        if (shape.kind !== "each") throw new Error("an index into what is no array");
        shape = shape.of as Shape;
        const stride = this.map.cellsIn(shape);
        cell = ir.add(cell, ir.mul(this.#index(step.index, this.#size(step.set)), c(stride)));
        if (cell.op === "const") first = cell.value;
      }
      if (cell.op === "const") extent = this.map.cellsIn(shape);
    }
    return { cell: this.writer.shared(cell), first, last: first + extent - 1 };
  }

  #index(node: Node, size: number): Expr {
    const val = this.value(node);
    const isInside = val.run !== null && val.run[0] >= 0 && val.run[1] < size && isSpecial(val).op === "const";
    if (isInside) return val.number;
    const number = this.writer.shared(val.number);
    const outside = ir.not(ir.ltu(number, c(size)));
    this.leaveIf(outside, this.exits.error);
    // Where it is outside for certain, what follows is never run.
    return outside.op === "const" ? c(0) : number;
  }

  read(place: PlaceNode): Val {
    const codes = leafCodes(leafShape(place), this.map.system.universe);
    const code = place.base.kind === "constants" ? this.#constant(place, codes) : this.code(this.locate(place).cell);
    return fromCode(code, codes, this.map.words, this.writer);
  }

  /** The code of a constant: in a table, where its indices depend on the state. */
  #constant({ base, path }: PlaceNode, codes: LeafCodes): Expr {
    let values = [this.map.system.constants["field" in base ? base.field : ""]] as readonly Data[];
    let at = c(0);
    const below = (key: string | number): Data[] =>
      values.map((data) => (data as Record<string | number, Data>)[key] as Data);
    for (const step of path) {
      if ("field" in step) {
        values = below(step.field);
        continue;
      }
      const size = this.#size(step.set);
      const index = this.#index(step.index, size);
      if (index.op === "const") values = below(index.value);
      else {
        values = values.flatMap((data) => data as readonly Data[]);
        at = ir.add(ir.mul(at, c(size)), index);
      }
    }
    const known = values.map((value) => codeOf(value as Value, codes));
    return at.op === "const" ? c(known[at.value] as number) : ir.load(ir.shl(at, c(2)), this.map.table(bytesOf(known)));
  }

  /** The code in a cell of the state before the step. */
  code(cell: Expr): Expr {
    const { layout, memory } = this.map;
    if (cell.op === "const") {
      const { word, shift, bits } = layout.fields[cell.value] as (typeof layout.fields)[number];
      if (bits === 0) return c(0);
      return ir.bitAnd(ir.shru(ir.load(ir.own(memory.current, 4 * word)), c(shift)), c(maskOf(bits)));
    }
    const field = this.writer.shared(ir.load(ir.shl(cell, c(2)), this.map.fields));
    const word = ir.load(ir.add(ir.own(memory.current), ir.shru(field, c(16))));
    const bits = ir.bitAnd(ir.shru(field, c(8)), c(0xff));
    return ir.bitAnd(ir.shru(word, ir.bitAnd(field, c(31))), ir.sub(ir.shl(c(1), bits), c(1)));
  }

  #size(set: IndexSet): number {
    return this.map.system.universe.size(set);
  }

  #elementOf(set: IndexSet, number: Expr): Val {
    return integer(number, 0, this.#size(set) - 1);
  }

  /** A number for arithmetic; null counts as 0, as it does in JavaScript. */
  #summand(node: Node): Summand {
    const val = this.value(node);
    if (val.words.size > 0) throw new Unsupported("arithmetic on what may be a word");
    const [lo, hi] = val.run ?? [0, 0];
    if (!val.canBeNull) return { number: val.number, lo, hi };
    const number = this.writer.shared(val.number);
    return { number: ir.select(isNull({ ...val, number }), c(0), number), lo: Math.min(lo, 0), hi: Math.max(hi, 0) };
  }

  /** Code for `and` and `or`, which stop early; what costs little and cannot fail is evaluated all the same. */
  #junction(op: "and" | "or", args: readonly Node[]): Expr {
    const decided = op === "and" ? 0 : 1;
    let sofar = c(1 - decided);
    for (const arg of args) {
      if (sofar.op === "const" && sofar.value === decided) return sofar;
      const { stmts, result } = this.writer.apart(() => this.test(arg));
      if (sofar.op === "const") {
        this.writer.emit(...stmts);
        sofar = result;
        continue;
      }
      if (stmts.length === 0 && ir.sizeOf(result) <= CHEAP) {
        if (result.op === "const") sofar = result.value === decided ? result : sofar;
        else sofar = { op, a: sofar, b: result };
        continue;
      }
      const local = this.writer.local(sofar);
      const test = op === "and" ? get(local) : ir.not(get(local));
      this.writer.emit({ op: "if", test, then: [...stmts, ir.set(local, result)], else: [] });
      sofar = get(local);
    }
    return sofar;
  }

  #ite(node: Extract<Node, { op: "ite" }>): Val {
    const test = this.test(node.test);
    if (test.op === "const") return this.value(test.value ? node.then : node.else);
    const yes = this.writer.apart(() => this.value(node.then));
    const no = this.writer.apart(() => this.value(node.else));
    const [a, b] = [yes.result.number, no.result.number];
    if (yes.stmts.length + no.stmts.length === 0 && ir.sizeOf(a) + ir.sizeOf(b) <= CHEAP) {
      return either(ir.select(test, a, b), yes.result, no.result);
    }
    const local = this.writer.local(c(0));
    const branch = (stmts: readonly ir.Stmt[], value: Expr) => [...stmts, ir.set(local, value)];
    this.writer.emit({ op: "if", test, then: branch(yes.stmts, a), else: branch(no.stmts, b) });
    return either(get(local), yes.result, no.result);
  }

  #component(node: Extract<Node, { op: "component" }>): Val {
    let rest = this.element(node.of);
    const parts = Object.entries(node.set.parts).reverse();
    for (const [i, [name, part]] of parts.entries()) {
      const size = this.#size(part);
      // The first part of a product has nothing above it, so the rest is within its set.
      if (name === node.key) {
        return integer(i === parts.length - 1 ? rest : ir.remu(rest, c(size)), 0, size - 1);
      }
      rest = ir.divu(rest, c(size));
    }
    throw new Error(`"${node.key}" is not a part of "${node.set.name}"`);
  }

  #kindRun(node: KindNode): [number, number] {
    const set = node.set.kinds[node.key];
    if (!set) throw new Error(`"${node.key}" is not a kind of "${node.set.name}"`);
    return [this.map.system.universe.kindOffset(node.set, node.key), this.#size(set)];
  }

  #isWithin(number: Expr, first: number, length: number): Expr {
    return ir.ltu(ir.sub(number, c(first)), c(length));
  }

  #pcIn(node: Extract<Node, { op: "pcIn" }>): Val {
    const { layout, system } = this.map;
    const who = this.value(node.who);
    const contexts = system.contexts.length;
    if (who.number.op === "const") {
      const known = who.number.value;
      if (known < 0 || known >= contexts) return boolean(c(0));
      return boolean(this.map.isLabelIn(this.writer.shared(this.code(c(layout.pcCell(known)))), node.labels));
    }
    const number = this.writer.shared(who.number);
    const found = this.writer.local(c(0));
    this.writer.if(ir.ltu(number, c(contexts)), () => {
      const pc = this.writer.shared(this.code(ir.add(number, c(layout.pcCell(0)))));
      this.writer.emit(ir.set(found, this.map.isLabelIn(pc, node.labels)));
    });
    return boolean(get(found));
  }
}
