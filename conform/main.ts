/** `npm run conform`: is what a real kernel does a way of the model? */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeWhole } from "../checker/text/files.ts";
import { check, hasVersion, startDiffers } from "./follow/check.ts";
import { mutantsFor, refusedBy } from "./follow/mutants.ts";
import { isSafe } from "./follow/safe.ts";
import { type Guest, startGuest, tellSymbols } from "./guest/start.ts";
import { Symbols } from "./guest/symbols.ts";
import { getKernel, kernelFiles } from "./machine/get.ts";
import { Missing } from "./machine/packages.ts";
import { Recorder } from "./record/record.ts";
import { Unnamed } from "./recording/abstraction.ts";
import { KERNELS, type KernelName, kernelNames } from "./recording/kernels.ts";
import type { Recording } from "./recording/recording.ts";
import { questionOf, scenarioNamed, scenarioNames } from "./recording/scenario.ts";
import { page, summaryOf, toldOf } from "./report.ts";
import { isRecorded, readRecording, recordingNames, writeRecording } from "./store.ts";

const HELP = `Usage: npm run conform -- get KERNEL
       npm run conform -- record KERNEL SCENARIO.. | --all [--again | --compare]
       npm run conform -- check [RECORDING..] [--write]
       npm run conform -- mutants [--sample N] [--row TEXT] [--verbose]
       npm run conform -- list [--kernels]

Is what a real kernel does a way of the model?

  get      fetches a prebuilt kernel of Debian and a busybox into the folder
           $XDG_CACHE_HOME/nolock, by apt's own client; installs nothing
  record   runs a scenario on the kernel, in QEMU, and writes a recording to
           conform/recordings/. What has been recorded is not run again
           unless --again is given, so that --all goes on where it was.
           --compare writes nothing and says whether the kernel does what was
           recorded of it
  check    needs no kernel: follows recordings in the model, all of them where
           none is named. --write writes results/conform.md
  mutants  puts small mistakes into the rows that were seen on a kernel, and
           says how many of them recordings refuse
  list     which kernels, scenarios and recordings there are; --kernels: the
           names of the kernels alone

Kernels: ${kernelNames.join(", ")}.

Exit status: 0 all is a way of the model, 1 something differs, or
results/conform.md is not as the recordings have it, 2 bad words, 3 something
is missing here.
`;

const EXIT = { well: 0, differs: 1, badWords: 2, missing: 3 };
const PAGE = join(import.meta.dirname, "../results/conform.md");

/** Words that cannot be meant; the text says what could. */
class BadWords extends Error {}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function kernelNamed(word: string | undefined): KernelName {
  if (word !== undefined && Object.hasOwn(KERNELS, word)) return word as KernelName;
  throw new BadWords(
    `${word === undefined ? "name a kernel" : `no kernel "${word}"`}; there are ${kernelNames.join(", ")}`,
  );
}

function get(words: readonly string[]): number {
  const name = kernelNamed(words[0]);
  getKernel(name, KERNELS[name], print);
  print(`${name} is there: npm run conform -- record ${name} SCENARIO`);
  return EXIT.well;
}

/** The symbols of a kernel: it tells them once, in a run of its own that takes some minutes. */
async function symbolsOf(files: ReturnType<typeof kernelFiles>): Promise<Symbols> {
  if (!existsSync(files.symbols)) {
    print("the kernel tells its symbols, once: some minutes");
    writeWhole(files.symbols, await tellSymbols(files));
  }
  return new Symbols(readFileSync(files.symbols, "utf8"));
}

async function record(words: readonly string[]): Promise<number> {
  const flags = words.filter((word) => word.startsWith("--"));
  const [kernelWord, ...named] = words.filter((word) => !word.startsWith("--"));
  const kernel = kernelNamed(kernelWord);
  const fitting = scenarioNames().filter((name) => scenarioNamed(name).kernels.includes(kernel));
  const all = flags.includes("--all") ? fitting : named;
  if (all.length === 0) throw new BadWords(`name a scenario, or --all: ${fitting.join(", ")}`);
  for (const name of all)
    if (!fitting.includes(name))
      throw new BadWords(`no scenario "${name}" for ${kernel}; there are ${fitting.join(", ")}`);
  const compare = flags.includes("--compare");
  const open = compare || flags.includes("--again") ? all : all.filter((name) => !isRecorded(`${kernel}/${name}`));
  if (open.length === 0) {
    print("all of them are recorded; --again records them anew");
    return EXIT.well;
  }
  for (const name of open) {
    const unsafe = isSafe(name, questionOf(scenarioNamed(name), kernel));
    if (unsafe !== null) throw new BadWords(`${name} is not run: the model says that it is not safe: ${unsafe}`);
  }
  const files = kernelFiles(kernel);
  const symbols = await symbolsOf(files);
  print(`${kernel} starts`);
  const guest = await startGuest(files, symbols);
  let failed = 0;
  try {
    const fresh = await guest.machine.snapshot();
    for (const name of open) {
      await guest.machine.restore(fresh);
      const recording = await recordOne(guest, name, kernel);
      if (recording instanceof Error) {
        print(`${name} cannot be recorded: ${recording.message}`);
        failed += 1;
        continue;
      }
      const known = `${kernel}/${name}`;
      if (!compare) writeRecording(recording);
      else if (!isRecorded(known) || !isDeepStrictEqual(recording, readRecording(known))) {
        print(`${known} is not what the kernel did now`);
        failed += 1;
      }
      print(summaryOf(check(recording)));
    }
  } finally {
    guest.end();
  }
  return failed > 0 ? EXIT.differs : EXIT.well;
}

/** In milliseconds: how often it is told how far a recording is. */
const BETWEEN = 10_000;

/** One scenario; or why not, where what was seen has no name in the model. */
async function recordOne(guest: Guest, name: string, kernel: KernelName): Promise<Recording | Unnamed> {
  let told = Date.now();
  try {
    const scenario = scenarioNamed(name);
    const recorder = await Recorder.of(guest, scenario);
    const differs = startDiffers(name, questionOf(scenario, kernel), scenario.sizes, recorder.start);
    if (differs !== null) return new Unnamed(`the kernel was not brought to its heap: ${differs}`);
    return await recorder.record(kernel, ({ pass, instructions, cuts, of }) => {
      if (Date.now() - told < BETWEEN) return;
      told = Date.now();
      const left = of === null ? "" : ` of ${of}`;
      print(`  ${name}: pass ${pass}, instruction ${instructions}, ${cuts}${left} cuts`);
    });
  } catch (error) {
    if (error instanceof Unnamed) return error;
    throw error;
  }
}

function checkAll(words: readonly string[]): number {
  const named = words.filter((word) => word !== "--write");
  const recordings = (named.length > 0 ? named : recordingNames()).map(readRecording);
  for (const one of recordings.filter((each) => !hasVersion(each)))
    print(`${one.kernel} ${one.scenario}: not checked, as the model has no version ${one.question.version}`);
  const checked = recordings.filter(hasVersion).map((one) => check(one));
  for (const one of checked) {
    print(summaryOf(one));
    for (const difference of one.differences) print(toldOf(one, difference));
  }
  const differs = checked.some(({ differences }) => differences.length > 0);
  if (named.length > 0) return differs ? EXIT.differs : EXIT.well;
  const text = page(checked);
  if (words.includes("--write")) writeWhole(PAGE, text);
  const isInStep = existsSync(PAGE) && readFileSync(PAGE, "utf8") === text;
  if (!isInStep) print("results/conform.md is not as the recordings have it: npm run conform -- check --write");
  return differs || !isInStep ? EXIT.differs : EXIT.well;
}

function mutants(words: readonly string[]): number {
  const wordAfter = (flag: string): string | undefined =>
    words.includes(flag) ? (words[words.indexOf(flag) + 1] ?? "") : undefined;
  const [row = "", sample] = [wordAfter("--row"), wordAfter("--sample")];
  if (sample !== undefined && !(Number(sample) > 0)) throw new BadWords("--sample needs a number");
  const all = mutantsFor(
    recordingNames()
      .map(readRecording)
      .filter(hasVersion)
      .map((one) => check(one)),
  );
  const named = all.filter(({ mutant }) => mutant.includes(row));
  const every = sample === undefined ? 1 : Math.max(1, Math.floor(named.length / Number(sample)));
  const asked = named.filter((_, i) => i % every === 0);
  let refused = 0;
  for (const one of asked) {
    const by = refusedBy(one);
    if (by !== null) refused += 1;
    if (words.includes("--verbose")) print(`${one.mutant}: ${by ?? "no recording refuses it"}`);
  }
  const share = Math.round((100 * refused) / Math.max(1, asked.length));
  print(`${asked.length} mutants of rows seen on a kernel: recordings refuse ${refused} (${share} %)`);
  return 2 * refused >= asked.length ? EXIT.well : EXIT.differs;
}

function list(words: readonly string[]): number {
  if (words.includes("--kernels")) {
    for (const name of kernelNames) print(name);
    return EXIT.well;
  }
  for (const name of kernelNames) {
    const { package: of, packageVersion, size } = KERNELS[name];
    print(`${name}: ${of} ${packageVersion}, ${size} MB`);
    for (const scenario of scenarioNames().filter((one) => scenarioNamed(one).kernels.includes(name)))
      print(
        `  ${isRecorded(`${name}/${scenario}`) ? "recorded" : "        "}  ${scenario}: ${scenarioNamed(scenario).about}`,
      );
  }
  return EXIT.well;
}

async function main([command, ...words]: readonly string[]): Promise<number> {
  switch (command) {
    case "get":
      return get(words);
    case "record":
      return record(words);
    case "check":
      return checkAll(words);
    case "mutants":
      return mutants(words);
    case "list":
      return list(words);
    default:
      process.stdout.write(HELP);
      return command === "--help" ? EXIT.well : EXIT.badWords;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BadWords || error instanceof Missing)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof Missing ? EXIT.missing : EXIT.badWords;
}
