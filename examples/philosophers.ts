/**
 * The dining philosophers: each takes the fork on the left, then the one on the right, eats, and puts both down. They
 * deadlock. Let one of them be left-handed (he takes the right fork first), and they do not.
 */
import {
  and,
  constants,
  context,
  each,
  element,
  id,
  indexSet,
  optional,
  otherwise,
  program,
  property,
  state,
  step,
  when,
  whenever,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const fork = indexSet("fork");

/** Where everybody sits, and which fork he takes first. */
const seat = constants({ first: each(context, id(fork)), second: each(context, id(fork)) });
const table = state({ heldBy: each(fork, optional(id(context))) });

export const philosopher = program("philosopher", { exits: [] }, (self) => {
  const first = table.heldBy.at(seat.first.at(self));
  const second = table.heldBy.at(seat.second.at(self));
  return {
    think: step("take the first fork when it is free", when(first.isNull()).do(first.set(self)).goto("takeSecond")),
    takeSecond: step("take the second fork when it is free", when(second.isNull()).do(second.set(self)).goto("eat")),
    eat: step("eat, and put both down", otherwise.do(first.set(null), second.set(null)).goto("think")),
  };
});

const eatsWithBothForks = property(
  "eatsWithBothForks",
  "whoever eats holds both forks",
  whenever(philosopher, "eat", ({ self }) =>
    and(table.heldBy.at(seat.first.at(self)).eq(self), table.heldBy.at(seat.second.at(self)).eq(self)),
  ),
);

export default defineModel({
  name: "philosophers",
  title: "the dining philosophers",
  parameters: {
    philosophers: { about: "how many sit at the table", type: "integer", default: 3, min: 2, max: 10 },
    leftHanded: { about: "whether the first of them takes the right fork first", type: "boolean", default: false },
  },
  properties: { eatsWithBothForks },
  build: ({ configuration }) => {
    const seats = Array.from({ length: configuration.philosophers as number }, (_, i) => i);
    return {
      sizes: { fork: seats.length },
      roots: [seat, table],
      constants: seats.map((i) => {
        const left = element(fork, i);
        const right = element(fork, (i + 1) % seats.length);
        const [first, second] = i === 0 && configuration.leftHanded ? [right, left] : [left, right];
        return [seat.first.at(element(context, i)).set(first), seat.second.at(element(context, i)).set(second)];
      }),
      contexts: seats.map((i) => ({ name: `philosopher${i}`, script: philosopher })),
    };
  },
});
