/**
 * Which mutants infect a spec (reachability and infection, of the RIP model): in which is a row passed, somewhere in all of
 * its states, that does other than the
 * mutant? For the rest every step of the search is the same with the mutant as without, so its answer is.
 *
 * One search for all of them: what a mutant says of itself is a `happens` that is met where the two part. Where in doubt
 * a mutant counts as infecting; one that is wrongly held harmless would be a survivor, never one that is noticed.
 */
import { runSearch } from "../engine/run.ts";
import { property } from "../language/index.ts";
import { link } from "../link/link.ts";
import type { Loaded } from "../spec/load.ts";
import { builtFor } from "../spec/question.ts";
import type { Mutant } from "./mutate.ts";

/** The names of those that infect it, of the mutants of rows that fired in the spec. */
export function infectingIn({ spec }: Pick<Loaded, "spec">, mutants: readonly Mutant[]): ReadonlySet<string> {
  const told = mutants.filter(({ infects }) => infects !== null);
  const always = mutants.filter(({ infects }) => infects === null).map(({ name }) => name);
  if (told.length === 0) return new Set(always);
  const properties = told.map(({ name, infects }) =>
    property(name, "", { kind: "happens", ...(infects as NonNullable<Mutant["infects"]>) }),
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
