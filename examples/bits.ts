/** N bits, each flipped for ever by a context of its own: the smallest model there is. It has 2^N states. */
import {
  bool,
  context,
  each,
  forAll,
  not,
  otherwise,
  program,
  property,
  sometimes,
  state,
  step,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const memory = state({ bit: each(context, bool) });

const flipper = program("flipper", { exits: [] }, (self) => {
  const bit = memory.bit.at(self);
  return { flip: step("bit = !bit;", otherwise.do(bit.set(not(bit))).goto("flip")) };
});

const allSet = property("allSet", "at some time every bit is set", sometimes(forAll(context, (c) => memory.bit.at(c))));

export default defineModel({
  name: "bits",
  title: "independent bits",
  parameters: { bits: { about: "how many bits there are", type: "integer", default: 3, min: 1, max: 16 } },
  properties: { allSet },
  build: ({ configuration }) => ({
    roots: [memory],
    contexts: Array.from({ length: configuration.bits as number }, (_, i) => ({ name: `bit${i}`, script: flipper })),
  }),
});
