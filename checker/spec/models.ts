/** Finding the model that a spec asks: a built-in one by name, or anybody's own TypeScript file by path. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AuthorError, languageCopies } from "../language/index.ts";
import type { Model, Problem } from "./model.ts";
import { mendName, shownPath } from "./problems.ts";

/** Built-in models by name; each gives the module that exports one as `default`. */
export type Builtins = Readonly<Record<string, () => Promise<{ readonly default: Model }>>>;

let prepare: () => Promise<void> = async () => {};

/** Says what is to be done, once, before a model of one's own is loaded: it is TypeScript, which Node does not load. */
export function beforeOwnModels(action: () => Promise<void>): void {
  prepare = async () => {
    prepare = async () => {};
    await action();
  };
}

/** Models that brought another copy of the language with them: a file is loaded once, and so is the copy. */
const strangers = new Map<string, string>();
/** Folders whose files may be run as models, with all that is below them; or any file, because the user said so. */
export type Trusted = readonly string[] | "anything";

/** A model, and where it is: null for a built-in one. */
interface Found {
  readonly model: Model;
  readonly file: string | null;
}

/** The model, or why there is none. `spec` is the path of the spec's file. */
export async function loadModel(
  name: string,
  spec: string,
  builtins: Builtins,
  trusts: Trusted,
): Promise<Found | { readonly problems: readonly Problem[] }> {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin) return { model: (await builtin()).default, file: null };
  const problem = (what: string, mend: string) => ({ problems: [{ path: "/model", what, mend }] });
  if (!name.includes("/") && !/\.[cm]?[jt]s$/.test(name)) {
    const mend = `${mendName(name, Object.keys(builtins), "model")} A model of your own is named by its path: "./${name}.ts"`;
    return problem(`"${name}" is not a built-in model`, mend);
  }
  const file = resolve(dirname(spec), name);
  const shown = shownPath(file);
  if (!existsSync(file)) return problem(`no such file: ${shown}`, "the path is relative to the spec");
  if (statSync(file).isDirectory())
    return problem(`${shown} is a folder`, "name the TypeScript file that exports the model");
  if (!isTrusted(file, trusts))
    return problem(
      `${shown} would be run, and lies neither beside a spec that you named, nor below this folder, nor in the package`,
      "read it first; if you trust it, add --trust-model",
    );
  let exported: Record<string, unknown>;
  await prepare();
  const before = languageCopies();
  try {
    exported = await unlessItWaitsForEver(import(pathToFileURL(file).href));
    for (const other of languageCopies().slice(before.length)) strangers.set(file, fileURLToPath(other));
    const stranger = strangers.get(file);
    if (stranger) {
      const [own = ""] = before.map((url) => fileURLToPath(new URL("index.ts", url)));
      return problem(
        `${shown} brings a second copy of the language, ${stranger}`,
        `import it from ${own}, in every file`,
      );
    }
  } catch (error) {
    return problem(`${shown} cannot be loaded: ${whereThrown(error)}`, mendThrown(error, "mend the model's file"));
  }
  const model = exported.default;
  const missing = missingOf(model);
  if (missing) return problem(`${shown} exports no model: ${missing}`, "write `export default defineModel({ .. })`");
  const problems = modelProblems(model as Model, shown);
  return problems.length > 0 ? { problems } : { model: model as Model, file };
}

/** What is imported. Nothing else goes on meanwhile, so that a process that has nothing to do any more waits for ever. */
async function unlessItWaitsForEver(imported: Promise<Record<string, unknown>>): Promise<Record<string, unknown>> {
  let isIdle = (): void => {};
  const idle = new Promise<never>((_, reject) => {
    isIdle = () => reject(new Error("it never ends loading: it awaits what never comes"));
  });
  process.once("beforeExit", isIdle);
  try {
    return await Promise.race([imported, idle]);
  } finally {
    process.removeListener("beforeExit", isIdle);
  }
}

/** A model is a program: a spec that somebody sent must not have any file run. Links are followed. */
function isTrusted(file: string, trusts: Trusted): boolean {
  if (trusts === "anything") return true;
  const real = realpathSync(file);
  return trusts.some((folder) => {
    const inside = relative(realpathSync(folder), real);
    return !inside.startsWith("..") && !isAbsolute(inside);
  });
}

const TABLES = ["parameters", "versions", "variants", "contextKinds", "operations", "properties"] as const;

/** What an export lacks to be a model; null where it is one. */
function missingOf(value: unknown): string | null {
  if (value === undefined) return "it has no default export";
  if (typeof value !== "object" || value === null) return "its default export is not an object";
  const parts = value as Record<string, unknown>;
  const lacks = [
    ...["name", "title"].filter((key) => typeof parts[key] !== "string"),
    ...TABLES.filter((key) => typeof parts[key] !== "object" || parts[key] === null),
    ...["build", "problems"].filter((key) => typeof parts[key] !== "function"),
  ];
  return lacks.length === 0 ? null : `its default export lacks ${lacks.join(", ")}`;
}

function modelProblems(model: Model, shown: string): readonly Problem[] {
  const wrong = Object.entries(model.properties).filter(([key, { name }]) => key !== name);
  return wrong.map(([key, { name }]) => ({
    path: "/model",
    what: `${shown}: the property "${name}" is listed as "${key}"`,
    mend: "list each property under its own name",
  }));
}

/** How an error of somebody's own code is mended, where it says so itself. */
export const mendThrown = (error: unknown, otherwise: string): string =>
  error instanceof AuthorError ? error.mend : otherwise;

/** An error of somebody's own code in a line: its message, and the file and line where that code threw it. */
export function whereThrown(error: unknown): string {
  if (error instanceof AuthorError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const near = (text: string): string => text.replaceAll("file://", "").replaceAll(`${process.cwd()}/`, "");
  const frames = error.stack?.replace(error.message, "") ?? "";
  const thrown = /^ +at (?:.* \()?((?:file:\/\/)?\/[^()]*:\d+):\d+\)?$/m.exec(frames)?.[1];
  const message = error.message
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join(" ");
  return near(thrown && !thrown.includes("/node_modules/") ? `${message} (${thrown})` : message);
}
