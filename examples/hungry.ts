/** The dining philosophers (`philosophers.ts`), always hungry: does each of them eat in the end? */
import {
  anyOf,
  context,
  element,
  exists,
  leadsTo,
  not,
  property,
  rowsOf,
  standsIn,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";
import philosophers, { philosopher } from "./philosophers.ts";

const first = element(context, 0);
const hungry = anyOf(rowsOf(philosopher, "think"), rowsOf(philosopher, "takeSecond"));
const eating = rowsOf(philosopher, "eat");
const somebody = exists(context, (c) => standsIn(c, eating));

const firstEats = property(
  "firstEats",
  "the first philosopher eats when he is hungry",
  leadsTo(standsIn(first, hungry), standsIn(first, eating)),
);
const firstEatsIfStrong = property(
  "firstEatsIfStrong",
  "he does, if who can take a fork again and again takes it",
  leadsTo(standsIn(first, hungry), standsIn(first, eating), { strong: hungry }),
);
const somebodyEats = property(
  "somebodyEats",
  "where nobody eats, somebody does in the end",
  leadsTo(not(somebody), somebody),
);

export default defineModel({
  name: "hungry",
  title: "hungry philosophers",
  parameters: philosophers.parameters,
  properties: { firstEats, firstEatsIfStrong, somebodyEats },
  build: philosophers.build,
});
