/** `nolock print`: the rows of a spec's system, as they can be compared with the C. */
import { oneSpec, readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { allSpecs, findSpec } from "../cli/specs.ts";
import { printLayout } from "../engine/print-layout.ts";
import { stepList } from "../explain/step-list.ts";
import { printSystem } from "../language/print.ts";
import { rowsOf } from "../ledger/corpus.ts";
import { PRINTED_PASSES, printPass } from "../link/print-pass.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { linkOptionsOf } from "../spec/question.ts";
import { EXIT } from "../spec/verdict.ts";

export const printHelp = `Usage: npm run print -- SPEC [--program NAME | --layout | --steps |
                                      --after PASS]
       npm run print -- --steps

Prints each row of each program: label, C, guard, effect, next label, what
it reads and writes; and the hash of the whole relation. With --layout:
how the engine packs a state into bits, and which parts it stores once.
With --steps: the steps of the reference (docs/steps.md), each with the rows
that stand for it; without a SPEC, those of every spec. With --after: the
linked steps as they are after a pass of the linker: splice (calls are
copies, steps have labels), order (with who begins after whom), attach
(with what properties ask) or allocate (locals are slots).
`;

export async function printCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("print", args, {
    program: "text",
    layout: "flag",
    steps: "flag",
    after: PRINTED_PASSES,
    help: "flag",
  });
  if (options.help) {
    env.print(printHelp);
    return EXIT.asExpected;
  }
  if (options.steps) {
    const names = words.length > 0 ? [oneSpec("print", words)] : allSpecs(env.folders);
    const loaded: Loaded[] = [];
    for (const name of names) loaded.push(await loadSpec(findSpec(name, env.folders), env.builtins));
    env.print(stepList(loaded.flatMap(rowsOf)));
    return EXIT.asExpected;
  }
  const { spec, system } = await loadSpec(findSpec(oneSpec("print", words), env.folders), env.builtins);
  if (options.layout) {
    env.print(printLayout(system));
    return EXIT.asExpected;
  }
  if (options.after) {
    env.print(printPass(linkOptionsOf(spec), options.after));
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
