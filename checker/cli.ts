/** The program `nolock`: joins the commands to the process that runs them. */
import { createInterface } from "node:readline";
import { ofProcess } from "./cli/attend.ts";
import { builtins } from "./cli/models.ts";
import { folders } from "./cli/specs.ts";
import { main } from "./commands/main.ts";
import { beforeOwnModels } from "./spec/models.ts";

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
  // A reader that has seen enough, such as `head`, closes the pipe: nothing is wrong then.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  process.exitCode = await main(process.argv.slice(2), {
    folders,
    builtins,
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    attendance: ofProcess,
    lines: typedLines,
    ...(kept === undefined ? {} : { kept }),
  });
}
