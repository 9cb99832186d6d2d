/** `nolock explain NAME`: what a name means that stands in a report or a spec. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { recordFile } from "../cli/records.ts";
import { allSpecs, specNamed } from "../cli/specs.ts";
import { explain, explainable, knownNames } from "../explain/explain.ts";
import { type Sources, sourcesOf } from "../explain/sources.ts";
import { firedIn, type SpecRecord } from "../ledger/record.ts";
import { loadQuestion } from "../spec/load.ts";
import { nearest, SpecError } from "../spec/problems.ts";
import type { Spec } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";

/** Names that are offered for one that is not known. */
const MOST_OFFERED = 5;

export const explainCommand = command({
  name: "explain",
  brief: "what a name means: of a property, a claim, a row ..",
  usage: ["[NAME]"],
  about: [
    'Tells what a property, claim, design, version, variant, function or row ("function: row") means, how it reads formally, and which specs decide it. Without a NAME: what may be explained, and asked. A name of several words goes in quotes.',
  ],
  takesNames: true,
  options: {},
  run: async ({ words: [name, ...others] }, env) => {
    if (others.length > 0) {
      const mend = "name one; a name of several words goes in quotes";
      throw new SpecError([
        { where: "nolock explain", what: `one name at a time, not ${[name, ...others].join(", ")}`, mend },
      ]);
    }
    return explainName(name ?? null, env);
  },
});

/** Null: all that there is. */
async function explainName(name: string | null, env: Environment): Promise<number> {
  const specs: Spec[] = [];
  for (const spec of allSpecs(env.folders)) {
    try {
      specs.push(await loadQuestion(specNamed(spec, env.folders), env.builtins));
    } catch (error) {
      // What is wrong with a spec is another question; that it is left out must be seen.
      if (!(error instanceof SpecError)) throw error;
      env.complain(`${error.message}\n`);
    }
  }
  const models = [...new Set(specs.map(({ model }) => model))];
  const fires = firesBy(env.folders.results);
  const all: Sources[] = models.map((model) =>
    sourcesOf(
      model,
      specs.filter((spec) => spec.model === model),
      fires,
    ),
  );
  if (name === null) {
    env.print(all.map(explainable).join("\n"));
    return EXIT.asExpected;
  }
  const texts = all.flatMap((sources) => explain(name, sources) ?? []);
  if (texts.length > 0) {
    env.print(texts.join("\n"));
    return EXIT.asExpected;
  }
  const near = nearest(name, all.flatMap(knownNames)).slice(0, MOST_OFFERED);
  const mend =
    near.length > 0
      ? `did you mean ${near.map((one) => JSON.stringify(one)).join(" or ")}?`
      : "`npm run explain` alone lists what may be explained";
  throw new SpecError([{ where: "nolock explain", what: `nothing is called "${name}"`, mend }]);
}

/** By the records of searches that are kept beside the results. */
function firesBy(results: string): Sources["fires"] {
  const records = new Map<string, SpecRecord["fired"]>();
  const firedOf = (spec: string): SpecRecord["fired"] => {
    const path = join(results, recordFile(spec));
    const known = records.get(spec);
    if (known) return known;
    const fired = existsSync(path) ? firedIn(readFileSync(path, "utf8")) : {};
    records.set(spec, fired);
    return fired;
  };
  return (spec, program, label) => (firedOf(spec)[program] ?? "").split(" ").includes(label);
}
