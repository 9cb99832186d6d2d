/** `nolock export`: a spec's system for Spin or for Rumur. */
import { type Arguments, type Options, oneSpec } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { writeOutput } from "../cli/outputs.ts";
import { findSpec } from "../cli/specs.ts";
import { toMurphi } from "../export/murphi.ts";
import { toPromela } from "../export/promela.ts";
import { loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";

const OPTIONS = {
  to: { kind: ["promela", "murphi"], help: "for Spin, or for Rumur" },
  out: { kind: "text", value: "FILE", help: "write it to a file" },
  "no-properties": { kind: "flag", help: "only what happens; nothing is asked" },
  "go-on": {
    kind: "flag",
    help: "Murphi: count what is violated, and go on. (Promela has both: give Spin -DGO_ON)",
  },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const exportCommand = command({
  name: "export",
  brief: "a spec for Spin or for Rumur",
  usage: ["SPEC --to promela|murphi [options]"],
  about: [
    "Prints the system of a spec for another model checker: Promela for Spin, Murphi for Rumur. One step of theirs is one step of ours, so that a full search without reductions has the same states.",
  ],
  takesNames: true,
  options: OPTIONS,
  run: ({ options, words }, env) => exportSpec(options, words, env),
});

async function exportSpec(options: Asked, words: readonly string[], env: Environment): Promise<number> {
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
