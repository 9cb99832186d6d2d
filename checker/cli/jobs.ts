/**
 * Who answers a long list of questions? Processes of this program, side by side. Answers come in the order of the
 * questions, whoever is first; where no process can be started, or one dies, the question is answered here.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";
import type { Environment } from "./environment.ts";

/** A kind of question: what goes to another process and what comes back are plain data. */
export interface Job<Q, A> {
  readonly name: string;
  readonly answer: (question: Q, env: Environment) => Promise<A>;
}

/** What is typed to be such a process; no command, since it talks with nobody else. */
export const SERVE = "serve-jobs";

type Question = { readonly job: string; readonly question: unknown };
type Reply = Said & {
  /** That the process holds much memory: what searches used is given back late. */
  readonly isFull?: boolean;
};
type Said =
  | { readonly answer: unknown }
  /** Of a `SpecError`. */
  | { readonly problems: readonly LocatedProblem[] }
  /** Of any other error. */
  | { readonly fault: string };

/**
 * The answers, one by one. A question that cannot be answered throws where its answer would have come. A signal to end
 * reaches all processes: answers that are under way still come, and no other is begun.
 */
export async function* answers<Q, A>(
  job: Job<Q, A>,
  questions: readonly Q[],
  env: Environment,
  most = availableParallelism(),
): AsyncGenerator<A> {
  const size = Math.min(most, questions.length);
  if (!env.start || size < 2) {
    for (const question of questions) yield await job.answer(question, env);
    return;
  }
  const pool = new Pool(env.start, size);
  const release = env.attendance?.onSignal(() => pool.stop()) ?? (() => {});
  try {
    const asked: Promise<A | typeof UNASKED>[] = questions.map((question) => pool.ask(job, question, env));
    // Whoever takes the answers sees the first error; those behind it are nobody's.
    for (const one of asked) one.catch(() => {});
    for (const one of asked) {
      const answer = await one;
      if (answer === UNASKED) return;
      yield answer;
    }
  } finally {
    release();
    pool.end();
  }
}

const UNASKED = Symbol("nobody was asked");

class Pool {
  readonly #start: () => ChildProcess;
  readonly #idle: Server[] = [];
  readonly #waiting: ((server: Server | null) => void)[] = [];
  readonly #all: Server[] = [];
  readonly #size: number;
  #isStopped = false;

  constructor(start: () => ChildProcess, size: number) {
    this.#start = start;
    this.#size = size;
  }

  async ask<Q, A>(job: Job<Q, A>, question: Q, env: Environment): Promise<A | typeof UNASKED> {
    const server = await this.#free();
    if (server === null) return UNASKED;
    const reply = await server.ask({ job: job.name, question });
    if (reply?.isFull) {
      server.end();
      this.#lose(server);
    } else if (reply !== null) this.#give(server);
    if (reply === null && this.#isStopped) return UNASKED;
    // It died, or could not be started: whoever waits must not wait for it.
    if (reply === null) {
      this.#lose(server);
      return job.answer(question, env);
    }
    if ("problems" in reply) throw new SpecError(reply.problems);
    if ("fault" in reply) throw new Error(reply.fault);
    return reply.answer as A;
  }

  /** No question is begun any more, and searches end with what they have seen. */
  stop(): void {
    this.#isStopped = true;
    for (const next of this.#waiting.splice(0)) next(null);
    for (const server of this.#all) server.signal();
  }

  end(): void {
    this.#isStopped = true;
    for (const next of this.#waiting.splice(0)) next(null);
    for (const server of this.#all) server.end();
  }

  async #free(): Promise<Server | null> {
    if (this.#isStopped) return null;
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.length < this.#size) {
      const server = new Server(this.#start());
      this.#all.push(server);
      return server;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(server: Server): void {
    const next = this.#isStopped ? undefined : this.#waiting.shift();
    if (next) next(server);
    else this.#idle.push(server);
  }

  #lose(server: Server): void {
    this.#all.splice(this.#all.indexOf(server), 1);
    const next = this.#waiting.shift();
    if (!next) return;
    const another = new Server(this.#start());
    this.#all.push(another);
    next(another);
  }
}

/** One process; it answers one question at a time. */
class Server {
  readonly #process: ChildProcess;
  #isGone = false;
  #settle: ((reply: Reply | null) => void) | null = null;

  constructor(process: ChildProcess) {
    this.#process = process;
    const gone = (): void => {
      this.#isGone = true;
      this.#reply(null);
    };
    process.on("message", (reply) => this.#reply(reply as Reply));
    process.on("error", gone);
    process.on("exit", gone);
  }

  /** Null: it died before it answered. */
  ask(question: Question): Promise<Reply | null> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#isGone) this.#reply(null);
      else this.#process.send(question, (error) => error && this.#reply(null));
    });
  }

  signal(): void {
    this.#process.kill("SIGTERM");
  }

  end(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  #reply(reply: Reply | null): void {
    this.#settle?.(reply);
    this.#settle = null;
  }
}

/** Starts the program that runs now once more, to serve. What it complains of is seen; it prints nothing. */
export const startAgain = (): ChildProcess =>
  fork(process.argv[1] as string, [SERVE], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
  });

/** Bytes of memory that a process may hold and still be asked again. */
const MOST = 2 ** 30;

/** Answers until whoever started the process has no more questions, or is gone. */
export async function serve(jobs: readonly Job<never, unknown>[], env: Environment): Promise<void> {
  const known = new Map(jobs.map((job) => [job.name, job as Job<unknown, unknown>]));
  process.on("message", async ({ job, question }: Question) => {
    const said = await replyOf(known.get(job), question, env);
    process.send?.({ ...said, isFull: process.memoryUsage.rss() > MOST });
  });
  await new Promise<void>((resolve) => process.once("disconnect", resolve));
}

async function replyOf(job: Job<unknown, unknown> | undefined, question: unknown, env: Environment): Promise<Said> {
  try {
    if (!job) throw new Error("there is no such job");
    return { answer: await job.answer(question, env) };
  } catch (error) {
    if (error instanceof SpecError) return { problems: error.problems };
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
