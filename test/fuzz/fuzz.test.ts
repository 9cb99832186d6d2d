/**
 * Does any input end in a stack trace, a hang or a fault of the checker's? Thousands of specs, traces and command lines that
 * are spoilt by chance. The seed is that of the commit, or NOLOCK_SEED; a case that fails is named by a seed of its own.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT, exitStatus, verdicts } from "../../checker/spec/verdict.ts";
import { runs } from "../runs.ts";
import { KINDS, type Kind } from "./cases.ts";
import type { Answered } from "./runner.ts";

/** Cases of each kind. */
const CASES: Readonly<Record<Kind, number>> = { spec: 1500, trace: 1000, command: 1000 };

/** Milliseconds after which a case hangs: each takes a small part of a second. */
const PATIENCE = 120_000;

const STATUSES = [...verdicts.map((verdict) => exitStatus(verdict, "holds", true)), ...Object.values(EXIT)];

function seedOfRun(): number {
  const given = process.env.NOLOCK_SEED;
  if (given !== undefined) {
    if (!/^\d{1,9}$/.test(given)) throw new Error(`NOLOCK_SEED is "${given}": it has to be a whole number`);
    return Number(given);
  }
  try {
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: "pipe" });
    return Number.parseInt(commit.slice(0, 7), 16);
  } catch {
    return 1;
  }
}

const seed = seedOfRun();
console.info(`fuzz: seed ${seed}; NOLOCK_SEED=${seed} asks the same again`);

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** A process that is ready to run cases. */
async function started(): Promise<ChildProcess> {
  const runner = fileURLToPath(new URL("runner.ts", import.meta.url));
  const child = fork(runner, {
    execArgv: ["--import", "tsx", "--max-old-space-size=2048"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  children.add(child);
  await message(child);
  return child;
}

/** What a process says next, or how it ended. */
function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    let errors = "";
    const hear = (chunk: Buffer): void => {
      errors += chunk;
    };
    const end = (found: unknown): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.stderr?.removeListener("data", hear);
      resolve(found);
    };
    const timer = setTimeout(() => end(`it hangs: no answer after ${PATIENCE / 1000} s`), PATIENCE);
    child.stderr?.on("data", hear);
    child.once("message", end);
    child.once("exit", (status, signal) => end(`the process ended: ${status ?? signal}\n${errors}`));
  });
}

/** What is wrong with an answer; null where nothing is. */
function wrongWith(answer: unknown): string | null {
  if (typeof answer === "string") return answer;
  const { status, complained, hasStack } = answer as Answered;
  if (status === EXIT.fault) return "status 70";
  if (hasStack) return "a stack trace";
  if (!STATUSES.includes(status)) return `status ${status}`;
  return status === EXIT.badInput && complained === "" ? "bad input, and nothing is said" : null;
}

describe.each(KINDS)("a %s that chance spoils", (kind) => {
  it("ends with an answer, or with what is wrong with it", { timeout: 0 }, async () => {
    const count = runs(CASES[kind]).numRuns;
    const statuses = new Map<number, number>();
    const faults: string[] = [];
    let begun = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      let child = await started();
      while (begun < count && faults.length < 5) {
        const own = seed * 31 + begun++;
        child.send({ kind, seed: own });
        const answer = await message(child);
        const wrong = wrongWith(answer);
        if (wrong !== null) faults.push(`${kind} ${own}: ${wrong}\n${JSON.stringify(answer).slice(0, 3000)}`);
        if (typeof answer === "string") {
          child.kill("SIGKILL");
          child = await started();
        } else {
          const { status } = answer as Answered;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
        done += 1;
      }
      child.kill("SIGKILL");
    };
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
    expect(faults).toEqual([]);
    expect([done, [...statuses.values()].reduce((a, b) => a + b, 0)]).toEqual([count, count]);
    // Many are refused, and many are not: else little of the checker would be asked.
    const refused = statuses.get(EXIT.badInput) ?? 0;
    expect(refused / count).toBeGreaterThan(0.2);
    expect(refused / count).toBeLessThan(0.95);
    console.info(
      `fuzz: ${count} of kind ${kind}: ${[...statuses]
        .sort()
        .map(([status, n]) => `${n} with ${status}`)
        .join(", ")}`,
    );
  });
});
