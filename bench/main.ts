/** `npm run bench`: measures nolock, Spin and Rumur on the same models, and writes docs/performance.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Arguments, Options } from "../checker/cli/arguments.ts";
import { command } from "../checker/cli/command.ts";
import { builtins } from "../checker/cli/models.ts";
import { folders } from "../checker/cli/specs.ts";

import { missingTools } from "../checker/crosscheck/tools.ts";
import { mendName, SpecError } from "../checker/spec/problems.ts";
import { EXIT } from "../checker/spec/verdict.ts";
import { writeWhole } from "../checker/text/files.ts";
import { allCases, type Case, QUICK } from "./cases.ts";
import { measureCheckpoints } from "./checkpoints.ts";
import { measureLiveness } from "./liveness.ts";
import { BenchError, PROJECT, Workshop } from "./measure.ts";
import { EMPTY, type Performance, readRecord, settingNow, writeRecord } from "./measured.ts";
import { profile } from "./profile.ts";
import { report } from "./report.ts";
import { Disagreement, measure } from "./rounds.ts";
import { measureStarts } from "./starts.ts";

const OPTIONS = {
  only: { kind: "texts", value: "NAME", help: "this case alone; may be repeated" },
  rounds: { kind: "count", help: "how often each runs (default 3). Rumur runs once where a run takes minutes" },
  profile: {
    kind: "flag",
    help: "measures nothing of the cases: where nolock spends its time on them, by one thread",
  },
  resume: { kind: "flag", help: "keep runs of this commit that are there, and add those that are missing" },
  quick: { kind: "flag", help: "a small case, one round; prints the report, and writes nothing" },
  report: { kind: "flag", help: "measures nothing: writes docs/performance.md again" },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

const STARTS = "starts";
const CHECKPOINTS = "checkpoints";
const LIVENESS = "liveness";
const DOCUMENT = join(PROJECT, "docs/performance.md");
const notes = (): string => readFileSync(join(PROJECT, "bench/notes.md"), "utf8");

const say = (text: string): void => void process.stderr.write(text);

const benchCommand = (cases: readonly Case[]) =>
  command({
    name: "bench",
    brief: "time and memory beside Spin and Rumur",
    usage: ["[options]"],
    about: [
      "Measures nolock, Spin and Rumur on the same models, in turn, round after round, and writes bench/measured.json and docs/performance.md. All must find the same states and transitions. Wants spin, gcc and rumur, a quiet machine with two processors, and 16 GB.",
      `The cases: ${namesOf(cases).join(", ")}.`,
    ],
    takesNames: false,
    options: OPTIONS,
    ends: [
      "Exit status: 0 where all went well, also where a goal is not met; 1 where two counted differently, or one failed; 2 where something is missing.",
    ],
    run: async ({ options }) => {
      await bench(options, cases);
      return EXIT.asExpected;
    },
  });

const namesOf = (cases: readonly Case[]): readonly string[] => [
  ...cases.map(({ name }) => name),
  STARTS,
  CHECKPOINTS,
  LIVENESS,
];

async function bench(options: Asked, cases: readonly Case[]): Promise<void> {
  const names = namesOf(cases);
  const unknown = options.only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new SpecError([{ where: unknown, what: "there is no such case", mend: mendName(unknown, names, "case") }]);
  if (options.report) {
    writeWhole(DOCUMENT, report(readRecord(), notes()));
    return;
  }
  const missing = await missingTools();
  if (missing.length > 0)
    throw new SpecError([
      { where: "PATH", what: `not found: ${missing.join(", ")}`, mend: "on Debian: apt-get install spin gcc rumur" },
    ]);

  const chosen =
    options.only.length > 0 ? options.only : options.quick ? [QUICK, STARTS, CHECKPOINTS, LIVENESS] : names;
  const workshop = new Workshop();
  try {
    const asked = {
      cases: cases.filter(({ name }) => chosen.includes(name)),
      starts: chosen.includes(STARTS),
      checkpoints: chosen.includes(CHECKPOINTS),
      liveness: chosen.includes(LIVENESS),
    };
    const rounds = options.rounds ?? (options.quick ? 1 : 3);
    if (options.profile) {
      await profileAll(asked.cases, workshop);
      return;
    }
    const keep = options.quick ? () => {} : write;
    const known = options.quick ? EMPTY : readRecord();
    const order = cases.map(({ name }) => name);
    const made = await measureAll(asked, workshop, { ...options, rounds, known, order, keep });
    if (options.quick) process.stdout.write(report(made, notes()));
  } finally {
    workshop.remove();
  }
}

async function profileAll(cases: readonly Case[], workshop: Workshop): Promise<void> {
  for (const one of cases) {
    const shares = await profile(one, workshop);
    const known = readRecord();
    write({ ...known, profiles: { ...known.profiles, [one.name]: { shares, ...settingNow() } } });
    say(`${one.name}: ${shares.map(([what, share]) => `${what} ${share.toFixed(0)} %`).join(", ")}\n`);
  }
}

function write(performance: Performance): void {
  writeRecord(performance);
  writeWhole(DOCUMENT, report(performance, notes()));
}

interface Measuring {
  readonly rounds: number;
  readonly known: Performance;
  /** The cases that there are: others are forgotten. */
  readonly order: readonly string[];
  readonly resume: boolean;
  readonly quick: boolean;
  readonly keep: (performance: Performance) => void;
}

/** What is measured. */
interface Chosen {
  readonly cases: readonly Case[];
  readonly starts: boolean;
  readonly checkpoints: boolean;
  readonly liveness: boolean;
}

async function measureAll(
  { cases, starts, checkpoints, liveness }: Chosen,
  workshop: Workshop,
  { rounds, known, order, resume, quick, keep }: Measuring,
): Promise<Performance> {
  let performance = known;
  const setting = settingNow();
  const isFromHere = (old: { readonly commit: string; readonly machine: string } | null | undefined): boolean =>
    old?.commit === setting.commit && old.machine === setting.machine;
  for (const one of cases) {
    const { [one.name]: old, ...others } = performance.cases;
    const measuring = measure(one, workshop, {
      rounds,
      before: resume && old && isFromHere(old) ? old : null,
      say,
      keep: (measured) => {
        const all = { ...performance.cases, [one.name]: { ...measured, ...setting } };
        const inOrder = order.flatMap((name) => (all[name] ? [[name, all[name]] as const] : []));
        performance = { ...performance, cases: Object.fromEntries(inOrder) };
        keep(performance);
      },
    });
    await measuring.catch((error: unknown) => {
      if (error instanceof Disagreement) keep({ ...performance, cases: others });
      throw error;
    });
  }
  if (starts && !(resume && isFromHere(performance.starts))) {
    const specs = await measureStarts(workshop, rounds, say, quick ? 3 : undefined);
    performance = { ...performance, starts: { specs, ...setting } };
    keep(performance);
  }
  if (checkpoints && !(resume && isFromHere(performance.checkpoints))) {
    const models = await measureCheckpoints(workshop, rounds, say, quick ? 1 : undefined);
    performance = { ...performance, checkpoints: { models, ...setting } };
    keep(performance);
  }
  if (liveness && !(resume && isFromHere(performance.liveness))) {
    const models = await measureLiveness(workshop, rounds, say, quick ? 1 : undefined);
    performance = { ...performance, liveness: { models, ...setting } };
    keep(performance);
  }
  return performance;
}

try {
  process.exitCode = await benchCommand(allCases()).run(process.argv.slice(2), {
    folders,
    builtins,
    print: (text) => process.stdout.write(text),
    complain: say,
  });
} catch (error) {
  if (!(error instanceof SpecError || error instanceof BenchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof SpecError ? 2 : 1;
}
