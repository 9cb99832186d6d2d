/** What does it cost to keep a search in files, how much room do they take, and how fast are they read again? */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { largestSpecs } from "./cases.ts";
import { BenchError, PROJECT, type Workshop } from "./measure.ts";

/** Seconds of a whole process, and of processors that it took. */
export interface Took {
  readonly seconds: number;
  readonly cpu: number;
}

/** One round of a model: processes one after the other. */
export interface KeptRound {
  /** All levels but the last; nothing is kept. */
  readonly plain: Took;
  /** The same, and all states are kept: those of the end too, as the search ends at a limit. */
  readonly kept: Took;
  /** From the start to the first state, and until all that was kept is read again. */
  readonly start: Took;
  readonly resume: Took;
}

export interface KeptModel {
  readonly states: number;
  /** Bytes of the files of states. */
  readonly bytes: number;
  /** Then the report is of smaller searches as well, and how long states take to be read is not known. */
  readonly isViolated: boolean;
  readonly rounds: readonly KeptRound[];
}

/** Its cost is asked of a search of so many states. */
export const HUNDRED_MILLION = "counters-100M";

interface Asked {
  readonly name: string;
  readonly check: readonly string[];
  /** A level that is not the last one. */
  readonly depth: number;
}

const SPECS = 5;

const asked = (): readonly Asked[] => [
  ...largestSpecs(SPECS).map(({ name, depth }) => ({ name, check: [name], depth: depth - 1 })),
  {
    name: "freelist-22M",
    check: ["examples/freelist-8m.json", "--set", "lastTag=8"],
    depth: 37,
  },
  {
    name: HUNDRED_MILLION,
    check: ["examples/counters.json", "--set", "counters=8", "--set", "limit=9"],
    depth: 71,
  },
];

export async function measureCheckpoints(
  workshop: Workshop,
  rounds: number,
  say: (text: string) => void,
  only = Number.POSITIVE_INFINITY,
): Promise<Readonly<Record<string, KeptModel>>> {
  const found: Record<string, KeptModel> = {};
  for (const { name, check, depth } of asked().slice(0, only)) {
    const folder = join(workshop.folder, "checkpoint");
    const timed = async (...args: readonly string[]): Promise<Took & Answer> => {
      const line = ["bin/nolock.js", "check", ...args, "--json", "-", "--quiet"];
      const { seconds, cpu, output, errors } = await workshop.run(process.execPath, line, PROJECT);
      const { states, violated = [] } = JSON.parse(output || "{}") as Partial<Answer>;
      if (states === undefined) throw new BenchError(`nolock check ${args.join(" ")}: ${errors.trim()}`);
      return { seconds, cpu, states, violated };
    };
    const all = [...check, "--explore-all"];
    const cut = ["--max-depth", String(depth)];
    const done: KeptRound[] = [];
    let kept = { states: 0, bytes: 0, isViolated: false };
    for (let round = 0; round < rounds; round++) {
      rmSync(folder, { recursive: true, force: true });
      const plain = await timed(...all, ...cut);
      const keeping = await timed(...all, ...cut, "--checkpoint", folder);
      kept = { states: statesIn(folder), bytes: bytesIn(folder), isViolated: plain.violated.length > 0 };
      if (kept.states !== plain.states || keeping.states !== plain.states)
        throw new BenchError(`${name}: ${plain.states} states, and ${kept.states} are kept`);
      const start = await timed(...all, "--max-states", "1");
      const resume = await timed("--resume", folder, "--max-states", "1");
      if (resume.states !== kept.states)
        throw new BenchError(`${name}: ${kept.states} states are kept, ${resume.states} read`);
      const took = ({ seconds, cpu }: Took): Took => ({ seconds, cpu });
      done.push({ plain: took(plain), kept: took(keeping), start: took(start), resume: took(resume) });
      const cost = `${(100 * (keeping.cpu / plain.cpu - 1)).toFixed(0)} %`;
      say(
        `checkpoint of ${name}, round ${round + 1}: ${cost}, ${(kept.bytes / kept.states).toFixed(2)} bytes a state\n`,
      );
    }
    found[name] = { ...kept, rounds: done };
  }
  return found;
}

interface Answer {
  readonly states: number;
  readonly violated: readonly string[];
}

interface Manifest {
  readonly manifest: { readonly searches: { readonly whole?: { readonly levels: readonly number[] } } };
}

const statesIn = (folder: string): number => {
  const { manifest } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
  return (manifest.searches.whole?.levels ?? []).reduce((n, count) => n + count, 0);
};

const bytesIn = (folder: string): number =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".states"))
    .reduce((n, name) => n + statSync(join(folder, name)).size, 0);
