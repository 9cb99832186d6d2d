/** The rows of a version of a model: those that specs of it can run, its patches applied, whatever they configure. */

import type { Program } from "../language/programs.ts";
import { reachedPrograms } from "../link/programs.ts";
import { asOf, type Model } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";

/** Every spec that such a version can be asked is asked for its programs. Scripts of the model's own are left out. */
export function programsOf(model: Model, version: string | null, specs: readonly Spec[]): readonly Program[] {
  const programs = new Map<string, Program>();
  const family = asOf(model, version);
  const ofFamily = specs.filter((spec) => spec.model === model && asOf(model, spec.asked.version) === family);
  const questions = ofFamily.map(({ asked }) => ({ ...asked, version, variants: [] }));
  // What a later version has a call for, an earlier one cannot be asked.
  for (const question of questions.filter((one) => model.problems(one).length === 0)) {
    const { contexts, variants = [] } = model.build(question);
    const scripts = contexts.map(({ script }) => script as Program);
    const names = new Set(scripts.map(({ name }) => name));
    for (const [name, program] of Object.entries(reachedPrograms(scripts, variants)))
      if (!names.has(name)) programs.set(name, program);
  }
  return [...programs.values()];
}

/** The version of a model that "7.3" or "7.3.4" means: itself, else the release that it is of, else a release of it. */
export function versionMeant({ versions }: Pick<Model, "versions">, wanted: string): string | null {
  const names = Object.keys(versions);
  const longest = (fitting: readonly string[]) => [...fitting].sort((a, b) => b.length - a.length)[0] ?? null;
  return names.includes(wanted)
    ? wanted
    : (longest(names.filter((name) => wanted.startsWith(`${name}.`))) ??
        longest(names.filter((name) => name.startsWith(`${wanted}.`))));
}
