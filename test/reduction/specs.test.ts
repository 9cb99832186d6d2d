/**
 * What the reductions rest on, asked of specs of size ci: each step keeps to its footprints, what is left out commutes with
 * what is taken, and states that differ by names behave alike. With each commit of some other specs, each in a hundred
 * states or little more; of as many more specs as NOLOCK_RUNS says, and in more states of each (`.ci/nightly`: of all).
 */
import { expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { commit, rotated } from "../../checker/cli/sample.ts";
import { folders, specNamed, specsOfSize } from "../../checker/cli/specs.ts";
import { recheck } from "../../checker/reduction/recheck-graph.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { runs, TIMES } from "../runs.ts";

const SPECS = runs(40).numRuns;
const STATES = TIMES > 1 ? 500 : 100;

/** Of a copy without its history the first ones are asked. */
function begin(): string {
  try {
    return commit();
  } catch {
    return "0";
  }
}

it("is true on specs of size ci", async () => {
  let ample = 0;
  for (const name of rotated(specsOfSize(folders, "ci"), SPECS, begin())) {
    const { system } = await loadSpec(specNamed(name, folders), builtins);
    const walk = recheck(system, STATES);
    expect({ name, problems: walk.problems }).toEqual({ name, problems: [] });
    ample += walk.ample;
  }
  expect(ample).toBeGreaterThan(SPECS);
});
