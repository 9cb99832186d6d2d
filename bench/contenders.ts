/** Who is measured, how each is built, with which flags, and how it runs without reductions on a model. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { exactCounts, readRumur, readSpin } from "../checker/crosscheck/tools.ts";
import { writeWhole } from "../checker/text/files.ts";
import { BenchError, type Cost, PROJECT, type Workshop } from "./measure.ts";
import type { Model } from "./model.ts";

export interface Counts {
  readonly states: number;
  readonly transitions: number;
}

/** One run. */
export interface Run extends Counts, Cost {}

export interface Contender {
  readonly name: string;
  /** What is compared: nolock, or Spin or Rumur on the exported table or on a model written by hand. */
  readonly tool: "nolock" | "Spin" | "Rumur";
  readonly source: "table" | "exported" | "by hand";
  readonly threads: 1 | 2;
  /** How it is called, for the report. */
  readonly flags: string;
  /** Seconds that it takes to make the program, or null where none is made. Makes it. */
  readonly build: (workshop: Workshop, model: Model) => Promise<number | null>;
  readonly run: (workshop: Workshop, model: Model) => Promise<Run>;
}

const nolock = (threads: 1 | 2): Contender => ({
  name: `nolock, ${threads} worker${threads > 1 ? "s" : ""}`,
  tool: "nolock",
  source: "table",
  threads,
  flags: `check --explore-all --workers ${threads}`,
  build: async () => null,
  run: async (workshop, { check }) => {
    const args = ["bin/nolock.js", "check", ...check, "--explore-all", "--workers", String(threads), "--json", "-"];
    const { seconds, peakKiB, output, errors } = await workshop.run(process.execPath, args, PROJECT);
    let answer: { complete?: boolean; states: number; transitions: number; incomplete?: string };
    try {
      answer = JSON.parse(output);
    } catch {
      throw new BenchError(`nolock check ${check.join(" ")}: ${errors.trim() || output.trim()}`);
    }
    if (!answer.complete) throw new BenchError(`nolock check ${check.join(" ")}: ${answer.incomplete}`);
    return { states: answer.states, transitions: answer.transitions, seconds, peakKiB };
  },
});

const PLAIN = ["-O2", "-DSAFETY", "-DNOREDUCE"];
const TUNED = ["-O3", "-march=native", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DNOBOUNDCHECK", "-DSFH"];
const SPIN_MODES: readonly { name: string; compile: readonly string[]; run: readonly string[]; threads: 1 | 2 }[] = [
  { name: "DFS", compile: PLAIN, run: [], threads: 1 },
  { name: "DFS tuned", compile: TUNED, run: [], threads: 1 },
  { name: "BFS", compile: [...TUNED, "-DBFS"], run: [], threads: 1 },
  { name: "COLLAPSE", compile: [...TUNED, "-DCOLLAPSE"], run: [], threads: 1 },
  { name: "NCORE=2", compile: [...TUNED, "-DNCORE=2", "-DMEMLIM=8000"], run: [], threads: 2 },
  { name: "BFS_PAR, 2 cores", compile: [...TUNED, "-DBFS_PAR"], run: ["-u2"], threads: 2 },
];

/** Spin's hash table has a slot for each state and half as many again, in powers of two. */
const slots = (states: number): number => Math.max(16, Math.ceil(Math.log2(1.5 * states)));

const fileOf = (...parts: readonly string[]): string => parts.join("-").replaceAll(/[^A-Za-z0-9]+/g, "_");

/**
 * The bytes of a state that Spin sets aside and its processes hand to each other: as many as there are, or Spin would be
 * slowed. It tells them when it runs.
 */
async function vectorSize(workshop: Workshop): Promise<number> {
  await workshop.must("gcc", ["-w", "-O0", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=65536", "-o", "sizes", "pan.c"]);
  const { output } = await workshop.run("./sizes", ["-m2", "-E"]);
  const size = Number(/^State-vector (\d+) byte/m.exec(output)?.[1]);
  if (!(size > 0)) throw new BenchError(`Spin does not tell the size of a state: ${output.trim().split("\n")[0]}`);
  return 8 * Math.ceil((size + 8) / 8);
}

const vectorSizes = new Map<string, number>();

function spin(mode: (typeof SPIN_MODES)[number], source: "exported" | "by hand"): Contender {
  const program = (model: Model): string => fileOf("spin", model.name, source, mode.name);
  /** How deep the depth-first search goes; known once it did not suffice. */
  let depth = 1_000_000;
  return {
    name: `Spin ${mode.name}, ${source}`,
    tool: "Spin",
    source,
    threads: mode.threads,
    flags: [...mode.compile, "-DVECTORSZ=..", ...mode.run].join(" "),
    build: async (workshop, model) => {
      const file = program(model);
      writeWhole(
        join(workshop.folder, `${file}.pml`),
        source === "exported" ? model.promela() : (model.byHand?.promela() ?? ""),
      );
      const made = await workshop.must("spin", ["-a", `${file}.pml`]);
      const pan = join(workshop.folder, "pan.c");
      writeWhole(pan, exactCounts(readFileSync(pan, "utf8")));
      const key = fileOf(model.name, source);
      const size = vectorSizes.get(key) ?? (await vectorSize(workshop));
      vectorSizes.set(key, size);
      const compiled = await workshop.must("gcc", ["-w", ...mode.compile, `-DVECTORSZ=${size}`, "-o", file, "pan.c"]);
      return made.seconds + compiled.seconds;
    },
    run: async (workshop, model) => {
      for (;;) {
        const options = [`-m${depth}`, "-E", `-w${slots(model.states)}`, ...mode.run];
        const ran = await workshop.run(`./${program(model)}`, options);
        const answer = readSpin(ran.output);
        if (!("why" in answer)) return { ...answerOf(answer), seconds: ran.seconds, peakKiB: ran.peakKiB };
        if (!/not deep enough/.test(answer.why) || depth > 10 * model.states)
          throw new BenchError(`Spin ${mode.name} on ${model.name}: ${answer.why}\n  ${ran.errors.trim()}`);
        depth *= 10;
      }
    },
  };
}

const answerOf = ({ states, transitions }: Counts): Counts => ({ states, transitions });

function rumur(threads: 1 | 2, source: "exported" | "by hand"): Contender {
  const program = (model: Model): string => fileOf("rumur", model.name, source, String(threads));
  return {
    name: `Rumur, ${threads} thread${threads > 1 ? "s" : ""}, ${source}`,
    tool: "Rumur",
    source,
    threads,
    flags: `--threads ${threads}, gcc -O3 -march=native`,
    build: async (workshop, model) => {
      const file = program(model);
      writeWhole(
        join(workshop.folder, `${file}.m`),
        source === "exported" ? model.murphi() : (model.byHand?.murphi() ?? ""),
      );
      const plain = ["--deadlock-detection", "off", "--symmetry-reduction", "off", "--threads", String(threads)];
      const form = ["--output-format", "machine-readable", "--counterexample-trace", "off"];
      const made = await workshop.must("rumur", [...plain, ...form, "--output", `${file}.c`, `${file}.m`]);
      const flags = ["-std=c11", "-O3", "-march=native", "-w"];
      const compiled = await workshop.must("gcc", [...flags, "-o", file, `${file}.c`, "-mcx16", "-lpthread"]);
      return made.seconds + compiled.seconds;
    },
    run: async (workshop, model) => {
      const { output, errors, seconds, peakKiB } = await workshop.run(`./${program(model)}`, []);
      const answer = readRumur(output, errors);
      if ("why" in answer) throw new BenchError(`Rumur on ${model.name}: ${answer.why}`);
      return { ...answerOf(answer), seconds, peakKiB };
    },
  };
}

const ofSource = (source: "exported" | "by hand"): readonly Contender[] => [
  ...SPIN_MODES.map((mode) => spin(mode, source)),
  rumur(1, source),
  rumur(2, source),
];

export const NOLOCK: readonly Contender[] = [nolock(1), nolock(2)];
export const BY_HAND = ofSource("by hand");
export const EXPORTED = ofSource("exported");
