/** `nolock print`: the rows of a spec's system, as they can be compared with the C. */
import { printLayout } from "../engine/print-layout.ts";
import { printSystem } from "../language/print.ts";
import { loadSpec } from "../spec/load.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { EXIT } from "../verdict.ts";
import { oneSpec, readArguments } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { findSpec } from "./specs.ts";

export const printHelp = `Usage: npm run print -- SPEC [--program NAME | --layout]

Prints each row of each program: label, C, guard, effect, next label, what
it reads and writes; and the hash of the whole relation. With --layout:
how the engine packs a state into bits, and which parts it stores once.
`;

export async function printCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("print", args, { program: "text", layout: "flag", help: "flag" });
  if (options.help) {
    env.print(printHelp);
    return EXIT.asExpected;
  }
  const { spec, system } = await loadSpec(findSpec(oneSpec("print", words), env.folders), env.builtins);
  if (options.layout) {
    env.print(printLayout(system));
    return EXIT.asExpected;
  }
  const { program } = options;
  const programs = Object.keys(system.programs);
  if (program !== undefined && !programs.includes(program)) {
    const what = `no context of ${spec.name} runs a program "${program}"`;
    throw new SpecError([{ where: "--program", what, mend: mendName(program, programs, "program") }]);
  }
  const text = printSystem(system, program === undefined ? {} : { program });
  env.print(text.endsWith("\n") ? text : `${text}\n`);
  return EXIT.asExpected;
}
