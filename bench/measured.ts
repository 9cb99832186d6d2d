/** What was measured, kept in a file: the only source of the figures of docs/performance.md. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../checker/text/files.ts";
import type { KeptModel } from "./checkpoints.ts";
import type { Run } from "./contenders.ts";
import type { LiveModel } from "./liveness.ts";
import { PROJECT } from "./measure.ts";
import type { Shares } from "./profile.ts";

/** The runs of a case, by contender in the order of rounds. */
export interface Measured {
  readonly title: string;
  readonly states: number;
  readonly transitions: number;
  /** Seconds to make each contender's program. */
  readonly builds: Readonly<Record<string, number>>;
  readonly runs: Readonly<Record<string, readonly Run[]>>;
}

/** How long a spec takes to begin, and to be answered. */
export interface Start {
  readonly states: number;
  /** Whole processes that end with the first level, and that answer; in seconds. */
  readonly first: readonly number[];
  readonly whole: readonly number[];
}

/** Where and when something was measured. */
export interface Setting {
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
}

export interface Performance {
  readonly cases: Readonly<Record<string, Measured & Setting>>;
  readonly starts: ({ readonly specs: Readonly<Record<string, Start>> } & Setting) | null;
  /** By model, what it costs to keep a search, and to go on with it. */
  readonly checkpoints?: { readonly models: Readonly<Record<string, KeptModel>> } & Setting;
  /** By model, what liveness costs beside the search alone. */
  readonly liveness?: { readonly models: Readonly<Record<string, LiveModel>> } & Setting;
  /** By case, where one thread spent its time. */
  readonly profiles?: Readonly<Record<string, { readonly shares: Shares } & Setting>>;
}

export const EMPTY: Performance = { cases: {}, starts: null };

const FILE = join(PROJECT, "bench/measured.json");

export const readRecord = (file = FILE): Performance =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Performance) : EMPTY;

export const writeRecord = (record: Performance, file = FILE): void =>
  writeWhole(file, `${JSON.stringify(record, null, 1)}\n`);

const firstLine = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: "utf8", cwd: PROJECT, stdio: "pipe" }).trim().split("\n")[0] ?? "";

export function settingNow(): Setting {
  const model = cpus()[0]?.model ?? "unknown";
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const system = `${firstLine("uname", "-s", "-r")}, ${osName()}`;
  return {
    commit: firstLine("git", "describe", "--always", "--dirty", "--abbrev=12"),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} processors (${model}), ${gibibytes} GiB of memory, ${system}`,
    versions: [
      `Node ${process.versions.node} (V8 ${process.versions.v8})`,
      firstLine("spin", "-V"),
      firstLine("rumur", "--version"),
      firstLine("gcc", "--version"),
    ].join("; "),
  };
}

function osName(): string {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1] ?? "an unknown system";
}
