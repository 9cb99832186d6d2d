/** The command line: which command is meant, and what every failure of one turns into. */

import type { Command } from "../cli/command.ts";
import { type Environment, Unread } from "../cli/environment.ts";
import { CutShort } from "../cli/progress.ts";
import { PUBLICATIONS } from "../published/publications.ts";
import { mendName, SpecError, shownPath } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { systemError } from "../text/files.ts";
import { anyTwinCommand } from "./any-twin.ts";
import { checkCommand } from "./check.ts";
import { compareCommand } from "./compare.ts";
import { crosscheckCommand } from "./crosscheck.ts";
import { driftCommand } from "./drift.ts";
import { explainCommand } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { growCommand } from "./grow.ts";
import { listCommand } from "./list.ts";
import { mutantsCommand } from "./mutants.ts";
import { printCommand } from "./print.ts";
import { recheckCommand } from "./recheck.ts";
import { reductionsCommand } from "./reductions.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { resultsCommand } from "./results.ts";
import { simulateCommand } from "./simulate.ts";
import { swapStoresCommand } from "./swap-stores.ts";

/** All that there are, in the order in which they are told. */
export const COMMANDS: readonly Command[] = [
  checkCommand,
  listCommand,
  explainCommand,
  reportCommand,
  printCommand,
  simulateCommand,
  replayCommand,
  growCommand,
  anyTwinCommand,
  swapStoresCommand,
  compareCommand,
  exportCommand,
  crosscheckCommand,
  driftCommand,
  resultsCommand,
  mutantsCommand,
  reductionsCommand,
  recheckCommand,
];

const WIDEST = Math.max(...COMMANDS.map(({ name }) => name.length));

const HELP = [
  "Usage: npm run COMMAND -- [options]",
  "",
  ...COMMANDS.map(({ name, brief }) => `  npm run ${name.padEnd(WIDEST)}  ${brief}`),
  "",
  "`npm run COMMAND -- --help` tells more of one.",
  "",
].join("\n");

/** A broken promise of the checker's own code, as somebody can report it. */
export const faultText = (error: unknown): string =>
  `a fault of the checker itself, please report it: ${error instanceof Error ? error.stack : String(error)}`;

/** Runs a command and gives its exit status. */
export async function main(args: readonly string[], env: Environment): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === "--help" || name === "help") {
      env.print(HELP);
      return name === undefined ? EXIT.badInput : EXIT.asExpected;
    }
    const command = COMMANDS.find((one) => one.name === name);
    if (command) return await command.run(rest, env);
    if (PUBLICATIONS.some((one) => one.name === name)) {
      const what = `"${name}" is a part of "results" now`;
      throw new SpecError([{ where: "nolock", what, mend: `write npm run results -- ${name}` }]);
    }
    const names = COMMANDS.map((one) => one.name);
    throw new SpecError([
      { where: "nolock", what: `"${name}" is not a command`, mend: mendName(name, names, "command") },
    ]);
  } catch (error) {
    if (error instanceof SpecError) {
      env.complain(`${error.message}\n`);
      return EXIT.badInput;
    }
    if (error instanceof CutShort) {
      env.complain(`${error.message}\n`);
      return exitStatus("incomplete", "holds", true);
    }
    if (error instanceof Unread) return EXIT.unread;
    const refused = systemError(error);
    if (refused !== null) {
      const { path, syscall } = error as NodeJS.ErrnoException;
      env.complain(`${path ? shownPath(path) : "nolock"}: the system refuses: ${refused}, ${syscall}\n`);
      return EXIT.unwritten;
    }
    env.complain(`${faultText(error)}\n`);
    return EXIT.fault;
  }
}
