/**
 * Which mutants does a spec feel: in which is a row passed, somewhere in all of its states, that does other than the
 * mutant? For the rest every step of the search is the same with the mutant as without, so its answer is.
 *
 * One search for all of them: what a mutant says of itself is a `happens` that is met where the two part. Where in doubt
 * a mutant counts as felt; one that is wrongly held unfelt would be a survivor, never one that is noticed.
 */
import { runSearch } from "../engine/run.ts";
import { property } from "../language/index.ts";
import { link } from "../link/link.ts";
import type { Loaded } from "../spec/load.ts";
import { builtFor } from "../spec/question.ts";
import type { Mutant } from "./mutate.ts";

/** The names of those that are felt, of the mutants of rows that fired in the spec. */
export function feltIn({ spec }: Pick<Loaded, "spec">, mutants: readonly Mutant[]): ReadonlySet<string> {
  const told = mutants.filter(({ felt }) => felt !== null);
  const always = mutants.filter(({ felt }) => felt === null).map(({ name }) => name);
  if (told.length === 0) return new Set(always);
  const properties = told.map(({ name, felt }) =>
    property(name, "", { kind: "happens", ...(felt as NonNullable<Mutant["felt"]>) }),
  );
  // A mutant's test may tell elements apart that the model's rows take alike; nothing is reduced here anyway.
  const renames = false;
  const system = link({ ...builtFor(spec), name: spec.name, properties, deadlock: false, renames });
  const { result } = runSearch(system, { workers: 1, exploreAll: true });
  // Where asking has an error of its own a branch ends: that one was not met tells nothing.
  const isStray = result.violations.some((one) => one.verdict === "model error");
  if (isStray || !result.complete) return new Set(mutants.map(({ name }) => name));
  const met = system.witnesses.filter((_, i) => result.met[i] !== null).map(({ property: name }) => name);
  return new Set([...always, ...met]);
}
