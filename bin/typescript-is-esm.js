// A model of one's own may stand in a folder without a package.json, and would be taken for CommonJS: the language
// would be loaded twice, and its places would not know each other. Every .ts file is an ES module here, and every .js
// file that imports or exports. For the same reason the language that is built stands for its source.
import { readFileSync } from "node:fs";

let instead = {};

export function initialize(data) {
  instead = data;
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const url = bare(found.url);
  const built = instead[url];
  if (built) return { url: built, format: "module", shortCircuit: true };
  return found.format !== "module" && isModule(url) ? { ...found, url, format: "module" } : found;
}

/** Without what is asked of it; what was taken for CommonJS is asked with a query that is part of its path. */
const bare = (url) => url.replace(/(%3Ftsx-|[?#]).*/, "");

/** A .ts file is one, and so is a user's .js file that says so itself. */
function isModule(url) {
  if (url.endsWith(".ts")) return true;
  if (!url.startsWith("file:") || !url.endsWith(".js") || url.includes("/node_modules/")) return false;
  return /^\s*(import|export)\b/m.test(readFileSync(new URL(url), "utf8"));
}
