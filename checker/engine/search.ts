/**
 * How is a system searched by the engine? First with a plain tree of parts; where there are many states, anew with one
 * fitted to them.
 */
import type { System } from "../language/system.ts";
import { finish, type Lengthy } from "../reference/progress.ts";
import type { SearchResult } from "../reference/result.ts";
import { TooWide } from "./arrangement.ts";
import { EngineSearch } from "./exploration.ts";
import { layoutOf } from "./layout.ts";
import { ALL, type EngineOptions, type Few, fewOf, notBegun } from "./options.ts";
import { OutOfMemory } from "./store.ts";
import { balancedTree, fittedTree, ofTwo, type Tree } from "./tree.ts";

/** States that are seen before the tree is fitted to them: below, all code generated once more costs more than it saves. */
const WORTH_A_FIT = 250_000;

/** Explores a system. Throws `Unsupported` for one that only the reference takes. */
export const engineSearch = (system: System, options: EngineOptions = {}): SearchResult =>
  finish(engineSearching(system, options));

export function* engineSearching(system: System, options: EngineOptions = {}): Lengthy<SearchResult> {
  try {
    const few = options.reduceFrom === undefined ? fewOf(system, options) : ALL;
    const begun = options.tree ?? (yield* begin(system, options, few));
    if (!("nodes" in begun)) return begun;
    const then = options.reduceFrom === undefined ? few : fewOf(system, options);
    return yield* inTree(system, options, begun, then);
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
    return notBegun(system);
  }
}

/**
 * What is seen first says how the states are best cut into parts: a search of few states, or the tree for more. Before
 * anything is reduced it may be a search of many.
 */
function* begin(system: System, options: EngineOptions, few: Few): Lengthy<SearchResult | Tree> {
  const { words } = layoutOf(system);
  const { fitFrom = WORTH_A_FIT, reduceFrom } = options;
  const workers = reduceFrom === undefined ? 1 : options.workers;
  const first = new EngineSearch(system, { ...options, ...(workers ? { workers } : {}) }, balancedTree(words), few);
  return (yield* first.result(reduceFrom ?? fitFrom)) ?? fittedTree(words, first.sample());
}

/** Searches with a tree; anew with a node for two of three that hang on its root, where their numbers become too large. */
function* inTree(system: System, options: EngineOptions, tree: Tree, few: Few): Lengthy<SearchResult> {
  let first: EngineSearch | undefined;
  try {
    first = new EngineSearch(system, options, tree, few);
    return (yield* first.result()) as SearchResult;
  } catch (error) {
    if (!(error instanceof TooWide)) throw error;
    const again = new EngineSearch(system, options, ofTwo(tree), few, first?.store);
    return (yield* again.result()) as SearchResult;
  }
}

/** The tree that a search of the whole graph uses. Throws `Unsupported`. */
export function treeFor(system: System): Tree {
  const begun = finish(begin(system, { exploreAll: true }, ALL));
  return "nodes" in begun ? begun : balancedTree(layoutOf(system).words);
}
