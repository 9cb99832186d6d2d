/** Do the reference, Spin and Rumur find what the engine finds: states, transitions, violated properties, witnesses? */
import { check } from "../answer/check.ts";
import { type Rules, rulesOf } from "../export/rules.ts";
import type { System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import { search } from "../reference/search.ts";
import type { Loaded } from "../spec/load.ts";
import { type Answer, askRumur, askSpin, askSpinOfLiveness, type NoAnswer, type RunOptions, told } from "./tools.ts";

export interface Opinion {
  readonly checker: "reference" | "Spin" | "Rumur";
  /** Where it differs, a sentence each; empty where it agrees, null where it was not asked. */
  readonly differences: readonly string[] | null;
}

export interface Crosschecked {
  /** Who found the result that is compared with. */
  readonly asked: "engine" | "reference";
  readonly result: SearchResult;
  readonly opinions: readonly Opinion[];
}

/** The reference keeps a whole value for each state: for more than this many it is not asked. */
const REFERENCE_STATES = 300_000;

/** Asks everybody about a spec, going on past violations. */
export async function crosscheck(loaded: Loaded, timeoutSeconds: number): Promise<Crosschecked> {
  const { system, result, engine } = check(loaded, { exploreAll: true });
  const others = await crosscheckSystem(system, result, timeoutSeconds);
  if (engine === "reference") return { asked: "reference", result, opinions: others };
  const differences = result.states > REFERENCE_STATES ? null : fromReference(system, result);
  return { asked: "engine", result, opinions: [{ checker: "reference", differences }, ...others] };
}

/** Asks both tools about a system that a search has explored whole. */
export async function crosscheckSystem(
  system: System,
  result: SearchResult,
  timeoutSeconds: number,
): Promise<readonly Opinion[]> {
  if (!result.complete) throw new Error("a search that did not finish cannot be compared");
  const options: RunOptions = { timeoutSeconds, states: result.states };
  const rules = rulesOf(system);
  const [spin, rumur] = await Promise.all([askSpin(system, options), askRumur(system, options)]);
  return [
    {
      checker: "Spin",
      differences: [...differences(spin, result, rules), ...(await endless(system, result, options))],
    },
    { checker: "Rumur", differences: differences(rumur, result, rules) },
  ];
}

function fromReference(system: System, result: SearchResult): string[] {
  const reference = search(system, { exploreAll: true });
  const counts = (["states", "transitions", "depth"] as const).flatMap((count) =>
    reference[count] === result[count] ? [] : [`${reference[count]} ${count}, and ${result[count]} here`],
  );
  const told = ({ violations }: SearchResult): string[] =>
    violations.map(({ property, verdict, length }) => `${property} is ${verdict} after ${length} steps`);
  const [there, here] = [told(reference), told(result)];
  const met = system.witnesses.flatMap((witness, w) => {
    if ((reference.met[w] === null) === (result.met[w] === null)) return [];
    return [
      reference.met[w] ? `${nameOf(witness)} is met, and never here` : `${nameOf(witness)} is never met, and is here`,
    ];
  });
  return [
    ...counts,
    ...there.filter((text) => !here.includes(text)),
    ...here.filter((text) => !there.includes(text)).map((text) => `not so: ${text}`),
    ...met,
  ];
}

/** Where Spin, asked for each question of liveness on its own, says otherwise: of a property all are asked for. */
async function endless(system: System, { violations }: SearchResult, options: RunOptions): Promise<string[]> {
  const said: string[] = [];
  for (const property of new Set(system.liveness.map((one) => one.property))) {
    let violated = false;
    for (const [i, one] of system.liveness.entries()) {
      if (one.property !== property || violated) continue;
      const answer = await askSpinOfLiveness(system, i, options);
      if ("why" in answer) return [`no answer to ${property}: ${answer.why}`];
      violated = answer.violated;
    }
    if (violated === violations.some((v) => v.property === property && v.endless)) continue;
    said.push(
      violated ? `${property} has an acceptance cycle, and none here` : `${property} has none, and is violated here`,
    );
  }
  return said;
}

const nameOf = ({ property, text }: System["witnesses"][number]): string => `${property}${text && ` (${text})`}`;

function differences(answer: Answer | NoAnswer, result: SearchResult, rules: Rules): string[] {
  if ("why" in answer) return [`no answer: ${answer.why}`];
  const said: string[] = [];
  for (const count of ["states", "transitions"] as const)
    if (answer[count] !== result[count]) said.push(`${answer[count]} ${count}, and ${result[count]} here`);
  const { violated, met } = told(answer, rules);
  const here = new Set(result.violations.map((v) => v.property));
  const future = answer.lost === null ? [...rules.alwaysPossible, ...rules.liveness] : rules.liveness;
  const notAsked = new Set(future.map((p) => p.property));
  for (const name of violated) if (!here.has(name)) said.push(`${name} is violated, and not here`);
  for (const name of here)
    if (!violated.has(name) && !notAsked.has(name)) said.push(`${name} is not violated, and is here`);
  for (const [w, witness] of rules.system.witnesses.entries()) {
    const metHere = result.met[w] !== null;
    if (metHere === met.has(w)) continue;
    said.push(metHere ? `${nameOf(witness)} is never met, and is here` : `${nameOf(witness)} is met, and never here`);
  }
  return said;
}
