/** The language of models: everything that a model file imports. `docs/language.md` teaches it. */
export * from "./expressions.ts";
export type { Fairness } from "./fairness.ts";
export { LinkError } from "./link-error.ts";
export type { LinkOptions } from "./link-options.ts";
export { AuthorError } from "./mistakes.ts";
export type { Assign, Region } from "./nodes.ts";
export {
  anyValue,
  constants,
  type EachPlace,
  ghosts,
  type LeafPlace,
  type Place,
  type Root,
  setEach,
  state,
} from "./places.ts";
export {
  type Choice,
  call,
  choose,
  either,
  otherwise,
  type Program,
  place,
  program,
  type Row,
  type RowMeta,
  result,
  select,
  step,
  value,
  when,
} from "./programs.ts";
export {
  alwaysPossible,
  atMost,
  atRest,
  type Clause,
  eventually,
  guardedBy,
  happens,
  invariant,
  leadsTo,
  type Property,
  property,
  sometimes,
  track,
  whenever,
} from "./properties.ts";
export { type BaseSet, context, type Id, type IndexSet, indexSet, product, sum, Universe } from "./sets.ts";
export { type AnyLeaf, bool, bound, each, id, oneOf, optional, orWord, range, struct } from "./shapes.ts";
export type { System } from "./system.ts";
export { decides, Expr, languageCopies, type Operand } from "./terms.ts";
export { type Patch, patch, quotes, type Variant, variant, version } from "./variants.ts";
