/**
 * The calls that a script may make. A model brings a table of operations along, a line each; what a spec may write,
 * what is refused, and the rows of a script come from it.
 */
import {
  type AnyLeaf,
  type Assign,
  bool,
  type Choice,
  call,
  type Expr,
  type Id,
  otherwise,
  type Program,
  program,
  type Row,
  range,
  step,
  value,
} from "../../checker/language/index.ts";
import type { ContextSpec, Question } from "../../checker/spec/model.ts";
import type { ContextKind } from "../machine/config.ts";

/** Labels of a script are made from numbers, which types do not follow; `link` checks every goto. */
export type Rows = Readonly<Record<string, Row<string>>>;
/** Locals of a script by name; each call knows the shapes of its own. */
export type Locals = Readonly<Record<string, unknown>>;

/** Where a call stands in its script: the first is number 1. */
export interface Place {
  readonly n: number;
  /** The label where the call begins, and the label that it goes to when it is done. */
  readonly begin: string;
  readonly back: string;
  /** The locals of the script, by the names that `locals` of its calls give. */
  readonly locals: Locals;
  /** In a script "any": where what callers have is kept. */
  readonly pool?: Pool;
}

/** The pool that a context gives to and frees from, `any.ts`; and whether it is kept which call gave what. */
export interface Pool {
  readonly id: Expr<Id<"pool">>;
  readonly origins: boolean;
}

/** Where a line is asked for. `earlier` is another call of the script by its number; null where there is none. */
export interface Asked {
  readonly question: Question;
  readonly context: ContextSpec;
  readonly line: string;
  readonly n: number;
  readonly earlier: (n: number) => Call | null;
}

/** What is wrong, and how to mend it. */
export type Wrong = readonly [what: string, mend: string];

/** A line that has been read. */
export interface Call {
  readonly operation: string;
  /** Locals that its rows need; calls of one script share those of one name. */
  readonly locals?: Readonly<Record<string, AnyLeaf>>;
  readonly rows: (at: Place) => Rows;
  /** Arguments of `returned` beyond those of the machine. */
  readonly returned?: (locals: Locals) => Readonly<Record<string, unknown>>;
  /** Of a call that gives something: the exit of `returned` by which it gave nothing. Its exits say what calls gave. */
  readonly inVain?: string;
  /** In a script "any", where it cannot always be made: its ways to begin, one for each thing that it may take. */
  readonly choice?: (at: Place) => Choice<string>;
  /** It takes only what a certain call gave, so that this is kept. */
  readonly asksOrigin?: true;
  /** In a script "any": the exit of `returned` by which it gave something, and what is then done with that. */
  readonly keeps?: { readonly exit: string; readonly does: (at: Place) => readonly Assign[] };
  readonly problems?: (asked: Asked) => readonly Wrong[];
  /** What the model wants to know of it. */
  readonly data?: unknown;
}

export interface Operation {
  readonly about: string;
  /** How a line is written, its name first: "kmalloc A". */
  readonly form: string;
  /** The kinds of context that may make it, and what is said to others; what mends it. Default: all. */
  readonly only?: { readonly kinds: readonly ContextKind[]; readonly what: string; readonly mend: string };
  /** Whether it may sleep, so that a caller with interrupts or preemption off must not make it. Default: never. */
  readonly sleeps?: "always" | "preemptRt";
  /** What to use instead where it must not be made. */
  readonly instead?: string;
  /** The lines of a script "any" that does not say which calls. Default: none, it has to be listed. */
  readonly anyLines?: (question: Question) => readonly string[];
  /** Why nobody may make it again and again, so that it stands in no script "any". */
  readonly once?: string;
  /** Where it begins: a hook that fires anywhere fires in these programs and in all that they call. */
  readonly programs: readonly Program[];
  /** Reads the words after the name; null where they have another form. */
  readonly read: (words: readonly string[], n: number) => Omit<Call, "operation"> | null;
}

export type Operations = Readonly<Record<string, Operation>>;

type NoParams = Readonly<Record<never, never>>;

/** For `programs` of an operation. */
export const begins = (...programs: readonly unknown[]): readonly Program[] => programs as readonly Program[];

/** A call of a program without parameters, as it stands in the C: a line of one word. */
export function plainCall(
  name: string,
  about: string,
  callee: Program<NoParams, object, "done", string>,
  more: Partial<Operation> = {},
): Operation {
  return {
    about,
    form: name,
    programs: begins(callee),
    read: (words) =>
      words.length > 0
        ? null
        : { rows: ({ begin, back }) => ({ [begin]: call(`${name}();`, callee, {}, { done: back }) }) },
    ...more,
  };
}

/** Reads a line of a script; null where it has no known form. */
export function readCall(operations: Operations, line: string, n: number): Call | null {
  const [name = "", ...words] = line.split(" ");
  const found = Object.hasOwn(operations, name) ? operations[name]?.read(words, n) : null;
  return found ? { operation: name, ...found } : null;
}

/** Interrupt state, preempt_count and migrate_disable() as a call must leave them. */
export const LEFT_AS_FOUND = { irqs: value(bool), preempt: value(range(0, 7)), migrate: value(range(0, 15)) };

export type Returned = Program<typeof LEFT_AS_FOUND, object, string, "check">;

/** Where each call of a script has returned: properties look there whether all is as it was. */
export const returned = program("(returned)", { exits: ["done"], params: LEFT_AS_FOUND }, () => ({
  check: step("(model) the call has returned", otherwise.goto("done")),
}));

/** How a script found its CPU when it began. */
export interface Found {
  readonly irqs: Expr<boolean> | boolean;
  readonly preempt: Expr<number> | number;
  readonly migrate: Expr<number> | number;
}

/** A line of a script as a report names it: with its number, where it stands there twice. */
export const nameOf = (lines: readonly string[], i: number): string =>
  `${lines[i]}${lines.filter((line) => line === lines[i]).length > 1 ? ` (call ${i + 1})` : ""}`;

/** The rows of the calls of a script, from `call1` on; the last goes to `end`. */
export function callRows(
  calls: readonly Call[],
  locals: Locals,
  found: Found,
  options: {
    readonly mayStop: boolean;
    readonly end: string;
    readonly returned: Returned;
    /** The lines of the script. */
    readonly lines: readonly string[];
  },
): Rows {
  const rows: Record<string, Row<string>> = {};
  for (const [i, one] of calls.entries()) {
    const n = i + 1;
    const back = `back${n}`;
    const begin = options.mayStop ? `do${n}` : `call${n}`;
    if (options.mayStop) rows[`call${n}`] = step(`(model) call ${n}`, { mayStop: true }, otherwise.goto(begin));
    Object.assign(rows, one.rows({ n, begin, back, locals }));
    const next = n < calls.length ? `call${n + 1}` : options.end;
    rows[back] = call(
      "(model) return",
      options.returned,
      { ...found, ...one.returned?.(locals) },
      Object.fromEntries(options.returned.exits.map((exit) => [exit, next])),
      one.inVain === undefined ? {} : { returns: { of: nameOf(options.lines, i), inVain: one.inVain } },
    );
  }
  return rows;
}
