/** What does one run of a program cost: whole-process seconds and peak memory? And what did it print? */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What a run cost, whole processes. */
export interface Cost {
  readonly seconds: number;
  readonly peakKiB: number;
}

export interface Ran extends Cost {
  /** Seconds of processors. */
  readonly cpu: number;
  readonly output: string;
  readonly errors: string;
  readonly status: number;
}

/** Why a bench cannot go on: something is missing, or two that must agree do not. Told without a stack. */
export class BenchError extends Error {}

/** A folder for sources and programs of one bench, with the program that measures. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "nolock-bench-"));

  constructor() {
    execFileSync("gcc", ["-O2", "-o", join(this.folder, "peak"), join(PROJECT, "bench/peak.c")]);
  }

  /** Runs a program to its end, in the folder or another. */
  run(program: string, args: readonly string[], cwd = this.folder): Promise<Ran> {
    const file = join(this.folder, "cost");
    return new Promise((resolve) => {
      const options = { cwd, maxBuffer: 1 << 28 } as const;
      execFile(join(this.folder, "peak"), [file, program, ...args], options, (error, output, errors) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : 125;
        const [seconds = Number.NaN, peakKiB = Number.NaN, cpu = Number.NaN] =
          status === 125 ? [] : readFileSync(file, "utf8").trim().split(" ").map(Number);
        resolve({ output, errors, status, seconds, peakKiB, cpu });
      });
    });
  }

  /** The same for what must succeed. */
  async must(program: string, args: readonly string[], cwd = this.folder): Promise<Ran> {
    const ran = await this.run(program, args, cwd);
    if (ran.status === 0) return ran;
    const said = (ran.errors || ran.output).trim().split("\n").slice(0, 5).join("\n  ");
    throw new BenchError(`${program} ${args.join(" ")}: exit status ${ran.status}\n  ${said}`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
