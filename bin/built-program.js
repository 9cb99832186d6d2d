// The checker and its built-in model as JavaScript. It is kept in node_modules/.cache, in a folder named by a hash of
// everything that it is made of: when a source changes, another folder is looked for. So there is no step to forget.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/nolock");

/** What is built, by name; what a model of one's own imports must be the same modules, not a second copy. */
const ENTRIES = {
  cli: "checker/cli.ts",
  language: "checker/language/index.ts",
  model: "checker/spec/model.ts",
  worker: "checker/engine/search/worker.ts",
};

/** Folders of the cache that nobody has used for so long are removed. */
const WEEK = 7 * 24 * 3600 * 1000;

const sources = () =>
  ["checker", "model", "bin"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.[jt]s$/.test(file))
      .sort()
      .map((file) => `${folder}/${file}`),
  );

function hashOf(files) {
  const hash = createHash("sha256").update(`${root}\0${process.version}\0`);
  for (const file of [...files, "package-lock.json"]) {
    const text = readFileSync(join(root, file));
    hash.update(`${file}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Builds into a folder of its own first: another process may be about to build the same. */
async function build(folder) {
  const { build: esbuild } = await import("esbuild");
  const made = `${folder}.${process.pid}`;
  await esbuild({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: made,
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
    // Files are looked up beside the source.
    plugins: [{ name: "where a source is", setup: (b) => b.onLoad({ filter: /\.ts$/ }, ({ path }) => located(path)) }],
  });
  try {
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  for (const name of readdirSync(cache)) {
    const old = join(cache, name);
    if (Date.now() - statSync(old).mtimeMs > WEEK) rmSync(old, { recursive: true, force: true });
  }
}

/** Names of files that are built as well stand for what was made of them, which lies beside. */
const BUILT = [['new URL("./worker.ts", import.meta.url)', 'new URL("./worker.js", import.meta["url"])']];

function located(path) {
  let contents = readFileSync(path, "utf8");
  for (const [source, made] of BUILT) contents = contents.replaceAll(source, made);
  return { loader: "ts", contents: contents.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
}

/**
 * Where the program is, which of its modules stand for which sources, and the folder that it is in. Null where it cannot be kept, or where a
 * source is so wrong that it cannot be built: then the sources themselves say what is wrong.
 */
export async function builtProgram() {
  const folder = join(cache, hashOf(sources()));
  try {
    mkdirSync(cache, { recursive: true });
    if (!existsSync(folder)) await build(folder);
  } catch {
    return null;
  }
  const url = (name) => pathToFileURL(join(folder, `${name}.js`)).href;
  const instead = Object.entries(ENTRIES).map(([name, path]) => [pathToFileURL(join(root, path)).href, url(name)]);
  return { cli: url("cli"), instead: Object.fromEntries(instead), folder };
}
