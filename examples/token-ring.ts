/**
 * Dijkstra's token ring (CACM 17(11), 1974), which mends itself: whatever its machines hold at first, in the end one of
 * them is privileged at a time. Runs begin in every state that there is.
 */
import {
  alwaysPossible,
  anyValue,
  bound,
  constants,
  context,
  count,
  type Expr,
  each,
  element,
  type Id,
  id,
  invariant,
  ite,
  program,
  property,
  range,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const memory = state({ holds: each(context, range(0, bound("greatest"))) });
const ring = constants({ before: each(context, id(context)) });
const { holds } = memory;

const isFirst = (machine: Expr<Id<"context">>): Expr<boolean> => machine.eq(element(context, 0));

/** The first moves where it holds what the last one does, any other where it does not hold what the one before it does. */
const isPrivileged = (machine: Expr<Id<"context">>): Expr<boolean> => {
  const [own, other] = [holds.at(machine), holds.at(ring.before.at(machine))];
  return ite(isFirst(machine), own.eq(other), own.ne(other));
};

const machine = program("machine", { exits: [] }, (self) => {
  const other = holds.at(ring.before.at(self));
  return {
    move: step(
      "if (privileged) holds = first ? (holds + 1) % K : before->holds;",
      when(isPrivileged(self))
        .do(holds.at(self).set(ite(isFirst(self), other.plus(1).mod(bound("values")), other)))
        .goto("move"),
    ),
  };
});

const privileged = count(context, isPrivileged);

export default defineModel({
  name: "token-ring",
  title: "a token ring that mends itself",
  parameters: {
    machines: { about: "how many machines there are", type: "integer", default: 4, min: 2, max: 6 },
    values: { about: "how many values a machine may hold", type: "integer", default: 4, min: 2, max: 6 },
  },
  properties: {
    someone: property("someone", "a machine is always privileged", invariant(privileged.ge(1))),
    mends: property("mends", "that only one is privileged stays possible", alwaysPossible(privileged.eq(1))),
    oneFromTheStart: property("oneFromTheStart", "never are two machines privileged", invariant(privileged.le(1))),
  },
  build: ({ configuration }) => {
    const { machines, values } = configuration as { readonly machines: number; readonly values: number };
    const all = Array.from({ length: machines }, (_, i) => i);
    return {
      sizes: { values, greatest: values - 1 },
      roots: [memory, ring],
      constants: all.map((i) =>
        ring.before.at(element(context, i)).set(element(context, (i + machines - 1) % machines)),
      ),
      initially: [anyValue(holds)],
      contexts: all.map((i) => ({ name: `m${i}`, script: machine })),
    };
  },
});
