/** How long does each spec take to its first state, and a small one until it is answered? */
import { builtins } from "../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../checker/cli/specs.ts";
import { loadSpec } from "../checker/spec/load.ts";
import { BenchError, PROJECT, type Workshop } from "./measure.ts";
import type { Start } from "./measured.ts";

/** A spec with at most so many states is small: its answer should come while one waits. */
export const SMALL = 10_000;

/** Whole processes: Node, the checker, the model, the linked table, generated code, the first level, the report. */
export async function measureStarts(
  workshop: Workshop,
  rounds: number,
  say: (text: string) => void,
  only = Number.POSITIVE_INFINITY,
): Promise<Readonly<Record<string, Start>>> {
  const starts: Record<string, Start> = {};
  let isWarm = false;
  for (const name of specNames(folders).slice(0, only)) {
    const { spec } = await loadSpec(specNamed(name, folders), builtins);
    const states = spec.expect?.states ?? Number.POSITIVE_INFINITY;
    const timed = async (...more: readonly string[]): Promise<number[]> => {
      const seconds: number[] = [];
      // The first of all fills the caches of the file system and of the loader.
      for (let round = isWarm ? 1 : 0; round <= rounds; round++) {
        const args = ["bin/nolock.js", "check", name, "--json", "-", ...more];
        const ran = await workshop.run(process.execPath, args, PROJECT);
        if (!/"states": \d/.test(ran.output)) throw new BenchError(`nolock check ${name}: ${ran.errors.trim()}`);
        if (round > 0) seconds.push(ran.seconds);
        isWarm = true;
      }
      return seconds;
    };
    const first = await timed("--max-states", "1");
    const whole = states <= SMALL ? await timed() : [];
    starts[name] = { states, first, whole };
    say(`start of ${name}: ${Math.min(...first).toFixed(2)} s\n`);
  }
  return starts;
}
