/** Where does a search by one thread spend its time? V8's sampling profiler, over a whole process, by generated function. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { BenchError, PROJECT, type Workshop } from "./measure.ts";

/** One that takes less of a hundred is told with all others like it. */
const WORTH_TELLING = 1;

/** The least that is read of a profile of V8's. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between two samples. */
  readonly timeDeltas: readonly number[];
}

/** What takes how much of a hundred, the most first. */
export type Shares = readonly (readonly [what: string, share: number])[];

/** Of the thread that ran generated code; null for another. Time in which it only waited does not count. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Shares | null {
  const isGenerated = (url: string): boolean => url.startsWith("wasm:");
  if (!nodes.some(({ callFrame }) => isGenerated(callFrame.url))) return null;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame || frame.functionName === "(idle)") continue;
    const isOurs = isGenerated(frame.url);
    const what = isOurs
      ? frame.functionName
      : frame.functionName === "(garbage collector)"
        ? "garbage collection"
        : "JavaScript: loading, linking, generating code, the report";
    spent.set(what, (spent.get(what) ?? 0) + (timeDeltas[i] as number));
  }
  const all = [...spent.values()].reduce((a, b) => a + b, 0);
  const shares = [...spent].map(([what, time]) => [what, (100 * time) / all] as const).sort((a, b) => b[1] - a[1]);
  const told = shares.filter(([, share]) => share >= WORTH_TELLING);
  const rest = shares.slice(told.length).reduce((sum, [, share]) => sum + share, 0);
  return [...told, ...(rest > 0 ? [[`${shares.length - told.length} others`, rest] as const] : [])];
}

export async function profile(one: Case, workshop: Workshop): Promise<Shares> {
  const { check } = await one.model();
  const folder = mkdtempSync(join(workshop.folder, "profile-"));
  const profiling = ["--cpu-prof", "--cpu-prof-dir", folder];
  const ran = await workshop.run(
    process.execPath,
    [...profiling, "bin/nolock.js", "check", ...check, "--explore-all", "--workers", "1", "--json", "-"],
    PROJECT,
  );
  const found = readdirSync(folder)
    .map((file) => sharesOf(JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile))
    .find((shares) => shares !== null);
  if (!found) throw new BenchError(`the profile of ${one.name} shows no generated code: ${ran.errors.trim()}`);
  return found;
}
