/**
 * Which mistakes does the linker find, and in what words? A small model for each. `docs/language.md` lists the same
 * messages, and a test holds the two together.
 *
 * Some of them are compile errors too. A model that is run without a type check, or whose rows are made by a loop,
 * gets here all the same: `untyped` lets the tests make such models. Over 400 lines: it is a table, an entry a message.
 */
import {
  anyValue,
  bool,
  bound,
  call,
  choose,
  constants,
  context,
  type Expr,
  each,
  element,
  eventually,
  exists,
  ghosts,
  id,
  indexSet,
  invariant,
  type LinkOptions,
  lit,
  next,
  optional,
  otherwise,
  patch,
  place,
  program,
  property,
  type Row,
  range,
  result,
  rowsOf,
  select,
  state,
  step,
  track,
  value,
  variant,
  when,
  whenever,
} from "../../checker/language/index.ts";

export interface Mistake {
  readonly name: string;
  readonly options: LinkOptions;
  /** All that the linker says, in its order. */
  readonly problems: readonly string[];
}

const untyped = (of: unknown): never => of as never;

const slab = indexSet("slab");
const k = state({ flag: bool, flags: each(context, bool), number: range(0, 1), which: id(context) });
const ways = { exits: ["done"] } as const;

/** A system of one context that runs a program. */
const running = (script: unknown, rest: Partial<LinkOptions> = {}): LinkOptions => ({
  name: "mistaken",
  roots: [k],
  contexts: [{ name: "c", script: untyped(script) }],
  ...rest,
});

const c = constants({ limit: range(0, 1) });

const setsFlag = program("setsFlag", ways, () => ({
  set: step("f = 1;", otherwise.do(k.flag.set(true)).goto("done")),
}));
const twoRows = program("twoRows", { ...ways, locals: { h: bool } }, (_, __, { h }) => ({
  first: step("h = true;", otherwise.do(h.set(true)).goto("second")),
  second: step("if (h)", when(h).goto("done")),
}));
const takesNumber = program("takesNumber", { ...ways, params: { n: value(range(0, 3)) } }, (_, { n }) => ({
  look: step("if (n)", when(n.gt(0)).goto("done")),
}));

const leave = step("return;", otherwise.goto("done"));
const fine = program("fine", ways, () => ({ only: leave }));
const takes = program("takes", { ...ways, params: { a: value(bool) } }, (_, { a }) => ({
  look: step("if (a)", when(a).goto("done"), otherwise.goto("done")),
}));
const touches = program("touches", { ...ways, params: { a: place(bool) } }, (_, { a }) => ({
  set: step("*a = true;", otherwise.do(a.set(true)).goto("done")),
}));
const gives = program("gives", { ...ways, params: { got: result(bool) } }, (_, { got }) => ({
  set: step("return true;", otherwise.do(got.set(true)).goto("done")),
}));
const forEver = program("forEver", { exits: [] }, () => ({ again: step("for (;;) ;", otherwise.goto("again")) }));
const mayStay = program("mayStay", ways, () => ({ only: step("", { mayStop: true }, otherwise.goto("done")) }));
const stepless = program("stepless", ways, () => ({ only: select("", [[lit(true), "done"]], "done") }));

/** Rows whose types nobody looked at. */
const rowsOfAny = (name: string, rows: Readonly<Record<string, Row<string>>>, options: object = ways) =>
  program(name, untyped(options), () => untyped(rows));

const calling = (callee: unknown, args: object, exits: object = { done: "done" }) =>
  rowsOfAny("caller", { go: call("", untyped(callee), untyped(args), untyped(exits)) });

/** Calls itself: a program's own name is known to its patches, not to its body. */
const countdown = program("countdown", { ...ways, params: { n: value(range(0, 9)) }, recursion: 2 }, (_, { n }) => ({
  look: select("if (n == 0) return;", [[n.eq(0), "done"]], "work"),
  work: step("work();", otherwise.goto("again")),
  again: leave,
}));
export const recursive = variant(
  "recursive",
  "countdown calls itself",
  patch(countdown, ({ n }) => ({ again: call("countdown(n - 1);", countdown, { n: n.minus(1) }, { done: "done" }) })),
);
/** A script that begins a countdown. */
export const countingFrom = (n: number): LinkOptions =>
  running(
    program("script", ways, () => ({ begin: call("countdown(..);", countdown, { n }, { done: "done" }) })),
    { variants: [recursive] },
  );

const unread = program("unread", { ...ways, locals: { seen: bool } }, (_, __, { seen }) => ({
  first: step("if (flag)", when(k.flag).do(seen.set(true)).goto("second"), otherwise.goto("second")),
  second: step("if (seen)", when(seen).goto("done"), otherwise.goto("done")),
}));

/** Three pages that may be renamed, but for those that are named. */
const page = indexSet("page", { interchangeable: true });
const pages = state({ first: optional(id(page)), free: each(page, bool), owner: each(page, optional(id(page))) });
const onPages = (script: unknown, rest: Partial<LinkOptions> = {}): LinkOptions =>
  running(script, { roots: [pages], sizes: { page: 3 }, ...rest });
const home = constants({ home: id(page) });
const seen = ghosts({ once: bool });
const readsSeen = property("S", "", invariant(untyped(seen.once)));
const fixed = constants({ on: bool });
const many = state({ bits: each(slab, bool) });
const ordersPages = program("ordersPages", { ...ways, params: { x: value(id(page)) } }, (_, { x }) => ({
  look: step("if (x <= 1)", when((untyped(x) as Expr<number>).le(1)).goto("done")),
}));

export const mistakes: readonly Mistake[] = [
  {
    name: "a label that nothing goes to",
    options: running(rowsOfAny("p", { first: leave, orphan: leave })),
    problems: ['p, row "orphan": nothing goes there; remove it or add the goto'],
  },
  {
    name: "a label that only unreached rows go to",
    options: running(rowsOfAny("p", { first: leave, one: step("", otherwise.goto("two")), two: leave })),
    problems: ["one", "two"].map((label) => `p, row "${label}": nothing goes there; remove it or add the goto`),
  },
  {
    name: "a goto to nowhere",
    options: running(rowsOfAny("p", { first: step("", otherwise.goto("frist")), last: leave })),
    problems: [
      'p, row "first": it goes to "frist", which is neither a label (first, last) nor an exit (done)',
      'p, row "last": nothing goes there; remove it or add the goto',
      'p: no row leaves by the exit "done"; remove it or add the goto',
    ],
  },
  {
    name: "an exit that no row leaves by",
    options: running(rowsOfAny("p", { first: leave }, { exits: ["done", "busy"] })),
    problems: ['p: no row leaves by the exit "busy"; remove it or add the goto'],
  },
  {
    name: "a name that is a label and an exit",
    options: running(rowsOfAny("p", { first: leave, done: leave })),
    problems: ['p: "done" is both a label and an exit; rename one'],
  },
  {
    name: "a program without rows",
    options: running(rowsOfAny("p", {})),
    problems: ["p: it has no rows; a program needs at least an entry"],
  },
  {
    name: "an alternative after otherwise",
    options: running(
      rowsOfAny("p", { first: step("", when(k.flag).goto("done"), otherwise.goto("done"), when(k.flag).goto("done")) }),
    ),
    problems: ['p, row "first": an alternative after `otherwise` is never tried; put it before'],
  },
  {
    name: "an exit of the callee that leads nowhere",
    options: running(calling(fine, {}, {})),
    problems: [
      'caller: no row leaves by the exit "done"; remove it or add the goto',
      'caller, row "go": the exit "done" of fine leads nowhere; name a label for it',
    ],
  },
  {
    name: "a parameter without an argument",
    options: running(calling(takes, {})),
    problems: ['caller, row "go": the parameter "a" of takes has no argument'],
  },
  {
    name: "an argument that the callee has no parameter for",
    options: running(calling(takes, { a: true, b: untyped(k.flag) })),
    problems: ['caller, row "go": takes has no parameter "b" (it has: a)'],
  },
  {
    name: "an argument that reads shared state",
    options: running(calling(takes, { a: k.flag })),
    problems: [
      'caller, row "go": the argument "a" reads flag, which may change while takes runs; load it into a local in a step first',
    ],
  },
  {
    name: "a place whose index reads shared state",
    options: running(calling(touches, { a: k.flags.at(k.which) })),
    problems: [
      'caller, row "go": the argument "a" reads which, which may change while touches runs; load it into a local in a step first',
    ],
  },
  {
    name: "a result whose index reads shared state",
    options: running(calling(gives, { got: k.flags.at(k.which) })),
    problems: [
      'caller, row "go": the argument "got" reads which, which may change while gives runs; load it into a local in a step first',
    ],
  },
  {
    name: "a local that one way leaves unset",
    options: running(unread),
    problems: ['unread: the local "seen" may be read before it is set; set it on every way to the row that reads it'],
  },
  {
    name: "a ring of branches without a step",
    options: running(
      rowsOfAny("p", { a: select("", [[lit(true), "b"]], "done"), b: select("", [[lit(true), "a"]], "done") }),
    ),
    problems: ["p/a: a ring of calls and branches without a step"],
  },
  {
    name: "a ring of calls without a step",
    options: running(
      rowsOfAny("p", {
        begin: step("", when(k.flag).goto("done"), otherwise.goto("again")),
        again: call("stepless();", stepless, {}, { done: "once" }),
        once: call("stepless();", stepless, {}, { done: "again" }),
      }),
    ),
    problems: ["p/again: a ring of calls and branches without a step"],
  },
  {
    name: "a branch on what only a state can tell",
    options: running(rowsOfAny("p", { first: select("if (flag)", [[k.flag, "done"]], "done") })),
    problems: [
      "p/first: a branch that takes no step must be decided by the configuration or a literal argument; use a step",
    ],
  },
  {
    name: "a program that calls itself and says not how deep",
    options: running(fine, {
      variants: [
        variant(
          "v",
          "",
          patch(fine, () => ({ only: call("fine();", fine, {}, { done: "done" }) })),
        ),
      ],
    }),
    problems: [
      'fine, row "only": fine calls itself more than 0 deep; state a depth with "recursion", or break the ring',
    ],
  },
  {
    name: "recursion beyond its depth",
    options: countingFrom(3),
    problems: [
      'script/begin/again/again, row "again": countdown calls itself more than 2 deep; state a depth with "recursion", or break the ring',
    ],
  },
  {
    name: "two programs of one name",
    options: running(
      rowsOfAny("p", {
        one: call("", fine, {}, { done: "two" }),
        two: call(
          "",
          program("fine", ways, () => ({ only: leave })),
          {},
          { done: "done" },
        ),
      }),
    ),
    problems: ["fine: two programs have this name; rename one"],
  },
  {
    name: "a patch of a row that the program does not have",
    options: running(fine, {
      variants: [
        variant(
          "v",
          "",
          patch(fine, () => untyped({ onyl: leave })),
        ),
      ],
    }),
    problems: [
      'variant v: fine has no row "onyl" (it has: only); list it under "added" if it is new',
      'fine, row "onyl": nothing goes there; remove it or add the goto',
    ],
  },
  {
    name: "an added row that the program has",
    options: running(fine, {
      variants: [
        variant(
          "v",
          "",
          patch(fine, () => ({ only: leave }), { added: ["only"] }),
        ),
      ],
    }),
    problems: ['variant v: fine already has a row "only"; do not list it under "added"'],
  },
  {
    name: "a patch of a program that no script reaches",
    options: running(fine, {
      variants: [
        variant(
          "v",
          "",
          patch(takes, () => ({})),
        ),
      ],
    }),
    problems: ["variant v: it patches takes, which no script reaches; drop the patch or call the program"],
  },
  {
    name: "a property of a row that no script reaches",
    options: running(fine, {
      properties: [
        property(
          "P",
          "",
          whenever(takes, "look", ({ a }) => a),
        ),
      ],
    }),
    problems: ["property P is attached to nothing here (takes: look); drop it, or add a context that reaches it"],
  },
  {
    name: "fairness of a row that no script reaches",
    options: running(fine, {
      properties: [property("P", "", eventually(k.flag, { strong: rowsOf(takes, "look") }))],
    }),
    problems: [
      'property P: no row is in the region whose fairness it says ("strong"); drop it, or add a context that reaches it',
    ],
  },
  {
    name: "two fields of one name",
    options: running(fine, { roots: [k, state({ flag: bool })] }),
    problems: ['the field "flag" is declared twice (or reserved); rename one'],
  },
  {
    name: "a field with a name that is taken",
    options: running(fine, { roots: [state({ pc: bool, local: bool })] }),
    problems: ["pc", "local"].map((name) => `the field "${name}" is declared twice (or reserved); rename one`),
  },
  {
    name: "a range that holds nothing",
    options: running(fine, { roots: [state({ a: { kind: "struct", fields: { n: range(3, 1) } } })] }),
    problems: ["a.n: range(3, 1) holds nothing; the first bound must not exceed the second"],
  },
  {
    name: "an id of an empty set",
    options: running(fine, { sizes: { slab: 0 }, roots: [state({ s: id(slab) })] }),
    problems: ['s: the index set "slab" is empty; give it a size of at least 1, or make the cell optional'],
  },
  {
    name: "an initial value that does not fit",
    options: running(fine, { initially: [k.number.set(2)] }),
    problems: ["the initial state: out of range: number := 2 does not fit range(0, 1)"],
  },
  {
    name: "an initial value of an element that is not there",
    options: running(fine, { initially: [k.flags.at(element(context, 1)).set(true)] }),
    problems: ['the initial state: outside its set: flags[..] is asked for element 1 of "context"'],
  },
  {
    name: "two initial values of one cell",
    options: running(fine, { initially: [k.flag.set(true), k.flag.set(false)] }),
    problems: ["the initial state: written twice: flag has two values in one step"],
  },
  {
    name: "several mistakes in several programs",
    options: running(
      rowsOfAny("p", {
        first: call("", takes, untyped({ a: k.flag }), untyped({ done: "second" })),
        second: call("", rowsOfAny("q", { only: leave, orphan: leave }), {}, untyped({ done: "nowhere" })),
      }),
      {
        variants: [
          variant(
            "v",
            "",
            patch(touches, () => ({})),
          ),
        ],
      },
    ),
    problems: [
      "variant v: it patches touches, which no script reaches; drop the patch or call the program",
      'p, row "second": it goes to "nowhere", which is neither a label (first, second) nor an exit (done)',
      'p: no row leaves by the exit "done"; remove it or add the goto',
      'p, row "first": the argument "a" reads flag, which may change while takes runs; load it into a local in a step first',
      'q, row "orphan": nothing goes there; remove it or add the goto',
    ],
  },
  {
    name: "a cell of a group that is no root",
    options: { ...running(setsFlag), roots: [] },
    problems: ['setsFlag, row "set": the cell "flag" is in no root; add its group to "roots"'],
  },
  {
    name: "an initial value of a cell in no root",
    options: { ...running(fine, { initially: [k.flag.set(true)] }), roots: [] },
    problems: ['the cell "flag" is in no root; add its group to "roots"'],
  },
  {
    name: "a way that the row of a property never takes",
    options: running(twoRows, {
      properties: [
        property(
          "P",
          "",
          whenever(twoRows, "first", () => lit<boolean>(false), { to: "done" }),
        ),
      ],
    }),
    problems: ['property P: twoRows: first never goes to "done" (it goes to: second)'],
  },
  {
    name: "a local in a property of states",
    options: running(twoRows, { properties: [property("P", "", invariant(twoRows.scope.h))] }),
    problems: ["property P: locals and parameters exist only in rows; use `whenever`"],
  },
  {
    name: "self in a property of states",
    options: running(fine, { properties: [property("P", "", invariant(k.flags.at(fine.scope.self)))] }),
    problems: ['property P: "self" is nobody in a property of states; quantify over "context", or use `whenever`'],
  },
  {
    name: "a literal argument that does not fit its parameter",
    options: running(rowsOfAny("p", { only: call("", takesNumber, untyped({ n: 7 }), untyped({ done: "done" })) })),
    problems: ['p, row "only": the argument "n" is 7, which does not fit range(0, 3) of takesNumber'],
  },
  {
    name: "a local of a range that holds nothing",
    options: running(program("p", { ...ways, locals: { n: range(3, 1) } }, () => ({ only: leave }))),
    problems: ["p.n: range(3, 1) holds nothing; the first bound must not exceed the second"],
  },
  {
    name: "a set without a size",
    options: running(fine, { roots: [state({ s: id(slab) })] }),
    problems: ['the index set "slab" has no size; give one in "sizes"'],
  },
  {
    name: "a bound without a value",
    options: running(fine, { roots: [state({ n: range(0, bound("most")) })] }),
    problems: ['the bound "most" has no value; give one in "sizes"'],
  },
  {
    name: "a constant that does not fit",
    options: running(fine, { roots: [c], constants: [c.limit.set(2)] }),
    problems: ["the constants: out of range: limit := 2 does not fit range(0, 1)"],
  },
  {
    name: "two contexts and two properties of one name",
    options: running(fine, {
      contexts: [
        { name: "c", script: untyped(fine) },
        { name: "c", script: untyped(fine) },
      ],
      properties: [property("P", "", invariant(lit<boolean>(true))), property("P", "", invariant(lit<boolean>(true)))],
    }),
    problems: ['two contexts are named "c"; rename one', 'two properties are named "P"; rename one'],
  },
  {
    name: "a variant that removes a row that is not there",
    options: running(fine, {
      variants: [
        variant(
          "v",
          "",
          patch(fine, () => ({}), { removed: [untyped("misspelt")] }),
        ),
      ],
    }),
    problems: ['variant v: fine has no row "misspelt" (it has: only); do not list it under "removed"'],
  },
  {
    name: "a row that names an element that may be renamed",
    options: onPages(
      rowsOfAny("p", { first: step("", otherwise.do(pages.first.set(element(page, 1))).goto("done")) }),
      {
        named: { page: [0] },
      },
    ),
    problems: [
      'p, row "first": it names page1, and elements of "page" may be renamed; use `choose` or a quantifier, or list it in "named"',
    ],
  },
  {
    name: "a row that asks for the next element of those that may be renamed",
    options: onPages(
      rowsOfAny("p", {
        first: step(
          "",
          choose(page, (x) => when(next(page, x).isNull()).do(pages.first.set(x)).goto("done")),
        ),
      }),
    ),
    problems: [
      'p, row "first": it asks for the element after one of "page", whose elements may be renamed; use `choose`',
    ],
  },
  {
    name: "an argument whose callee orders elements that may be renamed",
    options: onPages(
      program("p", { ...ways, locals: { mine: id(page) } }, (_, __, { mine }) => ({
        first: step(
          "",
          choose(page, (x) => otherwise.do(mine.set(x)).goto("order")),
        ),
        order: call("", ordersPages, { x: mine }, { done: "done" }),
      })),
    ),
    problems: ['ordersPages, row "look": it orders elements of "page", which may be renamed; use `choose`'],
  },
  {
    name: "a scan that depends on where it begins",
    options: onPages(fine, {
      roots: [k, pages],
      properties: [property("P", "", invariant(exists(page, (x) => pages.free.at(pages.owner.at(x)))))],
    }),
    problems: [
      'property P: "exists" over "page" stops at the first that decides, and what it asks may have no value: the answer would depend on the order of elements that may be renamed; ask nothing there that may fail, or do not mark the set as interchangeable',
    ],
  },
  {
    name: "constants that tell elements apart",
    options: onPages(fine, { roots: [k, pages, home] }),
    problems: [
      'the constants: "home" tells elements of "page" apart, whose elements may be renamed; do not mark the set as interchangeable, or name those elements in "named"',
    ],
  },
  {
    name: "an order of contexts that nobody can keep",
    options: {
      ...running(fine),
      contexts: [
        { name: "first", script: untyped(fine) },
        { name: "round", script: untyped(forEver) },
        { name: "shy", script: untyped(mayStay) },
        { name: "empty", script: untyped(stepless) },
      ],
      after: { first: ["round", "shy", "lost"], shy: ["round"], empty: ["first"], nobody: ["first"] },
    },
    problems: [
      'the model makes no context "lost", which the order of contexts names; drop "after"',
      '"round" never ends, so "shy" would never begin; name another context in "after"',
      '"empty" has no row to begin at, so it cannot come after anybody; drop "after"',
      'the model makes no context "nobody", which the order of contexts names; drop "after"',
    ],
  },
  {
    name: "a context that would be left unfinished, since it comes after one that may stop",
    options: {
      ...running(fine),
      contexts: [
        { name: "first", script: untyped(fine) },
        { name: "shy", script: untyped(mayStay) },
      ],
      after: { first: ["shy"] },
    },
    problems: [
      '"shy" may stop before its end, and then "first" would be unfinished for ever; let it stop as well where it begins (mayStop)',
    ],
  },
  {
    name: "a row that reads a ghost",
    options: running(rowsOfAny("p", { first: step("", when(seen.once).goto("done")) }), { roots: [k, seen] }),
    problems: ['p, row "first": it uses the ghost "once", which is there for properties only; declare it with `state`'],
  },
  {
    name: "a row that sets a ghost",
    options: running(rowsOfAny("p", { first: step("", otherwise.do(seen.once.set(true)).goto("done")) }), {
      roots: [k, seen],
    }),
    problems: ['p, row "first": it uses the ghost "once", which is there for properties only; declare it with `state`'],
  },
  {
    name: "a condition to run that reads a ghost",
    options: running(fine, { roots: [k, seen], mayRun: () => seen.once, properties: [readsSeen] }),
    problems: ['"mayRun" reads the ghost "once", which is there for properties only; declare it with `state`'],
  },
  {
    name: "a property that changes what it looks at",
    options: running(fine, {
      properties: [
        property(
          "P",
          "",
          track(fine, "only", () => k.flag.set(true)),
        ),
      ],
    }),
    problems: [
      'property P: it sets "flag", which is no ghost: a property must not change what it looks at; declare it with `ghosts`',
    ],
  },
  {
    name: "a row that sets a constant",
    options: running(rowsOfAny("p", { first: step("", otherwise.do(c.limit.set(1)).goto("done")) }), { roots: [k, c] }),
    problems: ['p, row "first": it sets the constant "limit", which a configuration fixes; declare it with `state`'],
  },
  {
    name: "a callee that sets a constant that it is given",
    options: running(calling(touches, { a: fixed.on }), { roots: [k, fixed] }),
    problems: ['touches, row "set": it sets the constant "on", which a configuration fixes; declare it with `state`'],
  },
  {
    name: "a constant that is set as a cell",
    options: running(fine, { roots: [k, c], initially: [c.limit.set(1)] }),
    problems: ['"initially" sets the constant "limit"; set it in "constants"'],
  },
  {
    name: "a cell that is set as a constant",
    options: running(fine, { constants: [k.number.set(1)] }),
    problems: ['"constants" sets "number", which is no constant; set it in "initially"'],
  },
  {
    name: "a constant that depends on the state",
    options: running(fine, { roots: [k, c], constants: [c.limit.set(k.number)] }),
    problems: ['"constants" reads "number", and there is no state yet; use constants and literals'],
  },
  {
    name: "a range that has too many values",
    options: running(fine, { roots: [state({ wide: range(0, 2 ** 31) })] }),
    problems: ["wide: range(0, 2147483648) has 2147483649 values; a cell may have 1048576: take the few that matter"],
  },
  {
    name: "a range that is too far away",
    options: running(fine, { roots: [state({ far: optional(range(2 ** 30, 2 ** 30 + 1)) })] }),
    problems: ["far: range(1073741824, 1073741825) leaves the numbers that are computed with; stay below 536870912"],
  },
  {
    name: "a bound that is no whole number",
    options: running(fine, { roots: [state({ half: range(0, bound("top")) })], sizes: { top: 0.5 } }),
    problems: ['"sizes": "top" is 0.5; a size and a bound are whole numbers below 536870912'],
  },
  {
    name: "a set of less than nothing",
    options: running(fine, { roots: [state({ less: each(slab, bool) })], sizes: { slab: -1 } }),
    problems: ['less: the index set "slab" has the size -1; give it one of at least 0'],
  },
  {
    name: "a set that is too large",
    options: running(fine, { roots: [state({ many: optional(id(slab)) })], sizes: { slab: 2 ** 22 } }),
    problems: ['many: the index set "slab" has 4194304 elements; at most 1048576'],
  },
  {
    name: "too many cells",
    options: running(fine, { roots: [state({ grid: each(slab, each(slab, bool)) })], sizes: { slab: 2000 } }),
    problems: ["grid: 4000000 cells are too many; at most 1048576"],
  },
  {
    name: "a division by nothing",
    options: running(rowsOfAny("p", { first: step("", when(k.number.mod(bound("slots")).eq(0)).goto("done")) }), {
      sizes: { slots: 0 },
    }),
    problems: ["mod(slots) divides by 0; divide by a positive number"],
  },
  {
    name: "too many states to begin in",
    options: running(fine, { roots: [k, many], sizes: { slab: 17 }, initially: [anyValue(many.bits)] }),
    problems: ["the initial state: there are more than 65536; let fewer cells begin with any value"],
  },
  {
    name: "no state to begin in",
    options: running(fine, { initially: [anyValue(k.flag)], startsIf: lit(false) }),
    problems: ["the initial state: none satisfies `startsIf`; ask for less"],
  },
  {
    name: "a constant with any value",
    options: running(fine, { roots: [k, c], constants: [anyValue(c.limit)] }),
    problems: ['"constants" gives "limit" any value; a constant has one: set it'],
  },
  {
    name: "a root that is none",
    options: running(fine, { roots: [k, untyped(k.flag)] }),
    problems: ['"roots": number 1 is no group of cells; list what state(..), ghosts(..) or constants(..) gave'],
  },
  {
    name: "a context without a script",
    options: running(undefined),
    problems: ['the context "c" has no script; give it a program'],
  },
];
