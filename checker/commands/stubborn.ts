/** `nolock reductions --stubborn`: the rule that one context goes on alone against stubborn sets, both by the reference. */
import { join } from "node:path";
import { type Environment, goOn } from "../cli/environment.ts";
import { type Compared, isSame, type Kept, type Rule, rowText, summary, table } from "../cli/stubborn-table.ts";
import { runSearch } from "../engine/run.ts";
import { writeWhole } from "../files.ts";
import type { System } from "../language/index.ts";
import { dependenceOf } from "../reduction/dependence.ts";
import { footprintsOf } from "../reduction/footprints.ts";
import { type Choice, keepingAll, passingOnlySteps, Reduction } from "../reduction/reduction.ts";
import { reducedSearch } from "../reduction/search.ts";
import { Stubborn } from "../reduction/stubborn.ts";
import { search } from "../reference/search.ts";
import { loadSpec, type SpecFile } from "../spec/load.ts";
import { EXIT } from "../spec/verdict.ts";

/** More than this the reference is not asked for where no spec is named. */
export const MOST_STATES = 5000;

/** Made anew for each search: what it takes to make one is part of its time. */
const RULES: Readonly<Record<Rule, (system: System) => Choice>> = {
  alone: (system) => new Reduction(system),
  finer: (system) => {
    const dependence = dependenceOf(system, footprintsOf(system), { eachCondition: true });
    return passingOnlySteps(system, new Reduction(system, dependence), dependence);
  },
  stubborn: (system) => new Stubborn(system),
};

export async function stubbornComparison(
  files: readonly SpecFile[],
  env: Environment,
  areNamed: boolean,
  write: boolean,
): Promise<number> {
  const rows: Compared[] = [];
  const left = { large: 0, lasting: 0 };
  for (const file of files) {
    if (!write) goOn(env);
    const { system } = await loadSpec(file, env.builtins);
    if (system.alwaysPossible.length > 0) left.lasting += 1;
    else if (!areNamed && isLarge(system)) left.large += 1;
    else {
      // Else the first spec would pay for what the machine compiles once.
      if (rows.length === 0) compare(file.source, system);
      const row = compare(file.source, system);
      rows.push(row);
      env.print(`${rowText(row)}\n`);
    }
  }
  const leftOut = [
    ...(left.large > 0 ? [`${left.large} with more than ${MOST_STATES} states`] : []),
    ...(left.lasting > 0 ? [`${left.lasting} that ask whether something stays possible`] : []),
  ];
  env.print(`${summary(rows, leftOut).join("\n")}\n`);
  if (write) writeWhole(join(env.folders.docs, "stubborn.md"), table(rows, leftOut));
  return rows.every(isSame) ? EXIT.asExpected : EXIT.differs;
}

const isLarge = (system: System): boolean =>
  !runSearch(system, { exploreAll: true, maxStates: MOST_STATES, workers: 1 }).result.complete;

function compare(spec: string, system: System): Compared {
  const by = (rule: Rule) => ({
    all: measure(() => reducedSearch(system, { exploreAll: true }, keepingAll(RULES[rule](system)))),
    some: measure(() => reducedSearch(system, { exploreAll: true }, RULES[rule](system))),
  });
  return {
    spec,
    off: measure(() => search(system, { exploreAll: true })),
    rules: { alone: by("alone"), finer: by("finer"), stubborn: by("stubborn") },
  };
}

function measure(run: () => ReturnType<typeof search>): Kept {
  const begin = process.cpuUsage();
  const { states, violations, met, fired, complete } = run();
  const { user, system } = process.cpuUsage(begin);
  const answer = {
    violated: violations.map((v) => v.property).toSorted(),
    met: met.map((place) => place !== null),
    fired: fired.map((n) => n > 0),
    complete,
  };
  return { states, ms: (user + system) / 1000, answer: JSON.stringify(answer) };
}
