/**
 * How does an expression read as text? C-like, with as few parentheses as keep the meaning; binders are named after
 * their set and numbered within their row, so that the text depends on nothing that was built before.
 */
import type { Assign, Binder, ChainNode, Node, PlaceNode, Region } from "./nodes.ts";
import { unreachable } from "./nodes.ts";
import type { Universe } from "./sets.ts";
import { showBound } from "./shapes.ts";

/** Names of the binders of one row: the initial of the set, with a number from the second on. */
export class BinderNames {
  readonly #taken: Set<string>;
  readonly #names = new Map<Binder, string>();

  /** `taken` are the names that the row itself uses: parameters, locals, fields. */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  of(binder: Binder): string {
    const known = this.#names.get(binder);
    if (known) return known;
    const isCounter = binder.set.kind === "base" && binder.set.counts !== undefined;
    const initial = isCounter ? "n" : binder.set.name.charAt(0).toLowerCase();
    let name = initial;
    for (let n = 2; this.#taken.has(name); n++) name = `${initial}${n}`;
    this.#taken.add(name);
    this.#names.set(binder, name);
    return name;
  }
}

/** What an expression is printed with. */
export interface Printing {
  readonly universe: Universe;
  readonly binder: (binder: Binder) => string;
}

/** How tightly a form binds: a part that binds more loosely than its place allows is put in parentheses. */
const LOOSE = 0;
const CHOICE = 1;
const OR = 2;
const AND = 3;
const BITS = 4;
const COMPARISON = 5;
const SUM = 6;
const PRODUCT = 7;
const UNARY = 8;
const TIGHT = 9;

export function printNode(node: Node, printing: Printing): string {
  return print(node, LOOSE, printing);
}

function print(node: Node, place: number, printing: Printing): string {
  const part = (of: Node, tightness: number): string => print(of, tightness, printing);
  const form = (tightness: number, text: string): string => (tightness < place ? `(${text})` : text);
  switch (node.op) {
    case "const":
      if (node.value === null) return "nil";
      return node.set && typeof node.value === "number"
        ? printing.universe.elementName(node.set, node.value)
        : String(node.value);
    case "self":
      return "self";
    case "bound":
      return printing.binder(node.binder);
    case "param":
      return node.name;
    case "read":
      return printPlace(node.place, printing);
    case "racy":
      return `racy(${part(node.of, LOOSE)})`;
    case "not":
      return printNot(node.of, form, part);
    case "and":
      if (node.args.length < 2) return node.args[0] ? part(node.args[0], place) : "true";
      return form(AND, node.args.map((arg) => part(arg, AND + 1)).join(" && "));
    case "or":
      if (node.args.length < 2) return node.args[0] ? part(node.args[0], place) : "false";
      return form(OR, node.args.map((arg) => part(arg, OR + 1)).join(" || "));
    case "eq":
    case "lt":
    case "le":
      return form(COMPARISON, printComparison(node.left, node.op, node.right, part));
    case "add":
      return form(SUM, `${part(node.left, SUM)} + ${part(node.right, PRODUCT)}`);
    case "sub":
      return form(SUM, `${part(node.left, SUM)} - ${part(node.right, PRODUCT)}`);
    case "mod":
      return form(PRODUCT, `${part(node.of, PRODUCT)} % ${showBound(node.by)}`);
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      // Its parts in parentheses: nobody knows by heart what binds more tightly there.
      return form(BITS, `${part(node.left, SUM)} ${BIT_SIGNS[node.op]} ${part(node.right, SUM)}`);
    case "ite":
      return form(CHOICE, `${part(node.test, OR)} ? ${part(node.then, OR)} : ${part(node.else, CHOICE)}`);
    case "forAll":
    case "exists":
    case "count":
      return form(LOOSE, `${node.op} ${declared(node.binder, printing)} . ${part(node.body, LOOSE)}`);
    case "chain":
      return printChain(node, part, printing);
    case "compose": {
      const parts = Object.entries(node.parts).map(([key, of]) => `${key}: ${part(of, LOOSE)}`);
      return `${node.set.name}(${parts.join(", ")})`;
    }
    case "component":
    case "asKind":
      return `${part(node.of, TIGHT)}.${node.key}`;
    case "inject":
      return `${node.key}(${part(node.of, LOOSE)})`;
    case "isKind":
      return form(COMPARISON, `${part(node.of, SUM)} is ${node.key}`);
    case "next":
      return `next(${part(node.of, LOOSE)})`;
    case "stands":
      return printStands(part(node.who, LOOSE), node.region);
    case "pcIn":
      return printStands(part(node.who, LOOSE), JSON.parse(node.text) as Region);
    default:
      return unreachable(node);
  }
}

type Part = (of: Node, tightness: number) => string;

const BIT_SIGNS = { bitAnd: "&", bitOr: "|", bitXor: "^" } as const;
const SIGNS = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;
const NEGATED = { eq: "ne", lt: "ge", le: "gt" } as const;
const SWAPPED = { eq: "eq", ne: "ne", lt: "gt", le: "ge", gt: "lt", ge: "le" } as const;

/** A constant stands on the right, as one says it. */
function printComparison(left: Node, op: keyof typeof SIGNS, right: Node, part: Part): string {
  if (left.op === "const" && right.op !== "const") return printComparison(right, SWAPPED[op], left, part);
  return `${part(left, SUM)} ${SIGNS[op]} ${part(right, SUM)}`;
}

/** A negated comparison is the opposite comparison. */
function printNot(of: Node, form: (tightness: number, text: string) => string, part: Part): string {
  switch (of.op) {
    case "eq":
    case "lt":
    case "le":
      return form(COMPARISON, printComparison(of.left, NEGATED[of.op], of.right, part));
    default:
      return form(UNARY, `!${part(of, UNARY)}`);
  }
}

function printChain(node: ChainNode, part: Part, printing: Printing): string {
  const walk = `chain(${part(node.start, LOOSE)}, ${printing.binder(node.binder)} -> ${part(node.next, LOOSE)})`;
  return `${walk}.${node.query}(${node.item ? part(node.item, LOOSE) : ""})`;
}

const printStands = (who: string, region: Region): string =>
  region.kind === "ended" ? `ended(${who})` : `standsIn(${who}, ${printRegion(region)})`;

export function printRegion(region: Region): string {
  switch (region.kind) {
    case "mark":
      return `marked ${JSON.stringify(region.mark)}`;
    case "rows":
      return region.labels ? `${region.program}: ${region.labels.join("|")}` : region.program;
    case "within":
      return `within ${region.program}`;
    case "inlined":
      return `${region.callees.join("|")} inlined into ${region.program}`;
    case "ended":
      return "ended";
    case "anyOf":
      return `anyOf(${region.of.map(printRegion).join(", ")})`;
    case "allOf":
      return `allOf(${region.of.map(printRegion).join(", ")})`;
    case "except":
      return `${printRegion(region.of)} except ${printRegion(region.minus)}`;
  }
}

/** A binder where it is declared: "s: slab". */
export const declared = (binder: Binder, printing: Printing): string =>
  `${printing.binder(binder)}: ${binder.set.name}`;

/** A place by the names of its row: "cpuSlab[c][b].freelist". */
export function printPlace(place: PlaceNode, printing: Printing): string {
  const { base } = place;
  const root = "field" in base ? base.field : base.name;
  return place.path.reduce(
    (text, step) => ("field" in step ? `${text}.${step.field}` : `${text}[${printNode(step.index, printing)}]`),
    root,
  );
}

/** An assignment: "head = next[h]". */
export function printAssign(assign: Assign, printing: Printing): string {
  const text = `${printPlace(assign.place, printing)} = ${printNode(assign.value, printing)}`;
  return assign.over.reduceRight((of, binder) => `for each ${declared(binder, printing)} . ${of}`, text);
}
