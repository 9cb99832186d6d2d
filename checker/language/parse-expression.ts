/**
 * What does an expression mean that somebody wrote as text? The form is the one in which expressions are printed
 * (`print-expression.ts`), so that what a report shows can be asked again. A name may mean several things (a word of a
 * cell, an element of a set): every reading is kept until the place where it stands chooses.
 */
import type { Binder, BitOp, ChainNode, Node } from "./nodes.ts";
import { setOf } from "./nodes.ts";
import type { Cells, LocalOf } from "./parse-places.ts";
import { type Readings, Scanner } from "./parse-scanner.ts";
import { context, type IndexSet, type ProductSet, type SumSet } from "./sets.ts";
import { CONDITION, elementOf, NULL, NUMBER, type Sort, sortsOf } from "./sorts.ts";

const QUANTIFIERS = ["forAll", "exists", "count"] as const;
const QUANTIFIED = /^(forAll|exists|count)\s+\w+\s*:/;
const QUERIES = ["has", "length", "last", "acyclic", "ends"] as const;
const COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"] as const;
const BITS: Readonly<Record<string, BitOp>> = { "&": "bitAnd", "|": "bitOr", "^": "bitXor" };

/**
 * Parses an expression. Throws `ExpressionError`, which says where, what, and what was expected; `NotHere` where it names a
 * local that is not kept where its context stands.
 */
export function parseExpression(text: string, cells: Cells, local: LocalOf = () => null): Node {
  const scanner = new Scanner(text);
  const parser = new Parser(scanner, cells, local);
  const readings = parser.expression();
  if (!scanner.atEnd()) scanner.fail("the expression is over here", "an operator, or the end");
  return parser.one(readings, null, "the expression");
}

class Parser {
  readonly #scan: Scanner;
  readonly #cells: Cells;
  readonly #local: LocalOf;
  readonly #binders: { readonly name: string; readonly binder: Binder }[] = [];

  constructor(scan: Scanner, cells: Cells, local: LocalOf) {
    this.#scan = scan;
    this.#local = local;
    this.#cells = cells;
  }

  /** The reading that fits where it stands: the first of the sort that is wanted. */
  one({ nodes, from }: Readings, wanted: Sort | null, of: string): Node {
    const first = nodes[0] as Node;
    const fitting = nodes.find((node) => wanted === null || (sortsOf(node)?.includes(wanted) ?? true));
    if (fitting) return fitting;
    // What was folded is printed by its number; nil has no element, which evaluating says.
    if (wanted?.startsWith("an element") && first.op === "const" && !first.set && typeof first.value !== "boolean")
      return first;
    if (wanted?.startsWith("an element") && sortsOf(first)?.every((sort) => sort === NULL)) return first;
    return this.#scan.fail(
      `${of} wants ${wanted}, and this is ${(sortsOf(first) ?? []).join(" or ")}`,
      wanted ?? "",
      from,
    );
  }

  expression(): Readings {
    // A local may be called "count".
    if (!QUANTIFIED.test(this.#scan.rest())) return this.#choice();
    const op = this.#scan.oneOf(QUANTIFIERS, (one) => one, "a quantifier");
    const from = this.#scan.at;
    const name = this.#scan.name("a variable");
    this.#scan.expect(":", "its set");
    const set = this.#cells.setNamed(this.#scan);
    this.#scan.expect(".", `what is asked of each, "${op} ${name}: ${set.name} . condition"`);
    const binder: Binder = { set };
    const body = this.#under(name, binder, () => this.one(this.expression(), CONDITION, op));
    return { nodes: [{ op, binder, body }], from };
  }

  #under<T>(name: string, binder: Binder, body: () => T): T {
    this.#binders.unshift({ name, binder });
    try {
      return body();
    } finally {
      this.#binders.shift();
    }
  }

  #choice(): Readings {
    const test = this.#or();
    if (!this.#scan.sign("?")) return test;
    const asked = this.one(test, CONDITION, "?:");
    const then = this.#or();
    this.#scan.expect(":", "what is taken otherwise");
    const otherwise = this.#choice();
    const nodes = then.nodes.flatMap((a) =>
      otherwise.nodes.map((b): Node => ({ op: "ite", test: asked, then: a, else: b })),
    );
    return { nodes, from: test.from };
  }

  #or(): Readings {
    return this.#joined("or", "||", () => this.#joined("and", "&&", () => this.#comparison()));
  }

  #joined(op: "and" | "or", sign: string, part: () => Readings): Readings {
    const first = part();
    if (!this.#scan.sees(sign)) return first;
    const args = [this.one(first, CONDITION, sign)];
    while (this.#scan.sign(sign)) args.push(this.one(part(), CONDITION, sign));
    return { nodes: [{ op, args }], from: first.from };
  }

  #comparison(): Readings {
    const left = this.#bits();
    const { from } = left;
    if (this.#scan.word("is")) {
      const of = left.nodes.find((node) => setOf(node)?.kind === "sum");
      if (!of) return this.#scan.fail('"is" wants an element of a set of several kinds', "such an element", from);
      const set = setOf(of) as SumSet;
      const key = this.#scan.oneOf(Object.keys(set.kinds), (one) => one, `a kind of ${set.name}`);
      return { nodes: [{ op: "isKind", set, key, of }], from };
    }
    const sign = COMPARISONS.find((one) => this.#scan.sign(one));
    if (!sign) return left;
    const right = this.#bits();
    if (COMPARISONS.some((one) => this.#scan.sees(one)))
      this.#scan.fail("a comparison of a comparison", "parentheses, or && between two comparisons");
    if (sign === "==" || sign === "!=") {
      const [a, b] = this.#alike(left, right, sign);
      const equal: Node = { op: "eq", left: a, right: b };
      return { nodes: [sign === "==" ? equal : { op: "not", of: equal }], from };
    }
    const [a, b] = [this.one(left, NUMBER, sign), this.one(right, NUMBER, sign)];
    // What is printed as ">" is the negation of "<=", so that a text reads as what was printed.
    if (sign === "<") return { nodes: [{ op: "lt", left: a, right: b }], from };
    if (sign === "<=") return { nodes: [{ op: "le", left: a, right: b }], from };
    return { nodes: [{ op: "not", of: { op: sign === ">" ? "le" : "lt", left: a, right: b } }], from };
  }

  /** The readings of two sides that may be the same. */
  #alike(left: Readings, right: Readings, sign: string): readonly [Node, Node] {
    for (const a of left.nodes)
      for (const b of right.nodes) {
        const [mine, theirs] = [sortsOf(a), sortsOf(b)];
        if (!mine || !theirs || mine.some((sort) => theirs.includes(sort))) return [a, b];
        // A term whose form is only a word stands for more; a cell has the words that it has.
        const isCell = [a, b].some(({ op }) => op === "read") && [a, b].some(({ op }) => op === "const");
        if ([...mine, ...theirs].every((sort) => sort.startsWith('"')) && !isCell) return [a, b];
        // What is nil may be compared with whatever is an element, and an element with its number.
        if ([mine, theirs].some((sorts) => sorts.every((sort) => sort === NULL))) return [a, b];
        if ([a, b].some((side) => side.op === "const" && typeof side.value === "number" && !side.set)) {
          const other = a.op === "const" ? theirs : mine;
          if (other.some((sort) => sort.startsWith("an element"))) return [a, b];
        }
      }
    const said = ({ nodes: [node] }: Readings): string => (sortsOf(node as Node) ?? []).join(" or ");
    return this.#scan.fail(
      `"${sign}" compares ${said(left)} with ${said(right)}: never the same`,
      said(left),
      right.from,
    );
  }

  #bits(): Readings {
    const first = this.#sum();
    const sign = Object.keys(BITS).find((one) => this.#scan.seesAlone(one));
    if (!sign) return first;
    this.#scan.sign(sign);
    const second = this.#sum();
    if (Object.keys(BITS).some((one) => this.#scan.seesAlone(one)))
      this.#scan.fail("which of the two goes first?", "parentheses");
    const [left, right] = [this.one(first, NUMBER, sign), this.one(second, NUMBER, sign)];
    return { nodes: [{ op: BITS[sign] as BitOp, left, right }], from: first.from };
  }

  #sum(): Readings {
    let left = this.#product();
    for (;;) {
      const sign = ["+", "-"].find((one) => this.#scan.sees(one) && !this.#scan.sees("->"));
      if (!sign) return left;
      this.#scan.sign(sign);
      const [a, b] = [this.one(left, NUMBER, sign), this.one(this.#product(), NUMBER, sign)];
      left = { nodes: [{ op: sign === "+" ? "add" : "sub", left: a, right: b }], from: left.from };
    }
  }

  #product(): Readings {
    let left = this.#unary();
    while (this.#scan.sign("%")) {
      const of = this.one(left, NUMBER, "%");
      const by = this.#scan.number() ?? this.#cells.boundNamed(this.#scan.name("a number that is known"), this.#scan);
      left = { nodes: [{ op: "mod", of, by }], from: left.from };
    }
    return left;
  }

  #unary(): Readings {
    const from = this.#scan.at;
    if (this.#scan.sees("!") && !this.#scan.sees("!=")) {
      this.#scan.sign("!");
      return { nodes: [{ op: "not", of: this.one(this.#unary(), CONDITION, "!") }], from };
    }
    return this.#tight();
  }

  /** Components of elements: `held.slab`. */
  #tight(): Readings {
    let readings = this.#primary();
    while (this.#scan.sees(".")) {
      const before = this.#scan.at;
      this.#scan.sign(".");
      const key = this.#scan.name("a part of it");
      const nodes = readings.nodes.flatMap((of): Node[] => {
        const set = setOf(of);
        if (set?.kind === "product" && key in set.parts) return [{ op: "component", set, key, of }];
        return set?.kind === "sum" && key in set.kinds ? [{ op: "asKind", set, key, of }] : [];
      });
      if (nodes.length === 0) {
        // The end of what a quantifier declares is a dot, too.
        this.#scan.at = before;
        return this.#scan.fail(`it has no ".${key}"`, this.#cells.partsOf(readings.nodes), before);
      }
      readings = { nodes, from: readings.from };
    }
    return readings;
  }

  #primary(): Readings {
    const scan = this.#scan;
    const from = scan.at;
    const is = (...nodes: Node[]): Readings => ({ nodes, from });
    if (scan.sign("(")) {
      const inner = this.expression();
      scan.expect(")", "the end of what is in parentheses");
      return { nodes: inner.nodes, from };
    }
    const number = scan.number();
    if (number !== null) return is({ op: "const", value: number });
    if (scan.word("true")) return is({ op: "const", value: true });
    if (scan.word("false")) return is({ op: "const", value: false });
    if (scan.word("nil")) return is({ op: "const", value: null });
    if (scan.word("self")) return is({ op: "self" });
    const bound = this.#binders.find(({ name }) => scan.word(name));
    if (bound) return is({ op: "bound", binder: bound.binder });
    const called = this.#called();
    if (called) return is(...called);
    const index = (set: IndexSet): Node => {
      const at = this.expression();
      const wanted = elementOf(set);
      return this.one(at, wanted, "[..]");
    };
    const nodes = this.#cells.read(scan, index, this.#local);
    if (nodes.length === 0)
      scan.fail(scan.atEnd() ? "the expression ends too soon" : "no such name", this.#cells.suggest(scan.rest()), from);
    return is(...nodes);
  }

  /** What is written as a call. */
  #called(): readonly Node[] | null {
    const scan = this.#scan;
    const who = (of: string): Node => this.one(this.expression(), elementOf(context), of);
    const closed = <T>(value: T, of: string): T => {
      scan.expect(")", `the end of ${of}(..)`);
      return value;
    };
    if (scan.call("racy"))
      return closed(
        this.expression().nodes.map((of): Node => ({ op: "racy", of })),
        "racy",
      );
    if (scan.call("ended")) return [closed(this.#cells.standing(who("ended"), { kind: "ended" }), "ended")];
    if (scan.call("standsIn")) {
      const one = who("standsIn");
      scan.expect(",", "where it stands");
      return [closed(this.#cells.standing(one, this.#cells.region(scan)), "standsIn")];
    }
    if (scan.call("next")) {
      const { nodes, from } = this.expression();
      const of = nodes.find((node) => setOf(node)?.kind === "base");
      if (!of) return scan.fail("next(..) wants an element of a set", "such an element", from);
      return [closed({ op: "next", set: setOf(of) as IndexSet, of } as const, "next")];
    }
    if (scan.call("chain")) return [this.#chain()];
    const product = this.#cells.sets.find((set): set is ProductSet => set.kind === "product" && scan.call(set.name));
    if (product) {
      const parts = Object.entries(product.parts).map(([key, set], i) => {
        if (i > 0) scan.expect(",", `"${key}: .."`);
        if (!scan.word(key)) scan.fail(`${product.name}(..) wants its parts in their order`, `"${key}: .."`);
        scan.expect(":", `the ${key}`);
        return [key, this.one(this.expression(), elementOf(set), `${product.name}(${key}: ..)`)] as const;
      });
      return [closed({ op: "compose", set: product, parts: Object.fromEntries(parts) } as const, product.name)];
    }
    return this.#injected();
  }

  /** An element of a set of several kinds, by its kind: `list(node0)`. Where that is a name as it stands, it is taken as one. */
  #injected(): readonly Node[] | null {
    const scan = this.#scan;
    if (this.#cells.isName(scan)) return null;
    for (const set of this.#cells.sets) {
      if (set.kind !== "sum") continue;
      const key = Object.keys(set.kinds).find((one) => scan.call(one));
      if (!key) continue;
      const of = this.one(this.expression(), elementOf(set.kinds[key] as IndexSet), `${key}(..)`);
      scan.expect(")", `the end of ${key}(..)`);
      return [{ op: "inject", set, key, of }];
    }
    return null;
  }

  #chain(): Node {
    const scan = this.#scan;
    const { nodes, from } = this.expression();
    const start = nodes.find((node) => setOf(node) !== null);
    if (!start) return scan.fail("chain(..) begins with an element", "such an element", from);
    const set = setOf(start) as IndexSet;
    scan.expect(",", 'the way on, "x -> next[x]"');
    const name = scan.name("a variable");
    scan.expect("->", "what comes after it");
    const binder: Binder = { set };
    const next = this.#under(name, binder, () => this.one(this.expression(), elementOf(set), "->"));
    scan.expect(")", "the end of chain(..)");
    scan.expect(".", "what is asked of it");
    const query = scan.oneOf(QUERIES, (one) => one, "a question");
    scan.expect("(", "");
    const item = query === "has" ? { item: this.one(this.expression(), elementOf(set), "has") } : {};
    scan.expect(")", `the end of ${query}(..)`);
    return { op: "chain", query, set, start, binder, next, ...item } satisfies ChainNode;
  }
}
