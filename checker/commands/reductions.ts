/** `nolock reductions`: what each reduction saves on each spec, and that none changes an answer. */
import { join } from "node:path";

import { WORTH_REDUCING } from "../answer/check.ts";
import { readArguments } from "../cli/arguments.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import {
  isSame,
  isSlower,
  type Measured,
  type Row,
  rowText,
  summary,
  table,
  WAYS,
  type Way,
} from "../cli/reductions-table.ts";
import { allSpecs, findSpec, specNamed } from "../cli/specs.ts";
import { runSearch } from "../engine/run.ts";
import type { System } from "../language/index.ts";
import { areAlikeAtFirst, hindrances, namings } from "../reduction/obstacles.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";

export const reductionsHelp = `Usage: npm run reductions [-- SPEC.. | --write]

Searches the whole graph of each spec (default: all) five ways, by one thread:
off, partial order alone, symmetry alone, all together, and as check does it:
off at first, all together where there are many states. Shows
states and time, whether the same properties are violated and the same
witnesses met, which specs take longer reduced, and what is in the way where
little is gained. Times are of this run and this machine.

  --write     write the table to docs/reductions.md

Exit status: 1 where an answer differs.
`;

export async function reductionsCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("reductions", args, { write: "flag", help: "flag" });
  if (options.help) {
    env.print(reductionsHelp);
    return EXIT.asExpected;
  }
  const files = words.length > 0 ? words.map((word) => findSpec(word, env.folders)) : [];
  const all = files.length > 0 ? files : allSpecs(env.folders).map((name) => specNamed(name, env.folders));
  const rows: Row[] = [];
  for (const file of all) {
    if (!options.write) goOn(env);
    const { system } = await loadSpec(file, env.builtins);
    // Else the first spec would pay for what the machine compiles once.
    if (rows.length === 0) measure(system, "off");
    const row = rowOf(file.source, system);
    rows.push(row);
    env.print(`${rowText(row)}\n`);
  }
  env.print(`${summary(rows).join("\n")}\n`);
  if (options.write) writeWhole(join(env.folders.docs, "reductions.md"), table(rows));
  return rows.every(isSame) ? EXIT.asExpected : EXIT.differs;
}

/** A way by which nothing is reduced that another would not is not run again: its time would differ by chance only. */
function rowOf(spec: string, system: System): Row {
  const has = { por: system.alwaysPossible.length === 0, symmetry: Object.keys(system.renamable).length > 0 };
  const same: Readonly<Record<Way, Way>> = {
    off: "off",
    por: has.por ? "por" : "off",
    symmetry: has.symmetry ? "symmetry" : "off",
    all: has.por ? (has.symmetry ? "all" : "por") : has.symmetry ? "symmetry" : "off",
    usual: "usual",
  };
  const ran = new Map<Way, Measured>();
  const run = (): void => {
    for (const way of new Set(Object.values(same))) {
      const now = measure(system, way);
      const before = ran.get(way);
      if (!before || now.ms < before.ms) ran.set(way, now);
    }
  };
  const why = hindrances(system);
  const row = (): Row => ({
    spec,
    applies: has,
    hindrances: why,
    namings: namings(system),
    areAlikeAtFirst: areAlikeAtFirst(system),
    ways: Object.fromEntries(WAYS.map((way) => [way, ran.get(same[way])])) as Row["ways"],
  });
  run();
  // Others may have had the machine: all ways have another chance, and the shorter time of each counts.
  for (let again = 0; again < 2 && WAYS.some((way) => isSlower(row(), way)); again++) run();
  return row();
}

function measure(system: System, way: Way): Measured {
  const begin = performance.now();
  const isAll = way === "all" || way === "usual";
  const later = way === "usual" ? { reduceFrom: WORTH_REDUCING } : {};
  const on = { por: way === "por" || isAll, symmetry: way === "symmetry" || isAll, ...later };
  const { result } = runSearch(system, { ...on, exploreAll: true, workers: 1 });
  const ms = performance.now() - begin;
  const { states, transitions, complete } = result;
  const violated = result.violations.map((v) => v.property).toSorted();
  const met = result.met.map((place) => place !== null);
  return { states, transitions, ms, answer: JSON.stringify({ violated, met, complete }) };
}
