/**
 * A process that runs cases, so that one that ends it or never ends does so to nobody else. Case by case it is told a kind
 * and a seed, and tells the exit status and what was said.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtins } from "../../checker/cli/models.ts";
import { COMMANDS, main } from "../../checker/commands/main.ts";
import { type Corpus, caseOf, type Kind, TRACE } from "./cases.ts";
import type { Data } from "./mutate.ts";

export interface Asked {
  readonly kind: Kind;
  readonly seed: number;
}

export interface Answered {
  readonly status: number;
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly complained: string;
  /** What was printed has the form of a stack trace in it. */
  readonly hasStack: boolean;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "nolock-fuzz-"));
const folders = { specs: join(dir, "specs"), results: join(dir, "results"), docs: join(dir, "docs") };
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
process.chdir(dir);
// Other checkers, git: what is not there is told, and what is would only take long.
process.env.PATH = "";

const env = {
  folders,
  builtins: { ...builtins, lights: () => import("../spec/fixtures/lights.ts") },
};

const read = (path: string): Data => JSON.parse(readFileSync(join(root, path), "utf8")) as Data;

/** Specs whose model is in a file name it by its whole path. */
function relocated(spec: Data): Data {
  const { model, ...rest } = spec as { model: string; [key: string]: Data };
  return { ...rest, model: model.startsWith(".") ? join(root, "examples", model) : model };
}

const lights = (script: string[], rest: object): Data => ({
  question: "?",
  model: "lights",
  contexts: [{ name: "task0", kind: "task", script }],
  properties: ["someDark"],
  ...rest,
});

const EXAMPLES = ["bits", "counters", "freelist", "hanoi", "once", "peterson", "philosophers", "ticket-lock", "twins"];
const KERNEL = [
  "hooks/hook-cuts-freelist",
  "gate/no-bucket-retry",
  "hooks/nolock-waits-for-list-lock",
  "memcg/memcg-first-statistics",
  "slabs/nmi-on-kmalloc",
  "gate/nmi-asks-again",
  "pages/task-frees-page-nolock",
  "company/up-drain",
];

/** All texts of a value that are not too long for a name, keys included. */
function textsOf(data: Data): string[] {
  if (typeof data === "string") return data.length < 60 ? [data, ...data.split(" ")] : [];
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => [key, ...textsOf(value)]);
}

async function corpus(): Promise<Corpus> {
  const own = [
    lights(["toggle", "toggle"], { sometimes: ["allLit"], expect: { verdict: "violated", violated: ["someDark"] } }),
    lights(["overflow"], { properties: ["smallIsZero"], configuration: { lights: 3, rooms: ["hall"] } }),
    lights(["toggle"], { properties: ["canBeDark"], variants: ["dead"], version: "again" }),
    lights(["spin"], { properties: ["returns"], happens: ["spin: again -> done"], show: "returns" }),
    lights(["wait"], { deadlock: true, uncut: [{ frame: "task0", rows: "wait: look", why: "?" }] }),
  ];
  const specs = [
    ...own,
    ...EXAMPLES.map((name) => relocated(read(`examples/${name}.json`))),
    ...KERNEL.map((name) => read(`specs/${name}.json`)),
  ];
  mkdirSync(join(folders.specs, "broken"), { recursive: true });
  const names = ["small", "broken/lit", "philosophers"];
  const named = [own[1], own[0], relocated(read("examples/philosophers.json"))];
  for (const [i, name] of names.entries()) writeFileSync(join(folders.specs, `${name}.json`), JSON.stringify(named[i]));
  const traces: Data[] = [];
  const asked = [...own, ...EXAMPLES.map((name) => relocated(read(`examples/${name}.json`)))];
  for (const [i, spec] of [...asked, read(`specs/${KERNEL[1]}.json`)].entries()) {
    // The trace names it.
    const name = `base${i}.json`;
    writeFileSync(name, JSON.stringify(spec));
    for (const args of [
      ["check", name, "--save-trace", TRACE, "--workers", "1"],
      ["simulate", name, "--seed", "1", "--steps", "12", "--save", TRACE],
    ]) {
      rmSync(TRACE, { force: true });
      await main(args, { ...env, print: () => {}, complain: () => {} });
      // A spec that holds has no counterexample.
      if (existsSync(TRACE)) traces.push(JSON.parse(readFileSync(TRACE, "utf8")) as Data);
    }
  }
  const { default: slub } = await import("../../model/index.ts");
  const words = new Set([
    ...specs.flatMap(textsOf),
    ...Object.keys(slub.parameters),
    ...Object.keys(slub.versions),
    ...Object.keys(slub.variants),
    ...Object.keys(slub.operations),
    ...Object.keys(slub.properties),
    ...Object.values(slub.contextKinds).flatMap(({ options }) => Object.keys(options)),
  ]);
  return { specs, traces, names: [...names, "nobody"], words: [...words].sort(), commands: commandsOf() };
}

/** The commands, and the options of each. */
const commandsOf = (): Corpus["commands"] =>
  Object.fromEntries(COMMANDS.map(({ name, options }) => [name, options.map((option) => `--${option}`)]));

const made = await corpus();
const pristine = mkdtempSync(join(tmpdir(), "nolock-fuzz-"));
cpSync(folders.specs, pristine, { recursive: true });
process.on("exit", () => rmSync(pristine, { recursive: true, force: true }));

async function answer({ kind, seed }: Asked): Promise<Answered> {
  const { args, files, typed } = caseOf(kind, seed, made);
  // What the last case wrote is gone, unless it was of no account.
  if (kind === "command") {
    for (const name of ["specs", "results", "docs", "out"]) rmSync(join(dir, name), { recursive: true, force: true });
    cpSync(pristine, folders.specs, { recursive: true });
    mkdirSync(folders.results);
    mkdirSync(folders.docs);
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    rmSync(join(dir, name), { recursive: true, force: true });
    writeFileSync(join(dir, name), text);
  }
  let said = "";
  let complained = "";
  const status = await main(args, {
    ...env,
    print: (text) => {
      said += text;
    },
    complain: (text) => {
      complained += text;
    },
    lines: async function* () {
      yield* typed;
    },
  });
  return { status, args, files, complained, hasStack: /^ +at .*:\d+:\d+\)?$/m.test(said + complained) };
}

process.on("message", async (asked: Asked) => process.send?.(await answer(asked)));
process.send?.("ready");
