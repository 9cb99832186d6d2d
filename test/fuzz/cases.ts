/** Which case is that of a seed? A command line, the files that it names, and what is typed while it runs. */
import { type Data, mutated, spoilt } from "./mutate.ts";
import { Random } from "./random.ts";

export const KINDS = ["spec", "trace", "command"] as const;
export type Kind = (typeof KINDS)[number];

/** What cases are made of. */
export interface Corpus {
  /** Specs that are right, the first ones more often. */
  readonly specs: readonly Data[];
  /** Traces that replay. */
  readonly traces: readonly Data[];
  /** Names of specs that a command may name. */
  readonly names: readonly string[];
  /** Texts that mean something somewhere. */
  readonly words: readonly string[];
  /** Each command, with the options that its help names. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
}

export interface Case {
  readonly args: readonly string[];
  /** Name of a file to what is in it. */
  readonly files: Readonly<Record<string, string>>;
  readonly typed: readonly string[];
}

export const SPEC = "mine.json";
export const TRACE = "trace.json";

/** Few enough that a search is over at once. */
const FEW = ["--max-states", "200", "--workers", "1"];

export function caseOf(kind: Kind, seed: number, corpus: Corpus): Case {
  const random = new Random(seed);
  if (kind === "spec") return specCase(random, corpus);
  return kind === "trace" ? traceCase(random, corpus) : commandCase(random, corpus);
}

function changedText(data: Data, random: Random, { words }: Corpus): string {
  const text = JSON.stringify(random.chance(0.8) ? mutated(data, random, words) : data, null, random.below(3));
  return random.chance(0.15) ? spoilt(text, random) : text;
}

function specCase(random: Random, corpus: Corpus): Case {
  const near = random.chance(0.7) ? Math.ceil(corpus.specs.length / 2) : corpus.specs.length;
  const spec = changedText(corpus.specs[random.below(near)] as Data, random, corpus);
  const engine = random.pick([[], ["--engine", "js"], ["--engine", "reference"]]);
  const how = random.pick([
    ["check", SPEC, ...FEW, ...engine],
    ["check", SPEC, ...FEW, ...engine],
    ["check", SPEC, ...FEW, ...engine, "--por", "on", "--symmetry", "on"],
    ["check", SPEC, ...FEW, "--json", "-"],
    ["check", SPEC, ...FEW, "--shortest", "switches", "--trace", "full"],
    ["check", SPEC, ...FEW, "--format", random.pick(["mail", "itf", "junit", "sarif", "json"])],
    ["print", SPEC],
    ["export", SPEC, "--to", random.pick(["promela", "murphi"])],
    ["simulate", SPEC, "--seed", String(1 + random.below(99)), "--steps", "40"],
  ]);
  return { args: how, files: { [SPEC]: spec }, typed: [] };
}

function traceCase(random: Random, corpus: Corpus): Case {
  const trace = changedText(random.pick(corpus.traces), random, corpus);
  const more = random.chance(0.1) ? ["--set", respeltSetting(random, corpus)] : [];
  return { args: ["replay", TRACE, ...more], files: { [TRACE]: trace }, typed: [] };
}

const respeltSetting = (random: Random, { words }: Corpus): string =>
  random.pick([
    `${random.pick(words)}=${random.pick(words)}`,
    `cpus=${random.below(9)}`,
    "=",
    "a=",
    random.pick(words),
  ]);

const VALUES = ["0", "1", "2", "-1", "1e3", "99999999999999999999", "1K", "512M", "0G", "on", "off", "ci", "large"];
const STRANGE = ["", " ", "-", "--", "---", "--=", "-x", "=", "\n", "ä\u0301", "x".repeat(3000), "constructor", "%s"];
const FILES = ["out", ".", "no/where", "/dev/null", "/dev/full", "/dev/null/x", SPEC, TRACE, "specs", "results"];

function commandCase(random: Random, corpus: Corpus): Case {
  const { names, words, commands } = corpus;
  const all = Object.keys(commands);
  const command = random.chance(0.95) ? random.pick(all) : random.pick([...words, ...STRANGE]);
  const own = commands[command] ?? [];
  const options = Object.values(commands).flat();
  const value = (): string =>
    random.pick([
      () => random.pick(VALUES),
      () => random.pick(VALUES),
      () => random.pick(STRANGE),
      () => random.pick(FILES),
      () => random.pick(FILES),
      () => random.pick(words),
      () => random.pick(names),
      () => respeltSetting(random, corpus),
      () => random.pick(["promela", "murphi", "short", "full", "text", "json", "junit", "dot", "aut", "wasm", "js"]),
    ])();
  const args = [command];
  // Some are as a user types them, or little behind the reading of options would be asked.
  const isMild = random.chance(0.25);
  if (isMild || random.chance(0.6)) args.push(random.pick(names));
  for (let left = isMild ? 0 : random.pick([0, 0, 1, 1, 2, 3]); left > 0; left--) {
    const option = random.chance(0.9) && own.length > 0 ? random.pick(own) : random.pick(options);
    const how = random.below(4);
    if (how === 0) args.push(option);
    else if (how === 1) args.push(`${option}=${value()}`);
    else args.push(option, value());
    if (random.chance(0.1)) args.push(value());
  }
  const typed = Array.from({ length: 12 }, () =>
    random.pick(["1", "2", "9", "r", "u", "s", "l", "?", "save out", "save /dev/full", "save .", "", "q", "\u0000"]),
  );
  const files = { [SPEC]: JSON.stringify(corpus.specs[0]), [TRACE]: JSON.stringify(corpus.traces[0]) };
  return { args, files, typed };
}
