/** The command line: which command is meant, and what every failure of one turns into. */

import { type Environment, Unread } from "../cli/environment.ts";
import { CutShort } from "../cli/progress.ts";
import { mendName, SpecError, shownPath } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { systemError } from "../text/files.ts";
import { checkCommand, checkHelp } from "./check.ts";
import { claimsCommand, claimsHelp } from "./claims.ts";
import { contextsCommand, contextsHelp } from "./contexts.ts";
import { coverageCommand, coverageHelp } from "./coverage.ts";
import { crosscheckCommand, crosscheckHelp } from "./crosscheck.ts";
import { exportCommand, exportHelp } from "./export.ts";
import { mutantsCommand, mutantsHelp } from "./mutants.ts";
import { printCommand, printHelp } from "./print.ts";
import { reductionsCommand, reductionsHelp } from "./reductions.ts";
import { reportCommand, reportHelp } from "./report.ts";
import { resultsCommand, resultsHelp } from "./results.ts";
import { simulateCommand, simulateHelp } from "./simulate.ts";

const commands: Readonly<Record<string, (args: readonly string[], env: Environment) => Promise<number>>> = {
  check: checkCommand,
  print: printCommand,
  report: reportCommand,
  results: resultsCommand,
  export: exportCommand,
  crosscheck: crosscheckCommand,
  claims: claimsCommand,
  contexts: contextsCommand,
  coverage: coverageCommand,
  mutants: mutantsCommand,
  reductions: reductionsCommand,
  simulate: simulateCommand,
};

/** A broken promise of the checker's own code, as somebody can report it. */
export const faultText = (error: unknown): string =>
  `a fault of the checker itself, please report it: ${error instanceof Error ? error.stack : String(error)}`;

const TRUST = "--trust-model";

/** Runs a command and gives its exit status. */
export async function main(args: readonly string[], env: Environment): Promise<number> {
  try {
    const [name, ...given] = args;
    // For whatever command loads a spec.
    const rest = given.filter((word) => word !== TRUST);
    const folders = rest.length < given.length ? { ...env.folders, trustsModels: true } : env.folders;
    if (name === undefined || name === "--help" || name === "help") {
      env.print(
        [
          checkHelp,
          printHelp,
          reportHelp,
          resultsHelp,
          exportHelp,
          crosscheckHelp,
          claimsHelp,
          contextsHelp,
          coverageHelp,
          mutantsHelp,
          reductionsHelp,
          simulateHelp,
        ].join("\n"),
      );
      return name === undefined ? EXIT.badInput : EXIT.asExpected;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return await command(rest, { ...env, folders });
    throw new SpecError([
      { where: "nolock", what: `"${name}" is not a command`, mend: mendName(name, Object.keys(commands), "command") },
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
