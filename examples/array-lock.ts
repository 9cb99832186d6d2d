/**
 * Anderson's array lock. Tickets wrap around: a process draws the next slot of a ring, waits until its own slot says
 * that it may enter, and in the end passes that on to the slot after it. With fewer slots than processes two draw one.
 */
import {
  bool,
  bound,
  context,
  count,
  each,
  invariant,
  otherwise,
  program,
  property,
  range,
  rowsOf,
  sometimes,
  standsIn,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const SLOTS = bound("slots");
const slot = range(0, bound("last"));
const memory = state({ next: slot, mayEnter: each(slot, bool) });
const { next, mayEnter } = memory;

const user = program("user", { exits: [], locals: { mine: slot } }, (_, __, { mine }) => ({
  draw: step(
    "mine = fetch_add(&next, 1) % SLOTS;",
    otherwise.do(mine.set(next), next.set(next.plus(1).mod(SLOTS))).goto("spin"),
  ),
  spin: step("while (!may_enter[mine]) ;", when(mayEnter.at(mine)).goto("critical")),
  critical: step("/* critical section */", otherwise.goto("clear")),
  clear: step("may_enter[mine] = false;", otherwise.do(mayEnter.at(mine).set(false)).goto("pass")),
  pass: step(
    "may_enter[(mine + 1) % SLOTS] = true;",
    otherwise.do(mayEnter.at(mine.plus(1).mod(SLOTS)).set(true)).goto("draw"),
  ),
}));

const standing = (...rows: Parameters<typeof rowsOf<keyof typeof user.rows>>[1][]) =>
  count(context, (c) => standsIn(c, rowsOf(user, ...rows)));

const mutualExclusion = property(
  "mutualExclusion",
  "at most one process is in the critical section",
  invariant(standing("critical").le(1)),
);
const contended = property("contended", "at some time two processes wait", sometimes(standing("spin").ge(2)));

export default defineModel({
  name: "array-lock",
  title: "an array lock",
  parameters: {
    processes: { about: "how many processes there are", type: "integer", default: 3, min: 1, max: 6 },
    slots: { about: "how many slots the ring has", type: "integer", default: 4, min: 1, max: 8 },
  },
  properties: { mutualExclusion, contended },
  build: ({ configuration }) => {
    const { processes, slots } = configuration as { readonly processes: number; readonly slots: number };
    return {
      sizes: { slots, last: slots - 1 },
      roots: [memory],
      contexts: Array.from({ length: processes }, (_, i) => ({ name: `p${i}`, script: user })),
      initially: [mayEnter.at(0).set(true)],
    };
  },
});
