/** `nolock reductions`: what each reduction saves on each spec, and that none changes an answer. */
import { join } from "node:path";

import { WORTH_REDUCING } from "../answer/check.ts";
import { NAMES } from "../cli/arguments.ts";
import { command } from "../cli/command.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import {
  isSame,
  isSlower,
  type Measured,
  MODES,
  type Mode,
  type Row,
  rowText,
  summary,
  table,
} from "../cli/reductions-table.ts";
import { allSpecs, findSpec, specNamed } from "../cli/specs.ts";
import { runSearch } from "../engine/run.ts";
import type { System } from "../language/index.ts";
import { areAlikeAtFirst, hindrances, namings } from "../reduction/obstacles.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";

export const reductionsCommand = command({
  name: "reductions",
  brief: "what each reduction saves, and that none changes an answer",
  usage: ["[SPEC.. | --write]"],
  about: [
    "Searches the whole graph of each spec (default: all) five ways, by one thread: off, partial order alone, symmetry alone, all together, and as `check` does it: off at first, all together where there are many states. Shows states and time, whether the same properties are violated and the same witnesses met, which specs take longer reduced, and what is in the way where little is gained. Times are of this run and this machine.",
  ],
  takesNames: true,
  options: { write: { kind: "flag", help: "of all specs: write docs/reductions.md", not: [NAMES] } },
  ends: ["Exit status: 1 where an answer differs."],
  run: ({ options, words }, env) => reductions(words, options.write, env),
});

async function reductions(words: readonly string[], isWritten: boolean, env: Environment): Promise<number> {
  const files = words.length > 0 ? words.map((word) => findSpec(word, env.folders)) : [];
  const all = files.length > 0 ? files : allSpecs(env.folders).map((name) => specNamed(name, env.folders));
  const rows: Row[] = [];
  for (const file of all) {
    if (!isWritten) goOn(env);
    const { system } = await loadSpec(file, env.builtins);
    // Else the first spec would pay for what the machine compiles once.
    if (rows.length === 0) measure(system, "off");
    const row = rowOf(file.source, system);
    rows.push(row);
    env.print(`${rowText(row)}\n`);
  }
  env.print(`${summary(rows).join("\n")}\n`);
  if (isWritten) writeWhole(join(env.folders.docs, "reductions.md"), table(rows));
  return rows.every(isSame) ? EXIT.asExpected : EXIT.differs;
}

/** A mode by which nothing is reduced that another would not is not run again: its time would differ by chance only. */
function rowOf(spec: string, system: System): Row {
  const has = { por: system.alwaysPossible.length === 0, symmetry: Object.keys(system.renamable).length > 0 };
  const same: Readonly<Record<Mode, Mode>> = {
    off: "off",
    por: has.por ? "por" : "off",
    symmetry: has.symmetry ? "symmetry" : "off",
    all: has.por ? (has.symmetry ? "all" : "por") : has.symmetry ? "symmetry" : "off",
    usual: "usual",
  };
  const ran = new Map<Mode, Measured>();
  const run = (): void => {
    for (const mode of new Set(Object.values(same))) {
      const now = measure(system, mode);
      const before = ran.get(mode);
      if (!before || now.ms < before.ms) ran.set(mode, now);
    }
  };
  const why = hindrances(system);
  const row = (): Row => ({
    spec,
    applies: has,
    hindrances: why,
    namings: namings(system),
    areAlikeAtFirst: areAlikeAtFirst(system),
    modes: Object.fromEntries(MODES.map((mode) => [mode, ran.get(same[mode])])) as Row["modes"],
  });
  run();
  // Others may have had the machine: all modes have another chance, and the shorter time of each counts.
  for (let again = 0; again < 2 && MODES.some((mode) => isSlower(row(), mode)); again++) run();
  return row();
}

function measure(system: System, mode: Mode): Measured {
  const begin = performance.now();
  const isAll = mode === "all" || mode === "usual";
  const later = mode === "usual" ? { reduceFrom: WORTH_REDUCING } : {};
  const on = { por: mode === "por" || isAll, symmetry: mode === "symmetry" || isAll, ...later };
  const { result } = runSearch(system, { ...on, exploreAll: true, workers: 1 });
  const ms = performance.now() - begin;
  const { states, transitions, complete } = result;
  const violated = result.violations.map((v) => v.property).toSorted();
  const met = result.met.map((place) => place !== null);
  return { states, transitions, ms, answer: JSON.stringify({ violated, met, complete }) };
}
