/**
 * N interchangeable bits, and a context that sets one that is not set, N times. 2^N states; with symmetry, where only how
 * many are set matters, N + 1.
 */
import {
  atRest,
  bool,
  choose,
  each,
  forAll,
  indexSet,
  not,
  program,
  property,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const bit = indexSet("bit", { interchangeable: true });
const memory = state({ isSet: each(bit, bool) });

const setter = program("setter", { exits: [] }, () => ({
  set: step(
    "set_bit(some bit that is not set);",
    { serves: true },
    choose(bit, (b) =>
      when(not(memory.isSet.at(b)))
        .do(memory.isSet.at(b).set(true))
        .goto("set"),
    ),
  ),
}));

const allSet = property("allSet", "at rest every bit is set", atRest(forAll(bit, (b) => memory.isSet.at(b))));

export default defineModel({
  name: "twins",
  title: "interchangeable bits",
  parameters: { bits: { about: "how many there are", type: "integer", default: 8, min: 1, max: 20 } },
  properties: { allSet },
  build: ({ configuration }) => ({
    sizes: { bit: configuration.bits as number },
    roots: [memory],
    contexts: [{ name: "setter", script: setter }],
  }),
});
