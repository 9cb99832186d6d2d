/**
 * The most general client: a context that makes any of some calls, any number of times, in any order, and stops when it
 * likes. A task chooses its next call between two; a frame, and a task that has something turned off, makes one call and
 * goes, and comes again. So no state counts calls, and a spec with such contexts is about all scripts of these calls.
 */
import {
  type Choice,
  call,
  type Expr,
  either,
  element,
  type Id,
  indexSet,
  otherwise,
  type Row,
  step,
} from "../../checker/language/index.ts";
import type { ContextSpec } from "../../checker/spec/model.ts";
import {
  type Call,
  type Found,
  type Locals,
  nameOf,
  type Place,
  type Pool,
  type Returned,
  type Rows,
} from "./calls.ts";

/** Where what callers have got is kept: one pool that contexts share, and one for each that frees its own only. */
export const pool = indexSet("pool");

type Contexts = readonly Pick<ContextSpec, "any">[];

const owners = (contexts: Contexts): readonly Contexts[number][] => contexts.filter(({ any }) => any?.own === true);
const sharing = (contexts: Contexts): number => (contexts.some(({ any }) => any?.own === false) ? 1 : 0);

/** How many pools there are. Number 0 is the shared one, where any context has it. */
export const poolsOf = (contexts: Contexts): number => sharing(contexts) + owners(contexts).length;

/** Whether there is one that all share: what callers have at the start is there. */
export const isShared = (contexts: Contexts): boolean => sharing(contexts) > 0;

/** The pool of a context whose script is "any". */
export const poolOf = (one: Contexts[number], contexts: Contexts): Expr<Id<"pool">> =>
  element(pool, one.any?.own ? sharing(contexts) + owners(contexts).indexOf(one) : 0);

/** The row where it chooses, from which every call leads to `end`; frames may find nothing to call, and go there too. */
export function anyRows(
  calls: readonly Call[],
  locals: Locals,
  found: Found,
  options: {
    readonly pool: Pool;
    readonly mayStop: boolean;
    readonly end: string;
    readonly returned: Returned;
    readonly lines: readonly string[];
  },
): Rows {
  const { returned, end, lines } = options;
  const rows: Record<string, Row<string>> = {};
  const choices: Choice<string>[] = [];
  for (const [i, one] of calls.entries()) {
    const n = i + 1;
    const at: Place = { n, begin: `do${n}`, back: `back${n}`, locals, pool: options.pool };
    choices.push(one.choice ? one.choice(at) : otherwise.goto(at.begin));
    Object.assign(rows, one.rows(at));
    const { keeps } = one;
    const keep = `keep${n}`;
    rows[at.back] = call(
      "(model) return",
      returned,
      { ...found, ...one.returned?.(locals) },
      Object.fromEntries(returned.exits.map((exit) => [exit, exit === keeps?.exit ? keep : end])),
      one.inVain === undefined ? {} : { returns: { of: nameOf(lines, i), inVain: one.inVain } },
    );
    if (keeps)
      rows[keep] = step("(model) it is one of those that callers have", otherwise.do(keeps.does(at)).goto(end));
  }
  // Who may choose nothing else, and finds nothing to free, would stand there for ever.
  const mayFindNothing = !options.mayStop && calls.every(({ choice }) => choice !== undefined);
  const first = step(
    "(model) any call",
    { mayStop: options.mayStop },
    either(...choices),
    ...(mayFindNothing ? [otherwise.goto(end)] : []),
  );
  return { call1: first, ...rows };
}
