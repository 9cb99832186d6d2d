/** The program `nolock`: joins the commands to the process that runs them. */
import { main } from "./cli/main.ts";
import { builtins } from "./cli/models.ts";
import { folders } from "./cli/specs.ts";

export { beforeOwnModels } from "./spec/models.ts";

/** Runs the command that the process was given. */
export async function run(): Promise<void> {
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
  });
}
