/** Specs for the tests of formats: of every verdict, with PREEMPT_RT and without. */
import { readFileSync } from "node:fs";
import { check } from "../../../checker/answer/check.ts";
import { builtins } from "../../../checker/cli/models.ts";
import { findSpec, folders } from "../../../checker/cli/specs.ts";
import { toldOf } from "../../../checker/cli/tell.ts";
import { readEntries } from "../../../checker/crosscheck/agreement.ts";
import type { Told } from "../../../checker/report/formats/format.ts";
import { FORMATS, type FormatName } from "../../../checker/report/formats/index.ts";
import { loadSpec } from "../../../checker/spec/load.ts";

/** Small specs of the project, with what each is a sample of. */
export const SAMPLE: Readonly<Record<string, string>> = {
  "violated, !RT": "hooks/hook-cuts-freelist",
  "violated, RT": "hooks/nolock-waits-for-list-lock@preemptRt",
  "violated, two CPUs": "hooks/contention-tracepoint",
  "holds, RT": "gate/nmi-asks-again@preemptRt",
  "holds, !RT": "memcg/memcg-first-statistics",
  "no progress": "debug/endless-new-slabs",
  "liveness, goes round": "examples/starvation-xchg.json",
  "liveness, stays": "examples/hungry.json",
  deadlock: "deferred/two-barriers",
  "deadlock, small": "examples/philosophers.json",
};

const answers = new Map<string, Promise<Told>>();

/** A spec's answer as `check` would tell it, searched once in a file of tests. */
export function toldOfSpec(name: string): Promise<Told> {
  const known = answers.get(name);
  if (known) return known;
  const env = { folders, builtins, print: () => {}, complain: () => {} };
  const none = { format: undefined, out: undefined, json: undefined, html: undefined, trace: undefined };
  const made = loadSpec(findSpec(name, folders), builtins).then((loaded) =>
    toldOf(loaded, check(loaded, { workers: 1 }), new Date(), readEntries(folders.results, env.complain), none, env),
  );
  answers.set(name, made);
  return made;
}

/** That answer in a format. */
export const inFormat = async (name: string, format: FormatName): Promise<string> =>
  FORMATS[format].one(await toldOfSpec(name), new Date(0));

/** A JSON file, by its path from this folder. */
export const jsonOf = (path: string): object =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as object;
