/** How are Spin and Rumur run, without their reductions, and what do they answer? Nothing is installed here. */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { toMurphi } from "../export/murphi.ts";
import { toPromela } from "../export/promela.ts";
import type { Rules } from "../export/rules.ts";
import type { System } from "../language/system.ts";
import { writeWhole } from "../text/files.ts";

export interface Answer {
  readonly states: number;
  readonly transitions: number;
  /** Numbers of the findings made. */
  readonly found: ReadonlySet<number>;
  /** Properties that must always stay possible and do not; null where the tool was not asked. */
  readonly lost: ReadonlySet<string> | null;
}

/** Why a tool gave no answer: it ran out of time, of memory or of depth, or did not accept its input. */
export interface NoAnswer {
  readonly why: string;
}

export interface RunOptions {
  /** For each program that is run. */
  readonly timeoutSeconds: number;
  /** How many states the reference has: from this follow the depth of a search and what compiling is worth. */
  readonly states: number;
}

export const TOOLS = ["spin", "gcc", "rumur"] as const;

/** Which of the programs are not on the PATH. */
export async function missingTools(): Promise<readonly string[]> {
  const runs = await Promise.all(TOOLS.map((tool) => run(tool, [tool === "spin" ? "-V" : "--version"], ".", 20)));
  return TOOLS.filter((_, i) => runs[i]?.missing);
}

interface Run {
  readonly output: string;
  readonly errors: string;
  readonly status: number | null;
  readonly missing: boolean;
}

/** Milliseconds that a timer can wait, 24 days. */
const LONGEST = 2 ** 31 - 1;

function run(program: string, args: readonly string[], cwd: string, timeoutSeconds: number): Promise<Run> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      timeout: Math.min(timeoutSeconds * 1000, LONGEST),
      killSignal: "SIGKILL",
      maxBuffer: 1 << 28,
    } as const;
    execFile(program, [...args], options, (error: ExecFileException | null, output, errors) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ output, errors, status, missing: error?.code === "ENOENT" });
    });
  });
}

/** Runs programs in a folder of their own, one after the other; a failing one ends in `NoAnswer`. */
async function inFolder<T>(
  options: RunOptions,
  work: (folder: string, must: (program: string, args: readonly string[]) => Promise<Run>) => Promise<T>,
): Promise<T | NoAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "nolock-"));
  const must = async (program: string, args: readonly string[]): Promise<Run> => {
    const ran = await run(program, args, folder, options.timeoutSeconds);
    if (ran.status === 0) return ran;
    const said = (ran.errors || ran.output).trim().split("\n")[0] ?? "";
    const why = ran.status === null ? `${program} took more than ${options.timeoutSeconds} s` : `${program}: ${said}`;
    throw new Failed(why);
  };
  try {
    return await work(folder, must);
  } catch (error) {
    if (error instanceof Failed) return { why: error.message };
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Failed extends Error {}

/** Small searches are over before an optimiser is. */
const optimised = ({ states }: RunOptions): string => (states < 500_000 ? "-O0" : "-O2");

/** A full depth-first search by Spin: no partial-order reduction, exact storage. */
export const askSpin = (system: System, options: RunOptions): Promise<Answer | NoAnswer> =>
  inFolder(options, async (folder, must) => {
    writeWhole(join(folder, "model.pml"), toPromela(system));
    await must("spin", ["-DGO_ON", "-a", "model.pml"]);
    const pan = join(folder, "pan.c");
    writeWhole(pan, exactCounts(readFileSync(pan, "utf8")));
    const defines = ["-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DVECTORSZ=16384"];
    await must("gcc", [optimised(options), "-w", ...defines, "-o", "pan", "pan.c"]);
    // Spin sets memory aside for each step of depth, and few searches are as deep as their graph is large.
    const deepest = 2 * options.states + 1000;
    for (let depth = Math.min(deepest, FIRST_DEPTH); ; depth = Math.min(deepest, 10 * depth)) {
      const answer = readSpin((await must("./pan", [`-m${depth}`, "-E"])).output, system.initials.length);
      if (depth === deepest || !("why" in answer && answer.why === TOO_SHALLOW)) return answer;
    }
  });

/** Whether Spin finds a fair run on which what a question of liveness asks for never comes: a nested depth-first search. */
export const askSpinOfLiveness = (
  system: System,
  liveness: number,
  options: RunOptions,
): Promise<{ readonly violated: boolean } | NoAnswer> =>
  inFolder(options, async (folder, must) => {
    writeWhole(join(folder, "model.pml"), toPromela(system, { liveness }));
    await must("spin", ["-a", "model.pml"]);
    await must("gcc", ["-O1", "-w", "-DNOREDUCE", "-DNOFAIR", "-DVECTORSZ=16384", "-o", "pan", "pan.c"]);
    const { output } = await must("./pan", ["-a", "-E", `-m${DEEPEST}`]);
    return readLiveness(output);
  });

/** Steps of depth of a nested search: of each state there are several, by guesses and by who took the last step. */
const DEEPEST = 10_000_000;

/** What Spin's verifier printed that looked for acceptance cycles. */
export function readLiveness(output: string): { readonly violated: boolean } | NoAnswer {
  if (/^pan:\d+: acceptance cycle/m.test(output)) return { violated: true };
  const answer = /max search depth too small/.test(output) ? TOO_SHALLOW : /errors: 0$/m.test(output) ? null : output;
  return answer === null ? { violated: false } : { why: answer.trim().split("\n")[0] ?? "" };
}

const FIRST_DEPTH = 1_000_000;
const TOO_SHALLOW = "Spin's search was not deep enough";

/** The source of Spin's verifier, which prints eight digits of each count, so that it prints all. */
export const exactCounts = (pan: string): string => pan.replaceAll("%9.8g", "%9.0f");

/** What Spin's verifier printed, of a system that may begin in so many states; it ends with status 0 whatever it found. */
export function readSpin(output: string, starts = 1): Answer | NoAnswer {
  const count = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  if (/max search depth too small/.test(output)) return { why: TOO_SHALLOW };
  const stopped = /^pan:\d+: (.*)$/m.exec(output);
  if (stopped) return { why: `Spin stopped: ${stopped[1]}` };
  if (!/errors: 0$/m.test(output) || /Search not completed/.test(output))
    return { why: "Spin's search did not finish" };
  const states = count(/^ *(\d+) states, stored/m);
  const steps = count(/^ *(\d+) transitions/m);
  if (!(states <= steps)) return { why: "Spin's counts cannot be read" };
  const rounds = /^rounds /m.test(output) ? count(/^rounds (\d+)$/m) : 0;
  // It counts the initial state as a transition to it.
  const found = new Set([...output.matchAll(/^found (\d+)$/gm)].map((match) => Number(match[1])));
  // Where there are several states to begin in, Spin chooses one in a step from a state of its own.
  const [own, chosen] = starts > 1 ? [1, starts] : [0, 0];
  return { states: states - own, transitions: steps - 1 - rounds - chosen, found, lost: null };
}

/** A full breadth-first search by Rumur: no symmetry reduction, one thread. */
export const askRumur = (system: System, options: RunOptions): Promise<Answer | NoAnswer> =>
  inFolder(options, async (folder, must) => {
    writeWhole(join(folder, "model.m"), toMurphi(system, { goOn: true }));
    const plain = ["--deadlock-detection", "off", "--symmetry-reduction", "off", "--threads", "1"];
    const form = ["--value-type", "int32_t", "--output-format", "machine-readable", "--counterexample-trace", "off"];
    await must("rumur", [...plain, ...form, "--max-errors", "1000000", "--output", "model.c", "model.m"]);
    const verifier = join(folder, "model.c");
    writeWhole(verifier, alwaysLiveness(usedHandles(readFileSync(verifier, "utf8"))));
    await must("gcc", ["-std=c11", optimised(options), "-w", "-o", "model", "model.c", "-mcx16", "-lpthread"]);
    const { output, status, errors } = await run("./model", [], folder, options.timeoutSeconds);
    // Its status is 1 also where a `cover` was never met.
    if (status === null) return { why: `Rumur took more than ${options.timeoutSeconds} s` };
    return readRumur(output, errors);
  });

/**
 * The source of Rumur's verifier, which asks what must always stay possible only where each `cover` was met, so that it
 * asks in any case. Throws where there is no such condition: then this is not the Rumur that the sentence is about.
 */
export function alwaysLiveness(verifier: string): string {
  const condition = /if \(error_count == 0\) (?=\{\s*check_liveness_final\(\);)/g;
  const asked = verifier.replace(condition, "");
  if (asked === verifier) throw new Error("this Rumur asks for liveness in another way than v2022.08.20 does");
  return asked;
}

/**
 * The source of Rumur's verifier without the handles of variables that a function never names. Rumur declares all in
 * each function, most of its text, and compiling that takes longer than the search. A handle too many taken away is an
 * error of the compiler, not another answer: nothing outside a function has such a name.
 */
export function usedHandles(verifier: string): string {
  const declaration = /^ *const struct handle (ru_\w+) __attribute__\(\(unused\)\) = state_handle\(.*\);\n/gm;
  return verifier
    .split(/^(?=static )/m)
    .map((text) => {
      const named = new Map<string, number>();
      for (const [name] of text.matchAll(/\bru_\w+/g)) named.set(name, (named.get(name) ?? 0) + 1);
      return text.replace(declaration, (whole, name: string) => (named.get(name) === 1 ? "" : whole));
    })
    .join("");
}

/** What Rumur's verifier printed, as XML. */
export function readRumur(output: string, errors: string): Answer | NoAnswer {
  const summary = /<summary states="(\d+)" rules_fired="(\d+)"/.exec(output);
  if (!summary) return { why: `Rumur's search did not finish: ${errors.trim().split("\n")[0]}` };
  const lost = new Set<string>();
  for (const [, message] of output.matchAll(/<message>([^<]*)<\/message>/g)) {
    const liveness = /^liveness property &quot;(.*)&quot; violated$/.exec(message ?? "");
    if (!liveness) return { why: `Rumur stopped: ${message}` };
    lost.add(liveness[1] as string);
  }
  const covers = output.matchAll(/<cover_result message="finding (\d+)" count="(\d+)"\/>/g);
  const found = new Set([...covers].flatMap(([, finding, count]) => (count === "0" ? [] : [Number(finding)])));
  return { states: Number(summary[1]), transitions: Number(summary[2]), found, lost };
}

/** What an answer says of the properties and witnesses of a system. */
export function told(answer: Answer, { findings }: Rules) {
  const made = findings.filter((_, n) => answer.found.has(n));
  const properties = made.filter(({ kind }) => kind !== "met").map(({ name }) => name);
  const met = new Set(made.flatMap(({ kind, name }) => (kind === "met" ? [Number(name)] : [])));
  return { violated: new Set([...properties, ...(answer.lost ?? [])]), met };
}
