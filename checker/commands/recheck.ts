/** `nolock recheck`: is what the reductions rest on true of a spec? */
import { oneSpec } from "../cli/arguments.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { findSpec } from "../cli/specs.ts";
import { recheck } from "../reduction/recheck-graph.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";

/** Of more states than this only some are looked at. */
const MOST_STATES = 50_000;

export const recheckCommand = command({
  name: "recheck",
  brief: "is what the reductions rest on true of a spec?",
  usage: ["SPEC [options]"],
  about: [
    "Walks the whole graph of a spec by the reference and asks at each step whether what the reductions rest on is true. Of more states than the limit it looks at those near the first one, and at as many that walks at random come through.",
  ],
  takesNames: true,
  options: {
    "max-states": { kind: "count", help: "the limit (default: 50000)" },
    set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" },
  },
  ends: ["Exit status: 0 where all of it is true, 3 where that is known of a part of the states, 70 where it is not."],
  run: async ({ options, words }, env) => {
    const loaded = await loadSpec(
      findSpec(oneSpec("recheck", words), env.folders),
      env.builtins,
      changesOf(options.set),
    );
    return recheckSpec(loaded, options["max-states"] ?? MOST_STATES, env);
  },
});

/** Whether what the reduction rests on is true; where it is not the checker is at fault, not the model. */
function recheckSpec({ source, system }: Loaded, maxStates: number, env: Environment): number {
  const { states, steps, ample, complete, problems } = recheck(system, maxStates);
  env.print(
    `${source}: ${states} states${complete ? "" : " (not all)"}, ${steps} steps, ${ample} states with an ample set of one context: ${problems.length === 0 ? "all that the reduction rests on is true" : "THE REDUCTION IS WRONG"}\n`,
  );
  for (const problem of problems) env.complain(`${problem}\n`);
  if (problems.length > 0) return EXIT.fault;
  return complete ? EXIT.asExpected : exitStatus("incomplete", "holds", true);
}
