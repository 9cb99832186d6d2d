/**
 * What the searches of all specs found. A record of `results/` that is about the relation of today is taken; a small spec
 * without one is searched here and now, and of a large one the command says what to run.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, checking } from "../answer/check.ts";
import { agreementText, type Entry, opinionsOf, readEntries } from "../crosscheck/agreement.ts";
import type { Searched } from "../ledger/decide.ts";
import { recordOf, recordOfSpec, type SpecRecord } from "../ledger/record.ts";
import { type Loaded, loadUnlinked } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import type { Spec } from "../spec/spec.ts";
import { attend } from "./attend.ts";
import type { Environment } from "./environment.ts";
import { CutShort, forEach } from "./progress.ts";
import { Relations } from "./relations.ts";
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
  /** Where a signal ended it before all were looked at: how many were. */
  readonly cutShort: { readonly done: number; readonly of: number } | null;
}

/** Of all specs, or of those named. Throws `SpecError` with every spec that is bad. Complains of those that are missing, and says how far it is. */
export async function searchedSpecs(
  env: Environment,
  names: readonly string[] = allSpecs(env.folders),
): Promise<SearchedSpecs> {
  const found: Recorded[] = [];
  const entries = readEntries(env.folders.results, env.complain);
  const relations = new Relations(env.kept ?? null);
  const missing: string[] = [];
  const problems: SpecError["problems"][number][] = [];
  const recordOne = async (name: string): Promise<boolean> => {
    const loaded = await loadUnlinked(specNamed(name, env.folders), env.builtins);
    const { spec } = loaded;
    let record = recorded(spec, relations.of(loaded), env);
    if (!record && spec.size === "ci") {
      const { found: outcome, interrupted } = await attend(
        (signal) => checking(loaded, { together: true, signal }),
        env.attendance,
        true,
      );
      if (interrupted) return false;
      record = recordOf(outcome);
    }
    if (record) found.push({ spec, record, loaded, agreement: agreementOnRecord(record, entries) });
    else missing.push(name);
    return true;
  };
  const done = await forEach(
    names,
    (name) => name,
    async (name) => {
      try {
        return await recordOne(name);
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
        problems.push(...error.problems);
        return true;
      }
    },
    env.attendance,
  );
  relations.keep();
  if (problems.length > 0) throw new SpecError(problems);
  for (const name of missing)
    env.complain(
      `${name}: it is large, and results/ has no search of it as it is today: left out. Run \`npm run results -- --size large\`\n`,
    );
  return { searched: found, missing, cutShort: done < names.length ? { done, of: names.length } : null };
}

/** The same, for a command that can do nothing with a part: throws `CutShort` where a signal ended it. */
export async function allSearched(env: Environment): Promise<SearchedSpecs> {
  const all = await searchedSpecs(env);
  if (all.cutShort) throw new CutShort(all.cutShort.done, all.cutShort.of);
  return all;
}

/** What the search of a small spec found: from `results/`, or here and now. */
export const recordFor = (loaded: Loaded, env: Environment): SpecRecord =>
  recorded(loaded.spec, loaded.system.hash, env) ?? recordOf(check(loaded, { together: true }));

/** The record of a spec in `results/`; null where there is none, or it is about another relation. */
function recorded(spec: Spec, relation: string, { folders }: Environment): SpecRecord | null {
  const path = join(folders.results, recordFile(spec.name));
  return existsSync(path) ? recordOfSpec(readFileSync(path, "utf8"), spec, relation) : null;
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
