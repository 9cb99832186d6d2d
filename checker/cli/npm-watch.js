/**
 * Whose child is the process? As a thread it asks that now and then, and where the answer is no longer that of the beginning
 * it asks the process to end, as Ctrl-C would, and where it does not, ends it.
 */
import { readFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";

/** Milliseconds between looks, and until a process that was asked to end is ended. */
const [LOOK, PATIENCE] = [500, 5000];

/** A file of /proc about a process; empty where there is none. */
function about(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** npm; or a shell that npm started, and npm: such a shell goes on waiting for its command where npm is gone. */
export function above() {
  const parent = process.ppid;
  const isShell = about(parent, "cmdline").split("\0")[1] === "-c";
  return isShell ? `${parent} ${/^PPid:\s*(\d+)$/m.exec(about(parent, "status"))?.[1]}` : `${parent}`;
}

if (!isMainThread && workerData?.above) {
  const look = setInterval(() => {
    if (above() === workerData.above) return;
    clearInterval(look);
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE);
  }, LOOK);
}
