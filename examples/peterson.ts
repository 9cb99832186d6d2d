/**
 * Peterson's lock for N processes (the filter lock): a process climbs N - 1 levels, and at each the last to come waits
 * while somebody else is at that level or above.
 *
 * One access to shared memory a step, but for the wait, which looks at all flags at once.
 */
import {
  and,
  chain,
  context,
  type Expr,
  each,
  element,
  exists,
  forAll,
  type Id,
  id,
  implies,
  indexSet,
  invariant,
  next,
  not,
  optional,
  or,
  otherwise,
  program,
  property,
  rowsOf,
  sometimes,
  standsIn,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const level = indexSet("level");

const memory = state({
  /** The level that a process is at or wants to reach; null: none. */
  flag: each(context, optional(id(level))),
  /** Who came last to a level. */
  turn: each(level, optional(id(context))),
});

/** Whether a flag shows a level or one above it. */
const atLeast = (flag: Expr<Id<"level"> | null>, l: Expr<Id<"level">>): Expr<boolean> =>
  chain(level, l, (x) => next(level, x)).has(flag);

export const peterson = program("peterson", { exits: [], locals: { l: id(level) } }, (self, _, { l }) => {
  const { flag, turn } = memory;
  const othersAtLeast = exists(context, (k) => and(k.ne(self), atLeast(flag.at(k), l)));
  const free = or(not(othersAtLeast), turn.at(l).ne(self));
  const above = next(level, l);
  return {
    start: step("for (l = 1; l < N; l++) {", otherwise.do(l.set(element(level, 0))).goto("raise")),
    raise: step("flag[self] = l;", otherwise.do(flag.at(self).set(l)).goto("come")),
    come: step("turn[l] = self;", otherwise.do(turn.at(l).set(self)).goto("wait")),
    wait: step(
      "while (turn[l] == self && (exists k != self: flag[k] >= l)) ; }",
      when(and(free, above.notNull())).do(l.set(above.known())).goto("raise"),
      when(free).goto("critical"),
    ),
    critical: step("flag[self] = 0;", otherwise.do(flag.at(self).set(null)).goto("start")),
  };
});

const critical = (who: Expr<Id<"context">>) => standsIn(who, rowsOf(peterson, "critical"));

const mutualExclusion = property(
  "mutualExclusion",
  "no two processes are in the critical section",
  invariant(forAll(context, (a) => forAll(context, (b) => implies(and(critical(a), critical(b)), a.eq(b))))),
);

const contended = property(
  "contended",
  "at some time all processes wait but one, which is in the critical section",
  sometimes(
    exists(context, (a) =>
      and(
        critical(a),
        forAll(context, (b) => or(a.eq(b), standsIn(b, rowsOf(peterson, "wait")))),
      ),
    ),
  ),
);

export default defineModel({
  name: "peterson",
  title: "Peterson's filter lock",
  notModelled: ["a process that waits looks at all flags in one step"],
  parameters: { processes: { about: "how many processes there are", type: "integer", default: 3, min: 2, max: 5 } },
  properties: { mutualExclusion, contended },
  build: ({ configuration }) => {
    const processes = configuration.processes as number;
    return {
      sizes: { level: processes - 1 },
      roots: [memory],
      contexts: Array.from({ length: processes }, (_, i) => ({ name: `p${i}`, script: peterson })),
    };
  },
});
