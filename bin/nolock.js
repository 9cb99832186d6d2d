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

const program = await builtProgram();
if (program) {
  const { run } = await import(program.cli);
  await run(() => registerTypeScript(program.instead), program.folder);
} else {
  await registerTypeScript({});
  const { run } = await import("../checker/cli.ts");
  await run(async () => {});
}
