/** What does liveness under fairness cost beside the search alone, on the same system? */
import type { Took } from "./checkpoints.ts";
import { BenchError, PROJECT, type Workshop } from "./measure.ts";
import { median } from "./statistics.ts";

/** One round: processes one after the other, by one thread. */
export interface LiveRound {
  /** To the first state. */
  readonly start: Took;
  /** Of an invariant alone. */
  readonly search: Took;
  /** Of the invariant and a question of liveness. */
  readonly liveness: Took;
}

export interface LiveModel {
  readonly states: number;
  readonly transitions: number;
  readonly rounds: readonly LiveRound[];
}

/**
 * Locks of `examples/starvation.ts` with more than a million states: of those with some 100,000 the search alone takes
 * less than what starts differ by, and a ratio to it says nothing.
 */
const MODELS = [
  { name: "starvation-bakery, 4 processes", spec: "examples/starvation-bakery.json", processes: 4 },
  { name: "starvation-mcs, 5 processes", spec: "examples/starvation-mcs.json", processes: 5 },
];

export async function measureLiveness(
  workshop: Workshop,
  rounds: number,
  say: (text: string) => void,
  only = Number.POSITIVE_INFINITY,
): Promise<Readonly<Record<string, LiveModel>>> {
  const found: Record<string, LiveModel> = {};
  for (const { name, spec, processes } of MODELS.slice(0, only)) {
    const run = async (properties: string, ...more: readonly string[]) => {
      const sets = ["--set", `processes=${processes}`, "--properties", properties];
      const args = ["check", spec, ...sets, "--explore-all", "--workers", "1", "--json", "-", "--quiet", ...more];
      const ran = await workshop.run(process.execPath, ["bin/nolock.js", ...args], PROJECT);
      const { states, transitions, complete } = JSON.parse(ran.output || "{}") as Partial<Answer>;
      if (states === undefined || transitions === undefined || (more.length === 0 && !complete))
        throw new BenchError(`nolock ${args.join(" ")}: ${ran.errors.trim()}`);
      return { took: { seconds: ran.seconds, cpu: ran.cpu }, states, transitions };
    };
    const done: LiveRound[] = [];
    let counts = { states: 0, transitions: 0 };
    for (let round = 0; round < rounds; round++) {
      const start = await run("oneInside", "--max-states", "1");
      const search = await run("oneInside");
      const liveness = await run("oneInside,p0Enters");
      const { states, transitions } = search;
      if (liveness.states !== states || liveness.transitions !== transitions)
        throw new BenchError(`${name}: with liveness ${liveness.states} states, without ${states}`);
      counts = { states, transitions };
      done.push({ start: start.took, search: search.took, liveness: liveness.took });
      say(`liveness of ${name}, round ${round + 1}: ${timesOf({ ...counts, rounds: done }).toFixed(2)} times\n`);
    }
    found[name] = { ...counts, rounds: done };
  }
  return found;
}

interface Answer {
  readonly states: number;
  readonly transitions: number;
  readonly complete: boolean;
}

/** How many times the processors' time of the search alone, beyond what a start takes: the median of rounds. */
export const timesOf = ({ rounds }: LiveModel): number =>
  median(rounds.map(({ start, search, liveness }) => beyond(liveness, start) / beyond(search, start)));

const beyond = (of: Took, start: Took): number => Math.max(1e-3, of.cpu - start.cpu);
