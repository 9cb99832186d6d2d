/** N counters, each raised from 0 to a limit by a context of its own: (limit + 1)^N states. */
import {
  bound,
  constants,
  context,
  each,
  program,
  property,
  range,
  state,
  step,
  when,
  whenever,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const LARGEST = 100;

const fixed = constants({ limit: range(0, LARGEST) });
const memory = state({ count: each(context, range(0, bound("limit"))) });

/** Stops at the limit: a row that waits with `mayStop` is a good end of a script. */
const counter = program("counter", { exits: [] }, (self) => {
  const count = memory.count.at(self);
  return {
    raise: step(
      "count++;",
      { mayStop: true },
      when(count.lt(fixed.limit))
        .do(count.set(count.plus(1)))
        .goto("raise"),
    ),
  };
});

const stopAtTheLimit = property(
  "stopAtTheLimit",
  "a counter that can go no further stands at the limit",
  whenever(counter, "raise", ({ self }) => memory.count.at(self).eq(fixed.limit), { to: "(waits)" }),
);

export default defineModel({
  name: "counters",
  title: "independent counters",
  parameters: {
    counters: { about: "how many counters there are", type: "integer", default: 4, min: 1, max: 10 },
    limit: { about: "where each counter stops", type: "integer", default: 3, min: 1, max: LARGEST },
  },
  properties: { stopAtTheLimit },
  build: ({ configuration }) => ({
    sizes: { limit: configuration.limit as number },
    roots: [fixed, memory],
    constants: [fixed.limit.set(configuration.limit as number)],
    contexts: Array.from({ length: configuration.counters as number }, (_, i) => ({ name: `c${i}`, script: counter })),
  }),
});
