#!/usr/bin/env node
// Runs the checker: what is built of its sources, or where that cannot be kept, the sources as they are.
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { builtProgram } from "./built-program.js";

const root = new URL("..", import.meta.url);

/** Makes TypeScript loadable: models of one's own, and the checker itself where it is not built. */
async function registerTypeScript(instead) {
  const tsx = await import("tsx/esm/api");
  const notWatched = [
    ...["bin/", "checker/", "model/"].map((folder) => fileURLToPath(new URL(folder, root))),
    "/node_modules/",
  ];
  const language = new URL("checker/language/index.ts", root).href;
  const cache = fileURLToPath(new URL("node_modules/.cache/nolock/watched", root));
  register("./watch-operators.js", import.meta.url, { data: { notWatched, language, cache } });
  tsx.register();
  register("./typescript-is-esm.js", import.meta.url, { data: instead });
}

async function program() {
  const built = await builtProgram();
  if (built)
    return { run: (await import(built.cli)).run, prepare: () => registerTypeScript(built.instead), kept: built.folder };
  await registerTypeScript({});
  return { run: (await import("../checker/cli.ts")).run, prepare: async () => {} };
}

// Too many open files, say: the program is not there that would tell it. 74 is EX_IOERR, as in checker/verdict.ts.
process.once("uncaughtException", (error) => {
  console.error(error?.syscall === undefined ? error : `nolock cannot be loaded: ${error.message}`);
  process.exit(error?.syscall === undefined ? 70 : 74);
});
const { run, prepare, kept } = await program();
process.removeAllListeners("uncaughtException");
await run(prepare, kept);
