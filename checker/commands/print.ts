/** `nolock print`: the rows of a spec's system, as they can be compared with the C. */
import { type Arguments, type Options, oneSpec } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { forEach, tellCutShort } from "../cli/progress.ts";
import { allSpecs, findSpec } from "../cli/specs.ts";
import { printLayout } from "../engine/print-layout.ts";
import { stepList } from "../explain/step-list.ts";
import { LinkError } from "../language/index.ts";
import { printSystem } from "../language/print.ts";
import { type RowOfSource, rowsOf, sourceOf } from "../ledger/corpus.ts";
import { PRINTED_PASSES, printPass } from "../link/print-pass.ts";
import { loadSpec, loadUnlinked } from "../spec/load.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { linkOptionsOf } from "../spec/question.ts";
import { EXIT } from "../spec/verdict.ts";

const OPTIONS = {
  program: { kind: "text", value: "NAME", help: "one program", not: ["layout", "steps", "after"] },
  layout: {
    kind: "flag",
    help: "how the engine packs a state into bits, and which parts it stores once",
    not: ["steps", "after"],
  },
  steps: {
    kind: "flag",
    help: "the steps of the reference (docs/steps.md), each with the rows that stand for it; without a SPEC, those of every spec",
    not: ["after"],
  },
  after: {
    kind: PRINTED_PASSES,
    value: "PASS",
    help: "the linked steps as they are after a pass of the linker",
    each: {
      splice: "calls are copies, steps have labels",
      order: "with who begins after whom",
      attach: "with what properties ask",
      allocate: "locals are slots",
    } satisfies Record<(typeof PRINTED_PASSES)[number], string>,
  },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const printCommand = command({
  name: "print",
  brief: "the rows of a spec, beside their C",
  usage: ["SPEC [options]", "--steps"],
  about: [
    "Prints each row of each program: label, C, guard, effect, next label, what it reads and writes; and the hash of the whole relation.",
  ],
  takesNames: true,
  options: OPTIONS,
  run: ({ options, words }, env) => printSpec(options, words, env),
});

/** Nothing is linked for them. A table that has no meaning is told as `check` tells it. */
async function rowsOfSpec(name: string, env: Environment): Promise<readonly RowOfSource[]> {
  const loaded = await loadUnlinked(findSpec(name, env.folders), env.builtins);
  try {
    return rowsOf(sourceOf(loaded.spec));
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    await loadSpec(findSpec(name, env.folders), env.builtins);
    throw error;
  }
}

async function printSpec(options: Asked, words: readonly string[], env: Environment): Promise<number> {
  if (options.steps) {
    const names = words.length > 0 ? [oneSpec("print", words)] : allSpecs(env.folders);
    const rows: RowOfSource[] = [];
    const done = await forEach(
      names,
      (name) => name,
      async (name) => {
        rows.push(...(await rowsOfSpec(name, env)));
        return true;
      },
      env.attendance,
    );
    env.print(stepList(rows));
    return done === names.length ? EXIT.asExpected : tellCutShort(done, names.length, env);
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
