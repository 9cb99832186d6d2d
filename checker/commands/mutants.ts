/** `nolock mutants`: would any spec notice a small mistake in a row? */
import { createHash } from "node:crypto";
import { join } from "node:path";

import type { Arguments, Options } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import { firesIn, type MutantTrials, mutantTrials, type SpecTester, type SpecTrial } from "../cli/mutant-trials.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { commit, rotated } from "../cli/sample.ts";
import type { SpecRecord } from "../ledger/record.ts";
import { infectingIn } from "../mutation/infection.ts";
import { type Memo, memoIn } from "../mutation/memo.ts";
import type { Mutant } from "../mutation/mutate.ts";
import { ask, type Tested, type Trial, testMutant } from "../mutation/test-mutant.ts";
import { MUTANTS } from "../published/publications.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";
import { markdownTable } from "../text/table.ts";

/** Of a hundred mutants that are not equivalent so many may survive. */
const MOST_SURVIVORS = 3;

const OPTIONS = {
  memo: { kind: "text", value: "FILE", help: "keep answers in FILE, and ask only what it does not hold" },
  sample: {
    kind: "count",
    help: "N of the mutants, others for another commit; of these a pinned count that differs is enough",
  },
  row: {
    kind: "texts",
    help: 'those whose name contains TEXT ("___slab_alloc: recheck"); may be given several times',
  },
  list: { kind: "flag", help: "only their names" },
  verbose: { kind: "flag", help: "a line for each, with who noticed" },
  write: {
    kind: "flag",
    help: "of all mutants: write results/mutants.md",
    not: ["sample", "row", "list"],
    mend: "it is about all mutants: leave the rest out",
  },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const mutantsCommand = command({
  name: "mutants",
  brief: "would any spec notice a small mistake in a row?",
  usage: ["[options]"],
  about: [
    "Changes one thing at a time: a test without one of its parts, always or never true; a write not done; a call not made; another element as index; two rows in the other order; a way past an unlock; a load made once, before a loop; an interrupt or hook that stays away where it may come. Asks the small specs that it infects, those that noticed others of its program first, until one notices by what it asks: another set of violations, a witness no longer met, or a linker that refuses. What no spec notices so, its pinned counts of states and steps may: that is told apart. A mutant infects a spec where, somewhere in all its states, the row does other than it.",
    "What the model calls equivalent, with a reason, is no mistake: every spec that was asked has to go the same way with it, step by step. The others are counted.",
  ],
  takesNames: false,
  options: OPTIONS,
  ends: [
    "Exit status: 1 where a mutant survives that the model does not explain, where more than 3 in 100 survive, or where an explained one is noticed.",
  ],
  run: ({ options }, env) => mutants(options, env),
});

/** What became of a mutant, and what the model says of it. */
interface Told {
  readonly one: Tested;
  /** Why nobody notices it; null: nobody says. */
  readonly why: string | null;
  /** Said to be another way to write the same. */
  readonly isEquivalent: boolean;
}

const FATES = ["noticed", "counted", "equivalent", "unnoticed"] as const;

/** Counted: each spec pins its states and steps, and of some spec they are others; what it asks has the same answer. */
function fateOf({ one, isEquivalent }: Told): (typeof FATES)[number] {
  if (one.notice) return "noticed";
  if (one.pinned.length > 0) return "counted";
  return isEquivalent && one.differing.length + one.unfinished.length === 0 ? "equivalent" : "unnoticed";
}

async function mutants(options: Asked, env: Environment): Promise<number> {
  const { sample, row } = options;
  const isAll = sample === undefined && row.length === 0;
  const written = options.write ? join(env.folders.results, MUTANTS) : undefined;
  tryOutputs({ files: { "--write": written, "--memo": options.memo } });
  const all = (await mutantTrials(env)).filter(mayFire);
  const named = row.length === 0 ? all : all.filter(({ name }) => row.some((text) => name.includes(text)));
  const candidates = sample === undefined ? named : sampled(named, sample);
  if (candidates.length === 0)
    throw new SpecError([{ where: "nolock mutants", what: "there is no such mutant", mend: "--list shows them all" }]);
  if (options.list) {
    for (const { name } of candidates) env.print(`${name}\n`);
    return EXIT.asExpected;
  }
  const memo = memoIn(options.memo);
  // To find out which of a few infect a spec costs as much as to ask it about one.
  const isInfecting = sample === undefined ? { isInfecting: infectingTrials(candidates, memo) } : {};
  const best = new Best();
  const isOnlyPrinted = !options.write && options.memo === undefined;
  const tested = candidates.map(({ name, program, trials }) => {
    if (isOnlyPrinted) goOn(env);
    const asked = sample === undefined ? trials : trials.filter(({ rows, tester: { hint } }) => firedIn(rows, hint));
    const one = testMutant(name, best.first(program, asked), {
      ...isInfecting,
      // A few of them are asked about to see whether a check would fail: by what a spec asks, or by what it pins.
      isPinEnough: sample !== undefined,
      askOne: (trial) => memo(["ask", trial.mutant.name, trial.tester.record.key], () => ask(trial)),
    });
    if (one.notice) best.add(program, one.notice.spec);
    if (options.verbose) env.print(`${one.mutant}: ${answersOf(one)}\n`);
    return one;
  });
  const told = tested.flatMap((one, i): Told[] => {
    const { model, trials } = candidates[i] as MutantTrials;
    const { survivors = {}, equivalents = {} } = model;
    // A row that no spec comes to: `coverage` tells of it.
    if (one.notice === null && !trials.some(({ rows, tester }) => firesIn(rows, tester.record.fired))) return [];
    const isEquivalent = Object.hasOwn(equivalents, one.mutant);
    return [{ one, isEquivalent, why: equivalents[one.mutant] ?? survivors[one.mutant] ?? null }];
  });
  const unnoticed = told.filter((is) => fateOf(is) === "unnoticed");
  const names = new Set(all.map(({ name }) => name));
  const explained = new Set(
    all.flatMap(({ model: { survivors = {}, equivalents = {} } }) => Object.keys({ ...survivors, ...equivalents })),
  );
  const stale = [...explained].filter((name) => !names.has(name));
  const refuted = told.filter((is) => is.why !== null && fateOf(is) !== (is.isEquivalent ? "equivalent" : "unnoticed"));
  env.print(`${summary(told)}\n`);
  for (const { one, why } of unnoticed)
    if (why === null) env.complain(`SURVIVES: ${one.mutant} (${answersOf(one)})\n`);
    else env.print(`survives: ${one.mutant}: ${why}\n`);
  for (const { one, isEquivalent } of refuted)
    env.complain(
      `${isEquivalent ? "CALLED EQUIVALENT, and is not" : "EXPLAINED, and noticed"}: ${one.mutant} (${answersOf(one)})\n`,
    );
  for (const name of stale) env.complain(`EXPLAINED, and there is no such mutant: ${name}\n`);
  if (options.write) writeWhole(join(env.folders.results, MUTANTS), page(told));
  const isTooMany = isAll && shareOf(told) > MOST_SURVIVORS;
  if (isTooMany) env.complain(`more than ${MOST_SURVIVORS} in 100 survive\n`);
  const isWell = unnoticed.every(({ why }) => why !== null) && refuted.length + stale.length === 0 && !isTooMany;
  return isWell ? EXIT.asExpected : EXIT.differs;
}

/**
 * Whether a mutant infects a spec: a spoilt row fires, and does other than it. Found out for all mutants of a spec at once,
 * of those that are asked about, when it is asked for one.
 */
function infectingTrials(asked: readonly MutantTrials[], memo: Memo): (trial: Trial) => boolean {
  const trialsOf = new Map<string, SpecTrial[]>();
  for (const { trials } of asked)
    for (const trial of trials) {
      const { name } = trial.tester.spec;
      const known = trialsOf.get(name) ?? [];
      known.push(trial);
      trialsOf.set(name, known);
    }
  const infects = new Map<string, ReadonlySet<Mutant>>();
  return ({ mutant, tester }) => {
    const { spec, record } = tester as SpecTester;
    const known = infects.get(spec.name) ?? infectingAmong(trialsOf.get(spec.name) ?? [], record, tester, memo);
    infects.set(spec.name, known);
    return known.has(mutant);
  };
}

function infectingAmong(trials: readonly SpecTrial[], record: SpecRecord, tester: Trial["tester"], memo: Memo) {
  const mutants = trials.filter(({ rows }) => firesIn(rows, record.fired)).map(({ mutant }) => mutant);
  const question = ["infecting", record.key, ...mutants.map(({ name }) => name)];
  const found = new Set(memo(question, () => [...infectingIn(tester.loaded, mutants)]));
  return new Set(mutants.filter(({ name }) => found.has(name)));
}

/** Who noticed mutants of a program is likely to notice the next; whom to ask first is all that this decides. */
class Best {
  readonly #noticed = new Map<string, number>();

  add(program: string, spec: string): void {
    const key = `${program} / ${spec}`;
    this.#noticed.set(key, (this.#noticed.get(key) ?? 0) + 1);
  }

  /** Those that noticed most, and of others those with the fewest states, first. */
  first(program: string, trials: readonly SpecTrial[]): readonly SpecTrial[] {
    const noticed = ({ tester }: SpecTrial): number => this.#noticed.get(`${program} / ${tester.spec.name}`) ?? 0;
    return trials.toSorted((a, b) => noticed(b) - noticed(a) || a.tester.hint.states - b.tester.hint.states);
  }
}

/** Whether a row that it spoils fired in some spec when it was searched last; true where nobody has searched. */
const mayFire = ({ trials }: MutantTrials): boolean => trials.some(({ rows, tester: { hint } }) => firedIn(rows, hint));

const firedIn = (rows: readonly string[], { fired }: SpecTester["hint"]): boolean =>
  fired === null || firesIn(rows, fired);

/** In an order that has nothing to do with where they stand, so that neighbours in the source are not taken together. */
function sampled(candidates: readonly MutantTrials[], count: number): readonly MutantTrials[] {
  const scattered = new Map(
    candidates.map((one) => [createHash("sha256").update(one.name).digest("hex"), one] as const),
  );
  return rotated([...scattered.keys()].sort(), count, commit()).map((key) => scattered.get(key) as MutantTrials);
}

function answersOf({ notice, asked, unfinished, differing }: Tested): string {
  if (notice) return `${notice.spec}: ${notice.how}: ${notice.what}`;
  const way = differing.length > 0 ? `${differing.length} of them go another way` : "none goes another way";
  const open = unfinished.length > 0 ? `; not searched to the end: ${unfinished.join(", ")}` : "";
  return `${asked} specs do not notice, ${way}${open}`;
}

const of = (told: readonly Told[], fate: (typeof FATES)[number]): readonly Told[] =>
  told.filter((is) => fateOf(is) === fate);

/** How many of a hundred that are not equivalent survive. */
const shareOf = (told: readonly Told[]): number =>
  (100 * of(told, "unnoticed").length) / Math.max(told.length - of(told, "equivalent").length, 1);

function summary(told: readonly Told[]): string {
  const how = (["violated", "not violated", "witness", "refused"] as const).map(
    (kind) => `${told.filter(({ one }) => one.notice?.how === kind).length} ${kind}`,
  );
  const [noticed, counted, equivalent, unnoticed] = FATES.map((fate) => of(told, fate).length);
  const share = shareOf(told).toFixed(1);
  return `${told.length} mutants: ${noticed} noticed by what specs ask (${how.join(", ")}), ${counted} by pinned counts alone, ${equivalent} equivalent, ${unnoticed} survive (${share} in 100 of the others)`;
}

function page(told: readonly Told[]): string {
  const named = (text: string): string => text.replaceAll("<", "&lt;");
  const table = (fate: (typeof FATES)[number], column: string, tell: (is: Told) => string): string =>
    markdownTable(
      ["mutant", { figures: "specs asked" }, column],
      of(told, fate).map((is) => [`\`${named(is.one.mutant)}\``, is.one.asked, named(tell(is))]),
    );
  return [
    "# Mutants",
    "",
    "Written by `npm run mutants -- --write`, never by hand: what became of every small mistake put into a row.",
    "",
    `${summary(told)}.`,
    "",
    "## Survivors",
    "",
    "Every spec that was asked goes the same way with them, and nobody can say that none could go another: what is missing is a spec.",
    "",
    table("unnoticed", "why", ({ why }) => why ?? "nobody says"),
    "",
    "## Noticed by pinned counts alone",
    "",
    "These specs have other counts of states or steps with them than they pin, so that their check fails; all that they ask has the same answer.",
    "Most of these rows are policy: which slab is taken, when a batch is given back, what a debugging aid is told.",
    "",
    table("counted", "specs with other counts", ({ one: { pinned } }) =>
      pinned.length > 3 ? `${pinned.slice(0, 3).join(", ")} and ${pinned.length - 3} more` : pinned.join(", "),
    ),
    "",
    "## Equivalent",
    "",
    "Another way to write the same: each spec that was asked has as many states and steps with them as without. Specs in which the row never",
    "does other than the mutant are not asked.",
    "",
    table("equivalent", "why", ({ why }) => why as string),
    "",
  ].join("\n");
}
