/** `nolock swap-stores`: a spec again with two adjacent stores exchanged, one pair at a time. */
import { type CheckOptions, checking } from "../answer/check.ts";
import type { Outcome } from "../answer/outcome.ts";
import { NAMES, oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { SEARCH, searchOptions } from "../cli/search-options.ts";
import { findSpec, specNamed, specsOfSize } from "../cli/specs.ts";
import { plainIn, type StorePair, storePairs } from "../mutation/store-pairs.ts";
import { withStoresSwapped } from "../mutation/swap-stores.ts";
import { counterexample } from "../report/text.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { SIZES, type SpecSize } from "../spec/spec.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { markdownTable } from "../text/table.ts";

export const swapStoresCommand = command({
  name: "swap-stores",
  brief: "does a spec hold with two adjacent stores exchanged?",
  usage: ["SPEC [options]", "--all [--size large] [options]"],
  about: [
    "Asks a spec again with two adjacent stores exchanged, as a compiler may, one pair at a time: is the answer the same?",
  ],
  takesNames: true,
  options: {
    all: {
      kind: "flag",
      help: "every spec of specs/",
      not: [NAMES, "set"],
      mend: "name one spec, or give --all alone",
    },
    size: { kind: SIZES, help: "with --all: those of this size (default: ci)", only: ["all"] },
    set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" },
    ...SEARCH,
  },
  ends: ["Exit status: 0 where every answer is the same, 1 where one is not, 3 where a search did not end."],
  run: async ({ options, words }, env) => {
    const asking = { options: searchOptions(options), quiet: options.quiet, env };
    if (options.all) return swapStoresInAll(options.size ?? "ci", asking);
    const file = findSpec(oneSpec("swap-stores", words), env.folders);
    return swapStores(await loadSpec(file, env.builtins, changesOf(options.set)), asking);
  },
});

interface Asking {
  readonly options: CheckOptions;
  readonly quiet: boolean;
  readonly env: Environment;
}

/** What a pair, exchanged, does to the answer of a spec. */
interface Swapped {
  readonly pair: string;
  readonly answer: "the same" | "ANOTHER ANSWER" | "NOT ALL STATES" | "NOT ASKED";
  /** Why it was not asked. */
  readonly obstacle: string | null;
  /** Null: it was not asked. */
  readonly outcome: Outcome | null;
}

/** One spec: a line for each pair, and the report of what the exchange breaks. */
async function swapStores(loaded: Loaded, asking: Asking): Promise<number> {
  const { env } = asking;
  const { base, found } = await askSpec(loaded, asking);
  env.print(`${loaded.spec.name}: ${answerOf(base)}; ${countOf(found.length)} of adjacent stores\n`);
  const width = Math.max(0, ...found.map(({ pair }) => pair.length));
  for (const one of found) env.print(`  ${one.pair.padEnd(width)}  ${toldOf(one)}\n`);
  for (const { pair, answer, outcome } of found)
    if (outcome && answer === "ANOTHER ANSWER")
      env.print(`\nWith the stores of ${pair} exchanged:\n\n${counterexample(outcome, "short").join("\n")}\n`);
  return statusOf(found, base);
}

/** All specs of a size: a line for each that has pairs, and at the end each pair with how many specs were asked. */
async function swapStoresInAll(size: SpecSize, asking: Asking): Promise<number> {
  const { env } = asking;
  const pairs = new Map<string, { asked: number; differ: string[] }>();
  let status: number = EXIT.asExpected;
  let asked = 0;
  for (const name of specsOfSize(env.folders, size)) {
    const loaded = await loadSpec(specNamed(name, env.folders), env.builtins);
    const { base, found, interrupted } = await askSpec(loaded, asking);
    for (const { pair, answer } of found) {
      const told = pairs.get(pair) ?? { asked: 0, differ: [] };
      told.asked += 1;
      if (answer !== "the same") told.differ.push(`${name} (${answer})`);
      pairs.set(pair, told);
    }
    if (found.length > 0) asked += 1;
    const differing = found.filter(({ answer }) => answer !== "the same");
    const said = differing.map((one) => `${one.pair}: ${toldOf(one)}`).join("; ");
    env.print(`${name}: ${countOf(found.length)}${found.length === 0 ? "" : `, ${said || "the same answer"}`}\n`);
    status = Math.max(status, statusOf(found, base));
    if (interrupted) {
      env.print("interrupted: not all specs were asked\n");
      break;
    }
  }
  const rows = [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pair, { asked: specs, differ }]) => [`\`${pair}\``, specs, differ.join(", ") || "none"]);
  const columns = ["pair of stores", { figures: "specs asked" }, "not the same answer"];
  env.print(`\n${markdownTable(columns, rows)}\n`);
  const differing = [...pairs.values()].filter(({ differ }) => differ.length > 0).length;
  const end = differing === 0 ? "every answer is the same" : `with ${differing} of them some answer is not the same`;
  env.print(`\n${countOf(pairs.size)} in ${asked} specs: ${end}\n`);
  return status;
}

async function askSpec(loaded: Loaded, { options, quiet, env }: Asking) {
  const whole = { ...options, exploreAll: true };
  const ask = (one: Loaded) => attend((signal) => checking(one, { ...whole, signal }), env.attendance, quiet);
  const { found: base, interrupted } = await ask(loaded);
  const found: Swapped[] = [];
  if (interrupted) return { base, found, interrupted };
  for (const pair of pairsThatFire(loaded, base)) {
    const { name, obstacle } = pair;
    if (obstacle !== null) {
      found.push({ pair: name, answer: "NOT ASKED", obstacle, outcome: null });
      continue;
    }
    const asked = await ask({ ...loaded, system: withStoresSwapped(loaded.system, pair) });
    const { found: outcome } = asked;
    const isSame = outcome.verdict === base.verdict && outcome.violated.join() === base.violated.join();
    const answer = !outcome.result.complete ? "NOT ALL STATES" : isSame ? "the same" : "ANOTHER ANSWER";
    found.push({ pair: name, answer, obstacle, outcome });
    if (asked.interrupted) return { base, found, interrupted: true };
  }
  return { base, found, interrupted };
}

function pairsThatFire({ spec: { model }, system }: Loaded, { result }: Outcome): readonly StorePair[] {
  const fires = ({ sites }: StorePair): boolean => sites.some(({ first }) => (result.fired[first.id] ?? 0) > 0);
  return storePairs(system, plainIn(model)).filter(fires);
}

const answerOf = ({ verdict, violated, result }: Outcome): string =>
  `${[verdict, ...violated.filter((name) => name !== verdict)].join(" ")}, ${result.states} states`;

const countOf = (n: number): string => `${n} pair${n === 1 ? "" : "s"}`;

const toldOf = ({ answer, obstacle, outcome }: Swapped): string =>
  `${answer}: ${outcome ? answerOf(outcome) : obstacle}`;

function statusOf(found: readonly Swapped[], base: Outcome): number {
  if (found.some(({ answer }) => answer === "ANOTHER ANSWER")) return EXIT.differs;
  const isWhole = base.result.complete && found.every(({ answer }) => answer === "the same");
  return isWhole ? EXIT.asExpected : exitStatus("incomplete", "holds", true);
}
