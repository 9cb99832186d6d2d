/** `nolock export`: a spec's system for Spin or for Rumur. */

import { oneSpec, readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { writeOutput } from "../cli/outputs.ts";
import { findSpec } from "../cli/specs.ts";
import { toMurphi } from "../export/murphi.ts";
import { toPromela } from "../export/promela.ts";
import { loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";

export const exportHelp = `Usage: npm run export -- SPEC --to promela|murphi [options]

Prints the system of a spec for another model checker: Promela for Spin,
Murphi for Rumur. One step of theirs is one step of ours, so that a full
search without reductions has the same states.

  --out FILE        write it to a file
  --no-properties   only what happens; nothing is asked
  --go-on           Murphi: count what is violated, and go on. (Promela has
                    both: give Spin -DGO_ON)
`;

const OPTIONS = {
  to: ["promela", "murphi"],
  out: "text",
  "no-properties": "flag",
  "go-on": "flag",
  help: "flag",
} as const;

export async function exportCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("export", args, OPTIONS);
  if (options.help) {
    env.print(exportHelp);
    return EXIT.asExpected;
  }
  const { to, out } = options;
  if (to === undefined)
    throw new SpecError([{ where: "--to", what: "it is missing", mend: "write --to promela, or --to murphi" }]);
  const { system } = await loadSpec(findSpec(oneSpec("export", words), env.folders), env.builtins);
  const asked = { properties: !options["no-properties"], goOn: options["go-on"] };
  const text = to === "promela" ? toPromela(system, asked) : toMurphi(system, asked);
  if (out === undefined) env.print(text);
  else writeOutput(out, "--out", text);
  return EXIT.asExpected;
}
