/** The rounds of a case: everybody in turn, again and again, and all must count the same. */
import { type Case, ONE_ROUND_OF_RUMUR } from "./cases.ts";
import type { Contender, Run } from "./contenders.ts";
import { BenchError, type Workshop } from "./measure.ts";
import type { Measured } from "./measured.ts";
import type { Model } from "./model.ts";

export interface Progress {
  readonly rounds: number;
  /** What is known of the case already; runs are added to it. */
  readonly before: Measured | null;
  readonly say: (text: string) => void;
  /** Called after each run. */
  readonly keep: (measured: Measured) => void;
}

export async function measure(one: Case, workshop: Workshop, { rounds, before, say, keep }: Progress): Promise<void> {
  const model = await one.model();
  const runs = new Map(Object.entries(before?.runs ?? {}).map(([name, known]) => [name, [...known]]));
  const builds = new Map(Object.entries(before?.builds ?? {}));
  const roundsOf = ({ tool }: Contender): number =>
    one.once || (tool === "Rumur" && model.states > ONE_ROUND_OF_RUMUR) ? 1 : rounds;
  const wanting = one.contenders.filter((c) => (runs.get(c.name) ?? []).length < roundsOf(c));
  for (const contender of wanting) {
    const seconds = await contender.build(workshop, model);
    if (seconds !== null) builds.set(contender.name, seconds);
  }
  for (let round = 0; round < rounds; round++) {
    for (const contender of wanting) {
      const known = runs.get(contender.name) ?? [];
      if (known.length > round || roundsOf(contender) <= round) continue;
      const run = await contender.run(workshop, model);
      known.push(run);
      runs.set(contender.name, known);
      const rate = `${(run.states / run.seconds / 1e6).toFixed(2)} M states/s`;
      say(`${one.name}, round ${round + 1}: ${contender.name}: ${run.seconds.toFixed(2)} s, ${rate}\n`);
      agree(model, runs);
      keep({
        title: one.title,
        states: run.states,
        transitions: run.transitions,
        builds: Object.fromEntries(builds),
        runs: Object.fromEntries(
          one.contenders
            .flatMap(({ name }) => [[name, runs.get(name) ?? []] as const])
            .filter(([, of]) => of.length > 0),
        ),
      });
    }
  }
}

/** Two that were to count the same did not: what was measured of the case is worth nothing. */
export class Disagreement extends BenchError {}

/** A bench of searches that do not search the same would be about nothing. */
export function agree(model: Pick<Model, "name" | "states">, runs: ReadonlyMap<string, readonly Run[]>): void {
  const all = [...runs].flatMap(([name, of]) => of.map((run) => ({ name, ...run })));
  const transitions = all[0]?.transitions;
  const other = all.find((run) => run.states !== model.states || run.transitions !== transitions);
  if (!other) return;
  const found = `${other.states} states and ${other.transitions} transitions`;
  throw new Disagreement(`${model.name}: ${other.name} finds ${found}, and not ${model.states} and ${transitions}`);
}
