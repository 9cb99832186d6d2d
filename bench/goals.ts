/** What is asked of the checker's speed and memory, and whether what was measured meets it. */
import { HUNDRED_MILLION, type KeptModel, type KeptRound, type Took } from "./checkpoints.ts";
import type { Run } from "./contenders.ts";
import { type LiveModel, timesOf } from "./liveness.ts";
import type { Measured, Performance } from "./measured.ts";
import { SMALL } from "./starts.ts";
import { median, type Ratio, ratio } from "./statistics.ts";

export interface Goal {
  readonly what: string;
  readonly required: number;
  readonly aimed: number | null;
  /** Greater is better, or less. */
  readonly better: "more" | "less";
  readonly unit: string;
  /** Null where it was not measured; `why` then says so. */
  readonly measured: number | null;
  readonly why: string;
}

export const isMet = (measured: number, limit: number, better: Goal["better"]): boolean =>
  better === "more" ? measured >= limit : measured <= limit;

const LARGE_FREELIST = "freelist-22M";
const ONE = "nolock, 1 worker";
const TWO = "nolock, 2 workers";
/** Ratios to Spin are asked of specs above this many states: below, starting is most of it. */
const LARGE = 1_000_000;

const seconds = (runs: readonly Run[]): number[] => runs.map((run) => run.seconds);
export const bytesPerState = (runs: readonly Run[]): number => median(runs.map((r) => (r.peakKiB * 1024) / r.states));

/** The contender of a kind with the least median. */
export function fastest(measured: Measured, belongs: (name: string) => boolean): string | null {
  const names = Object.keys(measured.runs).filter(belongs);
  const time = (name: string): number => median(seconds(measured.runs[name] ?? []));
  return names.sort((a, b) => time(a) - time(b))[0] ?? null;
}

const isSpin = (name: string): boolean => name.startsWith("Spin");
const onTwoCores = (name: string): boolean => /NCORE|BFS_PAR/.test(name);

/** How many times as long another takes; null where one of the two was not measured. */
export function against(measured: Measured | undefined, other: string | null, ours: string): Ratio | null {
  const [a, b] = [other === null ? undefined : measured?.runs[other], measured?.runs[ours]];
  return a && b ? ratio(seconds(a), seconds(b)) : null;
}

/** The median of what one kind of process took. */
export const tookIn = ({ rounds }: KeptModel, process: keyof KeptRound, what: keyof Took): number =>
  median(rounds.map((round) => round[process][what]));

/** What keeping a search costs, as a part of the search. */
export const costOf = (model: KeptModel, what: keyof Took): number =>
  tookIn(model, "kept", what) / tookIn(model, "plain", what) - 1;

/** States that are read again in a second of a processor, beyond what a start takes. */
export const readRate = (model: KeptModel): number =>
  model.states / Math.max(1e-3, tookIn(model, "resume", "cpu") - tookIn(model, "start", "cpu"));

function goalsOfCheckpoints(models: Readonly<Record<string, KeptModel>>): readonly Goal[] {
  const known = Object.entries(models);
  const specs = known.filter(([name]) => !/^(freelist|counters)-/.test(name));
  const [widest] = specs.sort(([, a], [, b]) => b.bytes / b.states - a.bytes / a.states);
  const [slowest] = known
    .filter(([, { states, isViolated }]) => states > LARGE && !isViolated)
    .sort(([, a], [, b]) => readRate(a) - readRate(b));
  const large = models[HUNDRED_MILLION];
  const unmeasured = "was not measured";
  return [
    {
      what: "a state on a disk, the five largest specs",
      required: 7,
      aimed: 4,
      better: "less",
      unit: " bytes",
      measured: widest ? widest[1].bytes / widest[1].states : null,
      why: widest ? `the most of ${specs.length}: ${widest[0]}` : unmeasured,
    },
    {
      what: "keeping a search of 10^8 states, of the processors' time",
      required: 10,
      aimed: 5,
      better: "less",
      unit: " %",
      measured: large ? 100 * costOf(large, "cpu") : null,
      why: large ? HUNDRED_MILLION : unmeasured,
    },
    {
      what: "states read again in a second of a processor",
      required: 1,
      aimed: null,
      better: "more",
      unit: " M",
      measured: slowest ? readRate(slowest[1]) / 1e6 : null,
      why: slowest ? `the slowest above 1 M states: ${slowest[0]}` : unmeasured,
    },
  ];
}

function goalOfLiveness(models: Readonly<Record<string, LiveModel>>): Goal {
  const [dearest] = Object.entries(models)
    .map(([name, model]) => ({ name, times: timesOf(model) }))
    .sort((a, b) => b.times - a.times);
  return {
    what: "liveness and the search beside the search alone",
    required: 4,
    aimed: null,
    better: "less",
    unit: " times",
    measured: dearest?.times ?? null,
    why: dearest ? `the dearest of ${Object.keys(models).length}: ${dearest.name}` : "was not measured",
  };
}

export function goalsOf({ cases, starts, checkpoints, liveness }: Performance): readonly Goal[] {
  const free = cases[LARGE_FREELIST];
  const size = "the free list of 22 M states";
  const unmeasured = `${LARGE_FREELIST} was not measured`;
  const times = (
    what: string,
    limits: readonly [number, number | null],
    by: (name: string) => boolean,
    ours: string,
  ): Goal => {
    const other = free ? fastest(free, by) : null;
    return {
      what: `${what}, ${size}`,
      required: limits[0],
      aimed: limits[1],
      better: "more",
      unit: " times",
      measured: against(free, other, ours)?.of ?? null,
      why: other === null ? unmeasured : `against ${other}`,
    };
  };
  const memory = [ONE, TWO].flatMap((name) => (free?.runs[name] ? [bytesPerState(free.runs[name])] : []));
  const kernel = Object.entries(cases).filter(
    ([name, of]) => !/^(freelist|peterson|counters)-/.test(name) && of.states > LARGE,
  );
  const spec = ([name, of]: readonly [string, Measured]): Goal => {
    const other = fastest(of, (contender) => isSpin(contender) && !onTwoCores(contender));
    return {
      what: `1 worker faster than Spin on one core, ${name}`,
      required: 2,
      aimed: 4,
      better: "more",
      unit: " times",
      measured: against(of, other, ONE)?.of ?? null,
      why: `against ${other}`,
    };
  };
  const noKernel: Goal = {
    what: "1 worker faster than Spin on one core, specs of the kernel above 1 M states",
    required: 2,
    aimed: 4,
    better: "more",
    unit: " times",
    measured: null,
    why: "no such spec was measured",
  };
  const worst = (of: "first" | "whole", what: string, required: number): Goal => {
    const known = Object.entries(starts?.specs ?? {}).flatMap(([name, start]) =>
      start[of].length > 0 ? [{ name, time: median(start[of]) }] : [],
    );
    const [slowest] = known.sort((a, b) => b.time - a.time);
    return {
      what,
      required,
      aimed: null,
      better: "less",
      unit: " s",
      measured: slowest?.time ?? null,
      why: slowest ? `the slowest of ${known.length}: ${slowest.name}` : "was not measured",
    };
  };
  return [
    times("1 worker faster than Spin depth-first", [3, 4], (name) => /^Spin DFS/.test(name), ONE),
    times("2 workers faster than Spin on two cores", [4, 5.5], (name) => isSpin(name) && onTwoCores(name), TWO),
    times("1 worker faster than Rumur with 1 thread", [20, null], (name) => name.startsWith("Rumur, 1"), ONE),
    {
      what: `memory of the whole process for each state, ${size}`,
      required: 30,
      aimed: 15,
      better: "less",
      unit: " bytes",
      measured: memory.length > 0 ? Math.max(...memory) : null,
      why: memory.length > 0 ? "1 worker or 2, the greater" : unmeasured,
    },
    times("2 workers faster than 1", [1.6, null], (name) => name === ONE, TWO),
    ...(kernel.length > 0 ? kernel.map(spec) : [noKernel]),
    worst("first", "from the start of the process to the first state, every spec", 1.5),
    worst("whole", `a spec of at most ${SMALL} states, the whole process`, 2),
    ...goalsOfCheckpoints(checkpoints?.models ?? {}),
    goalOfLiveness(liveness?.models ?? {}),
  ];
}
