/** Questions that several processes answer: the order, what is wrong with one, a process that dies, a signal. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../checker/cli/environment.ts";
import { answers } from "../../checker/cli/jobs.ts";
import { SpecError } from "../../checker/spec/problems.ts";
import { type Answered, type Asked, doubling } from "./fixtures/jobs.ts";

const serving = fileURLToPath(new URL("./fixtures/jobs.ts", import.meta.url));

/** An environment whose processes are counted. */
function environment(attendance?: Environment["attendance"]) {
  const started: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const one = fork(serving, ["serving"], { execArgv: ["--import", "tsx"], serialization: "advanced" });
    started.push(one);
    return one;
  };
  const ended = () =>
    Promise.all(started.map((one) => one.exitCode ?? one.signalCode ?? new Promise((done) => one.once("exit", done))));
  return { env: { start, ...(attendance ? { attendance } : {}) } as Environment, started, ended };
}

async function all(asked: readonly Asked[], env: Environment, most = 2): Promise<Answered[]> {
  const found: Answered[] = [];
  for await (const one of answers(doubling, asked, env, most)) found.push(one);
  return found;
}

describe("answers of several processes", () => {
  it("come in the order of the questions, whoever is first, and no process is left", async () => {
    const { env, started, ended } = environment();
    const found = await all([{ n: 1, takes: 3000 }, { n: 2 }, { n: 3 }, { n: 4 }], env);
    expect(found.map(({ twice }) => twice)).toEqual([2, 4, 6, 8]);
    expect(new Set(found.map(({ by }) => by)).size).toBe(2);
    expect(found.map(({ by }) => by)).not.toContain(process.pid);
    expect(started).toHaveLength(2);
    await ended();
  });

  it("are given here where one process would be enough, or none can be started", async () => {
    const { env, started } = environment();
    expect((await all([{ n: 1 }], env))[0]?.by).toBe(process.pid);
    expect((await all([{ n: 1 }, { n: 2 }], env, 1)).map(({ by }) => by)).toEqual([process.pid, process.pid]);
    expect((await all([{ n: 1 }, { n: 2 }], {} as Environment)).map(({ twice }) => twice)).toEqual([2, 4]);
    expect(started).toHaveLength(0);
  });

  it("are given here where a process dies of the question, and the others go on", async () => {
    const { env, ended } = environment();
    const found = await all([{ n: 1, does: "die" }, { n: 2 }, { n: 3, does: "die" }, { n: 4 }, { n: 5 }], env);
    expect(found.map(({ twice }) => twice)).toEqual([2, 4, 6, 8, 10]);
    expect([found[0]?.by, found[2]?.by]).toEqual([process.pid, process.pid]);
    await ended();
  });

  it("throw what was wrong, where its answer would have come", async () => {
    const { env, ended } = environment();
    const found: number[] = [];
    const ask = async (does: "refuse" | "fail") => {
      for await (const { twice } of answers(doubling, [{ n: 1 }, { n: 2, does }, { n: 3 }], env, 2)) found.push(twice);
    };
    const refused = await ask("refuse").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SpecError);
    expect((refused as SpecError).problems).toEqual([
      { where: "question 2", what: "it is refused", mend: "ask another" },
    ]);
    await expect(ask("fail")).rejects.toThrow("a fault at 2");
    expect(found).toEqual([2, 2]);
    await ended();
  });

  it("end at a signal: what has not been begun is not asked", async () => {
    let signal = () => {};
    let isReleased = false;
    const { env, ended } = environment({
      onSignal: (end: () => void) => {
        signal = end;
        return () => {
          isReleased = true;
        };
      },
    } as Environment["attendance"]);
    const found: number[] = [];
    const asked = Array.from({ length: 5000 }, (_, n) => ({ n, takes: 20 }));
    for await (const { twice } of answers(doubling, asked, env, 2)) {
      found.push(twice);
      if (found.length === 3) signal();
    }
    expect(found).toEqual(found.map((_, n) => 2 * n));
    expect(found.length).toBeLessThan(5000);
    expect(isReleased).toBe(true);
    await ended();
  });
});
