/**
 * Does a command end where the npm that runs it is killed? A signal that npm cannot pass on, SIGKILL above all, would leave
 * it computing for nobody. A thread looks whose child the process is, for the command itself may compute for hours without
 * a look at anything.
 */
import { Worker } from "node:worker_threads";
import { above } from "./npm-watch.js";

/** Ends the process with the npm that runs it, where one does. */
export function endWithNpm(): void {
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
}

/** Ends the process with whoever started it. */
export function endWithParent(): void {
  const watch = new Worker(new URL("./npm-watch.js", import.meta.url), { workerData: { above: above() } });
  watch.unref();
  // Without it all else is as it should be.
  watch.on("error", () => {});
}
