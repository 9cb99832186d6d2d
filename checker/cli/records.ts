/**
 * What the searches of all specs found. A record of `results/` that is about the relation of today is taken; a small spec
 * without one is searched here and now, and of a large one the command says what to run.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../answer/check.ts";
import { agreementText, type Entry, opinionsOf, readEntries } from "../crosscheck/agreement.ts";
import type { Searched } from "../ledger/decide.ts";
import { recordOf, recordOfSpec, type SpecRecord } from "../ledger/record.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import type { Environment } from "./environment.ts";
import { allSpecs, specNamed } from "./specs.ts";

/** Beside the report of a spec. */
export const recordFile = (name: string): string => `${name}.json`;

export interface Recorded extends Searched {
  readonly loaded: Loaded;
}

export interface SearchedSpecs {
  readonly searched: readonly Recorded[];
  /** Large specs without a record of today: what rests on them is not known. */
  readonly missing: readonly string[];
}

/** Throws `SpecError` with every spec that is bad. Complains of those that are missing. */
export async function searchedSpecs(env: Environment): Promise<SearchedSpecs> {
  const found: Recorded[] = [];
  const entries = readEntries(env.folders.results, env.complain);
  const missing: string[] = [];
  const problems: SpecError["problems"][number][] = [];
  for (const name of allSpecs(env.folders)) {
    try {
      const loaded = await loadSpec(specNamed(name, env.folders), env.builtins);
      const { spec } = loaded;
      const record = recorded(loaded, env) ?? (spec.size === "ci" ? recordOf(check(loaded)) : null);
      if (record) found.push({ spec, record, loaded, agreement: agreementOnRecord(record, entries) });
      else missing.push(name);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new SpecError(problems);
  for (const name of missing)
    env.complain(
      `${name}: it is large, and results/ has no search of it as it is today: left out. Run \`npm run results -- --size large\`\n`,
    );
  return { searched: found, missing };
}

/** What the search of a small spec found: from `results/`, or here and now. */
export const recordFor = (loaded: Loaded, env: Environment): SpecRecord =>
  recorded(loaded, env) ?? recordOf(check(loaded));

/** The record of a spec in `results/`; null where there is none, or it is about another relation. */
function recorded(loaded: Loaded, { folders }: Environment): SpecRecord | null {
  const path = join(folders.results, recordFile(loaded.spec.name));
  return existsSync(path) ? recordOfSpec(readFileSync(path, "utf8"), loaded) : null;
}

/** Who else gave the answer that a record holds. */
function agreementOnRecord(record: SpecRecord, entries: readonly Entry[]): string {
  const { relation, states, transitions, violated } = record;
  const entry = entries.find((one) => one.relation === relation);
  if (!entry) return "not cross-checked";
  const mine = JSON.stringify([states, transitions, Object.keys(violated).sort()]);
  const theirs = JSON.stringify([entry.answer.states, entry.answer.transitions, entry.answer.violated]);
  return mine === theirs ? agreementText(opinionsOf(entry)) : "NOT the answer that was cross-checked";
}
