/** The program `nolock`: joins the commands to the process that runs them. */
import { createInterface } from "node:readline";
import { ofProcess } from "./cli/attend.ts";
import type { Environment } from "./cli/environment.ts";
import { SERVE, serve, startAgain } from "./cli/jobs.ts";
import { builtins } from "./cli/models.ts";
import { endWithNpm, endWithParent } from "./cli/npm.ts";
import { folders } from "./cli/specs.ts";
import { STANDARD_ERROR, STANDARD_OUTPUT } from "./cli/streams.ts";
import { JOBS } from "./commands/jobs.ts";
import { faultText, main } from "./commands/main.ts";
import { beforeOwnModels } from "./spec/models.ts";
import { EXIT } from "./spec/verdict.ts";
import { systemError } from "./text/files.ts";

/** What is typed, line by line; whoever has heard enough does not keep the process waiting for more. */
async function* typedLines(): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: process.stdin });
  } finally {
    process.stdin.destroy();
  }
}

/**
 * Runs the command that the process was given; `prepare` is done before a model of one's own is loaded. `kept`: a folder
 * that is another one when any source is.
 */
export async function run(prepare: () => Promise<void>, kept?: string): Promise<void> {
  beforeOwnModels(prepare);
  // A process that ends without an answer must not look like one that has given it.
  process.exitCode = EXIT.fault;
  endWithNpm();
  // What no command waits for: a process that could not be started is told twice, where it was wanted and here.
  process.on("uncaughtException", (error) => {
    if (systemError(error) !== null) return;
    STANDARD_ERROR.write(`${faultText(error)}\n`);
    process.exit(EXIT.fault);
  });
  const env: Environment = {
    folders,
    builtins,
    print: (text) => STANDARD_OUTPUT.write(text),
    isUnread: () => STANDARD_OUTPUT.failed !== null,
    complain: (text) => STANDARD_ERROR.write(text),
    attendance: ofProcess,
    lines: typedLines,
    ...(kept === undefined ? {} : { kept }),
  };
  if (process.argv[2] === SERVE && process.send) {
    endWithParent();
    // Lines of several processes about how far each is would be read by nobody.
    await serve(JOBS, { ...env, attendance: { ...ofProcess, terminal: null } });
    process.exit(EXIT.asExpected);
  }
  const status = await main(process.argv.slice(2), { ...env, start: startAgain });
  process.exitCode = printedAll() || (status !== EXIT.asExpected && status !== EXIT.unread) ? status : EXIT.unwritten;
}

/** Whether all that was printed arrived; a reader that has seen enough, such as `head`, is content. */
function printedAll(): boolean {
  const { failed } = STANDARD_OUTPUT;
  if (failed === null || failed.code === "EPIPE") return true;
  STANDARD_ERROR.write(`standard output cannot be written: ${systemError(failed)}\n`);
  return false;
}
