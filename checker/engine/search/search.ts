/**
 * How is a system searched by the engine? First with a plain tree of parts; where there are many states, anew with one
 * fitted to them; where there are more than one memory can address, anew with several.
 */
import type { System } from "../../language/system.ts";
import { finish, type Lengthy } from "../../reference/progress.ts";
import type { SearchResult } from "../../reference/result.ts";
import { SpecError } from "../../spec/problems.ts";
import type { SearchName } from "../checkpoint/checkpoint.ts";
import { layoutOf } from "../state/layout.ts";
import { balancedTree, fittedTree, ofTwo, type Tree } from "../state/tree.ts";
import { TooWide } from "../store/arrangement.ts";
import { MAXIMUM_PAGES, OutOfMemory } from "../store/memories.ts";
import { PAGE } from "../store/pair-set.ts";
import type { Store } from "../store/store.ts";
import { EngineSearch, type SearchPlan } from "./exploration.ts";
import { type EngineOptions, notBegun, type Reductions, reductionsOf, UNREDUCED } from "./options.ts";
import { sampleOf, sampleOfKept } from "./sample.ts";

/** States that are seen before the tree is fitted to them: below, all code generated once more costs more than it saves. */
const WORTH_A_FIT = 250_000;

/** Explores a system. Throws `Unsupported` for one that only the reference takes. */
export const engineSearch = (system: System, options: EngineOptions = {}): SearchResult =>
  finish(engineSearching(system, options));

export function* engineSearching(system: System, options: EngineOptions = {}): Lengthy<SearchResult> {
  try {
    const reductions = options.reduceFrom === undefined ? reductionsOf(system, options) : UNREDUCED;
    const begun =
      options.tree ?? treeOfKept(system, options, reductions) ?? (yield* begin(system, options, reductions));
    if (!("nodes" in begun)) return begun;
    const then = options.reduceFrom === undefined ? reductions : reductionsOf(system, options);
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
function* begin(system: System, options: EngineOptions, reductions: Reductions): Lengthy<SearchResult | Tree> {
  const { words } = layoutOf(system);
  const { fitFrom = WORTH_A_FIT, reduceFrom } = options;
  const workers = reduceFrom === undefined ? 1 : options.workers;
  const first = new EngineSearch(
    system,
    { ...options, ...(workers ? { workers } : {}) },
    {
      tree: balancedTree(words),
      name: "first",
      reductions,
    },
  );
  const result = yield* first.result(reduceFrom ?? fitFrom);
  if (result !== null && first.isUnread) tooLittle(options);
  return result ?? fittedTree(words, sampleOf(first.machine));
}

/**
 * Searches with a tree; anew with a node for two of three that hang on its root, where their numbers become too large,
 * and with the roots in memories of their own, where one is full and more may be used.
 */
function* inTree(system: System, options: EngineOptions, tree: Tree, reductions: Reductions): Lengthy<SearchResult> {
  let plan: SearchPlan = { tree, name: nameOf(reductions), reductions };
  for (;;) {
    let search: EngineSearch | undefined;
    try {
      search = new EngineSearch(system, options, plan);
      const result = (yield* search.result()) as SearchResult;
      const shards = search.isOutOfAddresses && search.shards === 0 ? shardsFor(options) : 0;
      if (shards === 0 || !hasMemories(search.machine.store, shards + 1))
        return search.isUnread ? tooLittle(options) : result;
      plan = { ...plan, shards, ended: search.machine.store, anew: "one memory was full" };
    } catch (error) {
      if (!(error instanceof TooWide)) throw error;
      const ended = search ? { ended: search.machine.store, anew: "parts of states have many values" } : {};
      plan = { ...plan, tree: ofTwo(plan.tree), ...ended };
    }
  }
}

const nameOf = ({ dependence, symmetry }: Reductions): SearchName => (dependence || symmetry ? "reduced" : "whole");

/**
 * A tree for states that were kept, if there are such: then the first ones need not be searched again. Where they say
 * whether the graph is to be reduced, they are.
 */
function treeOfKept(system: System, { checkpoint, reduceFrom }: EngineOptions, reductions: Reductions): Tree | null {
  if (!checkpoint || reduceFrom !== undefined) return null;
  const saved = checkpoint.saved(nameOf(reductions));
  return saved && fittedTree(layoutOf(system).words, sampleOfKept(checkpoint, saved.pieces));
}

/** What was kept does not go into the memory that may be used: no answer can be given, not even of a part. */
function tooLittle({ memory = 0 }: EngineOptions): never {
  const what = `${Math.floor(memory / 2 ** 20)} MiB are too little for the states of the checkpoint`;
  throw new SpecError([{ where: "--memory", what, mend: "give more than the run had that wrote it" }]);
}

/** Whether the machine gives so many memories. */
function hasMemories(store: Store, count: number): boolean {
  try {
    store.reserve(count);
    return true;
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
    return false;
  }
}

/**
 * A memory that holds a table and logs is so full when the next table, of twice the size, has no room beside the one
 * before.
 */
const FULL = 0.65;

/** Each takes 10 GiB of the addresses of the process, whether it uses them or not. */
const MOST_SHARDS = 256;

/** As many shards as there need to be for what may be used; none where that is no more than one memory has. */
function shardsFor({ memory = 0, addresses = MAXIMUM_PAGES }: EngineOptions): number {
  const one = addresses * PAGE;
  if (memory <= one) return 0;
  // Rather fewer: the first one has what was full already, and roots are spread over all alike.
  return Math.min(MOST_SHARDS, Math.max(2, Math.floor(memory / (FULL * one))));
}

/** The tree that a search of the whole graph uses. Throws `Unsupported`. */
export function treeFor(system: System): Tree {
  const begun = finish(begin(system, { exploreAll: true }, UNREDUCED));
  return "nodes" in begun ? begun : balancedTree(layoutOf(system).words);
}
