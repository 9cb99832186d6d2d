/** Does Spin, whose claim has fairness by counting, give the reference's answers to liveness? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { askSpinOfLiveness } from "../../checker/crosscheck/tools.ts";
import type { System } from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import type { Model, Setting } from "../../checker/spec/model.ts";
import hungry from "../../examples/hungry.ts";
import starvation from "../../examples/starvation.ts";
import { linkExample } from "../examples/link-example.ts";
import { needing } from "../needing.ts";
import { drawLiveness, drawRounds } from "../reference/drawn-liveness.ts";
import { tapes } from "../reference/random-systems.ts";
import { runs } from "../runs.ts";

/** Whether each question of liveness is violated, by Spin and by the reference. */
async function answers(
  system: System,
): Promise<readonly (readonly [property: string, spin: unknown, here: boolean])[]> {
  return Promise.all(
    system.liveness.map(async ({ property }, i) => {
      const one = { ...system, liveness: [system.liveness[i] as System["liveness"][number]] };
      const { states, violations } = search(one, { exploreAll: true });
      const spin = await askSpinOfLiveness(system, i, { timeoutSeconds: 120, states });
      return [property, "violated" in spin ? spin.violated : spin.why, violations.some((v) => v.endless)] as const;
    }),
  );
}

const agree = async (system: System): Promise<boolean> => {
  const all = await answers(system);
  expect(all.map(([property, spin]) => [property, spin])).toEqual(all.map(([property, , here]) => [property, here]));
  return all.some(([, , here]) => here);
};

interface Known {
  readonly name: string;
  readonly model: Model;
  readonly configuration: Readonly<Record<string, Setting>>;
}

/** More of them: `npm run crosscheck -- --examples`. */
const MODELS: readonly Known[] = [
  { name: "test-and-set", model: starvation, configuration: { lock: "waits", processes: 3 } },
  { name: "hungry philosophers", model: hungry, configuration: { philosophers: 3, leftHanded: true } },
];

const { suite } = await needing("with other checkers");

suite("liveness as Spin answers it", () => {
  it.each(MODELS)("is what the reference answers of $name", async ({ model, configuration }) => {
    await agree(linkExample(model, configuration));
  });

  it("is what the reference answers of random systems", async () => {
    const seen = { holds: 0, violated: 0 };
    const property = fc.asyncProperty(tapes, fc.boolean(), async (numbers, round) => {
      const system = round ? drawRounds(numbers) : drawLiveness(numbers);
      fc.pre(system !== null && search(system, { exploreAll: true, maxStates: 60 }).complete);
      seen[(await agree(system)) ? "violated" : "holds"] += 1;
    });
    await fc.assert(property, runs(6));
    expect(seen.violated).toBeGreaterThan(0);
    expect(seen.holds).toBeGreaterThan(0);
  });
});
