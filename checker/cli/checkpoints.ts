/** How is a search kept, and gone on with, by the command line? What is kept of the line says what is asked. */
import type { Outcome } from "../answer/outcome.ts";
import { Checkpoint } from "../engine/checkpoint/checkpoint.ts";
import { aboutOf, readManifest } from "../engine/checkpoint/manifest.ts";
import { Unsupported } from "../engine/state/codes.ts";
import type { System } from "../language/system.ts";
import { SpecError } from "../spec/problems.ts";
import type { Arguments, Options } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { SEARCHED as group } from "./search-options.ts";

/** Options that say what is asked: a run that goes on has them from the one before. */
const KEPT = [
  "set",
  "properties",
  "explore-all",
  "show",
  "shortest",
  "por",
  "symmetry",
  "engine",
  "max-states",
  "max-depth",
] as const;

/** Those that another run may say otherwise: the answer is the same, or goes further. */
const MAY_DIFFER: readonly string[] = ["engine", "max-states", "max-depth"];

export const CHECKPOINT = {
  checkpoint: {
    kind: "text",
    value: "DIR",
    group,
    help: "keep the search there: when it is cut it can go on",
    not: ["all", "resume"],
    mend: "a checkpoint is of one search; one that goes on is kept where it was",
  },
  every: {
    kind: "seconds",
    value: "SECONDS",
    group,
    help: "how often it is kept. Default: 30",
    only: ["checkpoint", "resume"],
  },
  resume: {
    kind: "text",
    value: "DIR",
    group,
    help: "go on with what is kept there (docs/checkpoints.md)",
    not: ["all", ...KEPT.filter((name) => !MAY_DIFFER.includes(name))],
    mend: "what is asked is kept there, and cannot be asked otherwise",
  },
} as const satisfies Options;

type Asked = Arguments<typeof CHECKPOINT>["options"];

/** Seconds. */
const USUAL = 30;

/** A command line, as far as it says what is asked. */
interface Line {
  readonly spec: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The options of a run that goes on, and its spec: those that are kept, and what may be said otherwise. */
export function withKept<O extends Asked>(
  words: readonly string[],
  options: O,
): { readonly words: readonly string[]; readonly options: O } {
  if (options.resume === undefined) return { words, options };
  const { asked } = readManifest(options.resume);
  if (!isLine(asked)) {
    const what = "it does not say what was asked";
    throw new SpecError([{ where: options.resume, what, mend: `go on with it as it was written` }]);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const kept = Object.fromEntries(KEPT.flatMap((name) => (name in asked.options ? [[name, asked.options[name]]] : [])));
  const said = Object.fromEntries(
    Object.entries(given).filter(([name]) => !(name in kept) || MAY_DIFFER.includes(name)),
  );
  return { words: words.length > 0 ? words : [asked.spec], options: { ...options, ...kept, ...said } };
}

const isLine = (asked: unknown): asked is Line =>
  typeof asked === "object" &&
  asked !== null &&
  typeof (asked as Partial<Line>).spec === "string" &&
  typeof (asked as Partial<Line>).options === "object";

/** The checkpoint of a run, if it has one. Throws `SpecError` for a folder that is none, or another run's. */
export function checkpointOf(
  spec: string,
  options: Asked & Readonly<Record<string, unknown>>,
  system: System,
  { complain }: Environment,
): Checkpoint | null {
  const { checkpoint, resume, every = USUAL } = options;
  const how = { every, complain };
  if (resume !== undefined) return Checkpoint.resume(resume, about(system), how);
  if (checkpoint === undefined) return null;
  const isSaid = (value: unknown): boolean => value !== undefined && value !== false;
  const kept = Object.fromEntries(KEPT.flatMap((name) => (isSaid(options[name]) ? [[name, options[name]]] : [])));
  const line: Line = { spec, options: kept };
  return Checkpoint.begin(checkpoint, about(system), line, how);
}

function about(system: System) {
  try {
    return aboutOf(system);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    const what = `only the reference searches this, which cannot go on from a file: ${error.message}`;
    throw new SpecError([{ where: "--checkpoint", what, mend: "leave it out" }]);
  }
}

/** Says of a search that ended before it was through what can be gone on from. */
export function sayWhatIsKept(checkpoint: Checkpoint, { result }: Outcome, { complain }: Environment): void {
  if (result.incomplete === null) return;
  const { folder, kept } = checkpoint;
  if (kept === null) {
    complain(`nothing is kept in ${folder}: the search ended before its first level did\n`);
    return;
  }
  const states = kept.states.toLocaleString("en-US");
  complain(`${folder} keeps ${states} states, to level ${kept.level}; to go on: npm run check -- --resume ${folder}\n`);
}
