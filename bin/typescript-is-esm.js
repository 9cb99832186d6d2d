// A model of one's own may stand in a folder without a package.json, and would be taken for CommonJS: the language
// would be loaded twice, and its places would not know each other. Every .ts file is an ES module here. For the same
// reason the language that is built stands for its source.
let instead = {};

export function initialize(data) {
  instead = data;
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const built = instead[found.url.replace(/\?.*/, "")];
  if (built) return { url: built, format: "module", shortCircuit: true };
  const isScript = found.format === "commonjs" && /\.ts($|\?)/.test(found.url);
  return isScript ? { ...found, format: "module" } : found;
}
