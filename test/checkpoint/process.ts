/** The program as a process that can be killed, and what it says of a search. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const root = join(import.meta.dirname, "../..");

export interface Ended {
  readonly status: number | null;
  readonly printed: string;
  readonly complained: string;
}

/** Starts `nolock check`; `limits` are commands of the shell that come first. */
export function start(args: readonly string[], limits = "true"): { child: ChildProcess; ended: Promise<Ended> } {
  const command = ["-c", `${limits} && exec "$0" "$@"`, process.execPath, "bin/nolock.js", "check", ...args, "--quiet"];
  const child = spawn("bash", command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const said = { printed: "", complained: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said.printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said.complained += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...said }));
  });
  return { child, ended };
}

export const run = (args: readonly string[], limits?: string): Promise<Ended> => start(args, limits).ended;

/** Kills a run a while after its search has begun, or while it writes a file; false where it had ended. */
export async function killed(
  folder: string,
  { child, ended }: ReturnType<typeof start>,
  milliseconds: number,
  isWriting: boolean,
): Promise<boolean> {
  let isThere = true;
  void ended.then(() => {
    isThere = false;
  });
  const names = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
  while (isThere && !names().includes("lock")) await wait(5);
  await wait(milliseconds);
  const until = performance.now() + 2000;
  while (isWriting && isThere && performance.now() < until && !names().some((name) => name.startsWith(".nolock-")))
    await wait(0);
  if (!isThere) return false;
  child.kill("SIGKILL");
  await ended;
  return true;
}
