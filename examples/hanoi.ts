/**
 * The towers of Hanoi: 3^N states. Claim that the tower never arrives, and the counterexample is the solution.
 * Shows nested `choose`: every disc and every peg is tried.
 */
import {
  and,
  chain,
  choose,
  type Expr,
  each,
  element,
  exists,
  forAll,
  type Id,
  id,
  indexSet,
  invariant,
  next,
  not,
  or,
  program,
  property,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

/** The largest disc comes first. */
const disc = indexSet("disc");
const peg = indexSet("peg");

const board = state({ at: each(disc, id(peg)) });

/** The discs after a disc are the smaller ones. */
const smaller = (than: Expr<Id<"disc">>, other: Expr<Id<"disc">>): Expr<boolean> =>
  chain(disc, next(disc, than), (d) => next(disc, d)).has(other);

const player = program("player", { exits: [] }, () => ({
  move: step(
    "move the topmost disc of one peg onto another, never onto a smaller disc",
    choose(disc, (d) =>
      choose(peg, (to) => {
        const from = board.at.at(d);
        const inTheWay = (other: Expr<Id<"disc">>) =>
          and(smaller(d, other), or(board.at.at(other).eq(from), board.at.at(other).eq(to)));
        return when(and(to.ne(from), not(exists(disc, inTheWay))))
          .do(from.set(to))
          .goto("move");
      }),
    ),
  ),
}));

const neverSolved = property(
  "neverSolved",
  "the whole tower never stands on the last peg",
  invariant(not(forAll(disc, (d) => board.at.at(d).eq(element(peg, 2))))),
);

export default defineModel({
  name: "hanoi",
  title: "the towers of Hanoi with three pegs",
  parameters: { discs: { about: "how many discs there are", type: "integer", default: 3, min: 1, max: 10 } },
  properties: { neverSolved },
  build: ({ configuration }) => ({
    sizes: { disc: configuration.discs as number, peg: 3 },
    names: { peg: ["left", "middle", "right"] },
    roots: [board],
    contexts: [{ name: "player", script: player }],
  }),
});
