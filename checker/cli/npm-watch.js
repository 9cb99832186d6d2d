/**
 * Asks now and then whether the processes above this one are those that they were: npm, or a shell that npm started, and
 * npm above it. Where they are not, asks the process to end, as Ctrl-C would, and where it does not, ends it.
 */
import { readFileSync } from "node:fs";

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

/** The parent; and the parent of a shell, which goes on waiting for us where npm is gone. */
function above() {
  const parent = process.ppid;
  const isShell = about(parent, "cmdline").split("\0")[1] === "-c";
  return isShell ? `${parent} ${/^PPid:\s*(\d+)$/m.exec(about(parent, "status"))?.[1]}` : `${parent}`;
}

const first = above();
const look = setInterval(() => {
  if (above() === first) return;
  clearInterval(look);
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE);
}, LOOK);
