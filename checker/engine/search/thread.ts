/**
 * How is a thread started? From `worker.ts`: as the built program has it beside itself, or, where the sources themselves
 * run, bundled when the first thread is wanted.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { ThreadData } from "./control.ts";

/** The build puts the name of what it has made of it here (`bin/built-program.js`). */
const WORKER = new URL("./worker.ts", import.meta.url);

/** What was bundled of the source in this process. */
let bundled: string | null = null;

function bundle(): string {
  const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const [made] = buildSync({
    entryPoints: [fileURLToPath(WORKER)],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
  }).outputFiles;
  if (!made) throw new Error("there is nothing of the worker");
  return made.text;
}

export function newThread(data: ThreadData): Worker {
  if (!WORKER.pathname.endsWith(".ts")) return new Worker(WORKER, { workerData: data });
  bundled ??= bundle();
  return new Worker(bundled, { workerData: data, eval: true });
}
