/**
 * N contexts that each take one step, on a bit of their own. 2^N states; with partial order, where one after the other
 * is followed, N + 1.
 */
import {
  atRest,
  bool,
  context,
  each,
  forAll,
  otherwise,
  program,
  property,
  state,
  step,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const memory = state({ bit: each(context, bool) });

const setter = program("setter", { exits: ["done"] }, (self) => ({
  set: step("bit = true;", otherwise.do(memory.bit.at(self).set(true)).goto("done")),
}));

const allSet = property("allSet", "at rest every bit is set", atRest(forAll(context, (c) => memory.bit.at(c))));

export default defineModel({
  name: "once",
  title: "contexts of one step",
  parameters: { contexts: { about: "how many there are", type: "integer", default: 10, min: 1, max: 20 } },
  properties: { allSet },
  build: ({ configuration }) => ({
    roots: [memory],
    contexts: Array.from({ length: configuration.contexts as number }, (_, i) => ({ name: `c${i}`, script: setter })),
  }),
});
