/** `nolock simulate`: walks through the states of a spec, by chance or by hand. */
import { randomInt } from "node:crypto";
import { verdictOf } from "../answer/verdict-of.ts";
import { oneSpec } from "../cli/arguments.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { deliver, tryOutputs } from "../cli/outputs.ts";
import { findSpec } from "../cli/specs.ts";
import { saveTrace } from "../cli/traces.ts";
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/index.ts";
import { drawn } from "../reference/chance.ts";
import type { Detail } from "../report/scenario.ts";
import { walkByHand } from "../simulate/guided.ts";
import { walkAtRandom } from "../simulate/random.ts";
import { named } from "../simulate/trace-file.ts";
import { Walk } from "../simulate/walk.ts";
import { walkLines } from "../simulate/walk-lines.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { forShell } from "../text/shell.ts";
import { count, wrap } from "../text/wrap.ts";

export const simulateCommand = command({
  name: "simulate",
  brief: "walk through the states of a spec, by chance or by hand",
  usage: ["SPEC [--seed N] [--steps N] [--runs N]", "SPEC --guided"],
  about: [
    "Walks through the states of a spec, a step chosen at random or by you after the other, until a property is violated or nothing can happen; and shows the steps as a report does. A walk that finds nothing proves nothing.",
  ],
  takesNames: true,
  options: {
    seed: { kind: "count", help: "the same walk again (default: another each time)" },
    steps: { kind: "count", help: "at most so many steps (default: 1000)" },
    runs: {
      kind: "count",
      help: "so many walks, with the seeds that follow; ends at the first that finds something",
    },
    guided: { kind: "flag", help: "list the steps that may be next, and ask", not: ["runs", "steps"] },
    set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" },
    trace: { kind: ["short", "full"], help: "as for `check`" },
    save: { kind: "text", value: "FILE", help: "write the walk as a trace, for `replay`" },
  },
  ends: [
    "Exit status: 0 where nothing is wrong at the end of the walk; else that of `check` for a verdict that no spec expects.",
  ],
  run: async ({ options, words }, env) => {
    const file = findSpec(oneSpec("simulate", words), env.folders);
    const loaded = await loadSpec(file, env.builtins, changesOf(options.set));
    tryOutputs({ files: { "--save": options.save }, read: [file.path] });
    const asked: Asked = {
      seed: options.seed ?? randomInt(1, 2 ** 31),
      most: options.steps ?? 1000,
      detail: options.trace ?? "short",
      save: options.save,
    };
    const { walk, saving } = options.guided
      ? await byHand(loaded, asked, env)
      : atRandom(loaded, asked, options.runs ?? 1, env);
    const verdict = verdictOf(walk.violations, false, []);
    const status = walk.violations.length === 0 ? EXIT.asExpected : exitStatus(verdict, "holds", true);
    return deliver(status, saving, env);
  },
});

interface Asked {
  readonly seed: number;
  readonly most: number;
  readonly detail: Detail;
  readonly save: string | undefined;
}

/** A walk that was told, and what is left to be written. */
interface Walked {
  readonly walk: Walk;
  readonly saving: readonly (() => void)[];
}

function atRandom(loaded: Loaded, asked: Asked, runs: number, env: Environment): Walked {
  const { seed: first, most, detail, save } = asked;
  const say = (lines: readonly string[]): void => env.print(lines.map((line) => `${line}\n`).join(""));
  say([...wrap(loaded.spec.question), ""]);
  let walk = new Walk(loaded.system);
  let ended = 0;
  let seed = first;
  for (let run = 0; run < runs; run++) {
    seed = first + run;
    walk = new Walk(loaded.system, startOf(loaded.system, seed));
    walkAtRandom(walk, seed, most);
    if (walk.violations.length > 0) break;
    if (walk.open.length === 0) ended += 1;
  }
  const done = seed - first + 1;
  const isFound = walk.violations.length > 0;
  const found = isFound ? walk.violations.map((v) => v.property).join(" ") : "nothing is violated";
  const walks = runs === 1 ? "" : `, walk ${count(done)} of ${count(runs)}`;
  if (isFound || runs === 1) {
    say(wrap(`SIMULATE: ${found} after ${walk.taken.length} steps at random, seed ${seed}${walks}`, { rest: "  " }));
    say(["", ...walkLines(loaded, walk, walk.violations[0], detail), ""]);
    say(wrap(commandFor(loaded, seed, most), { first: "Again: ", rest: "  " }));
  } else {
    const seeds = `seeds ${first} to ${seed}`;
    const how =
      ended === runs ? "each came to an end" : `${count(ended)} came to an end, the others took ${count(most)} steps`;
    say(wrap(`SIMULATE: ${found} in ${count(runs)} walks at random, ${seeds}; ${how}.`, { rest: "  " }));
    say(wrap("That proves nothing: `npm run check` looks everywhere."));
  }
  if (save === undefined) return { walk, saving: [] };
  if (isFound || runs === 1)
    return { walk, saving: [() => saveWalk(save, "--save", loaded, walk, commandFor(loaded, seed, most))] };
  env.complain(`--save: no walk found anything: ${save} is not written\n`);
  return { walk, saving: [] };
}

/** One of the states where a run may begin, by chance. */
const startOf = ({ initials }: System, seed: number): State => initials[drawn(seed, 0, initials.length)] as State;

async function byHand(loaded: Loaded, { seed, detail, save }: Asked, env: Environment): Promise<Walked> {
  if (!env.lines) throw new SpecError([{ where: "--guided", what: "there is nobody to ask", mend: "use a terminal" }]);
  const by = `${commandOf(loaded)} --guided`;
  const walk = new Walk(loaded.system, startOf(loaded.system, seed));
  env.print(`${wrap(loaded.spec.question).join("\n")}\n\n`);
  await walkByHand(loaded, walk, {
    lines: env.lines(),
    print: env.print,
    seed,
    save: (path) => {
      try {
        saveWalk(path, "save", loaded, walk, by);
        env.print(`${path}: ${walk.taken.length} steps\n`);
      } catch (error) {
        // The walk goes on.
        if (!(error instanceof SpecError)) throw error;
        env.complain(`${error.message}\n`);
      }
    },
  });
  const lines = ["", "", ...walkLines(loaded, walk, walk.violations[0], detail)];
  env.print(lines.map((line) => `${line}\n`).join(""));
  return { walk, saving: save === undefined ? [] : [() => saveWalk(save, "--save", loaded, walk, by)] };
}

function saveWalk(path: string, option: string, loaded: Loaded, walk: Walk, by: string): void {
  const { source, spec, system } = loaded;
  const found = walk.violations[0]?.property ?? null;
  const steps = walk.taken.map((step) => named(system, step));
  saveTrace(path, option, loaded, { source, changed: spec.changed, by, found, start: walk.start, steps });
}

const commandOf = ({ source, spec }: Loaded): string =>
  ["npm run simulate --", forShell(source), ...spec.changed.map((change) => `--set ${forShell(change)}`)].join(" ");

const commandFor = (loaded: Loaded, seed: number, most: number): string =>
  `${commandOf(loaded)} --seed ${seed}${most === 1000 ? "" : ` --steps ${most}`}`;
