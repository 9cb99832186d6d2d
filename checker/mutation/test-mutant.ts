/**
 * Does any spec notice a mutant? Noticed is what a reader of the report would see: another set of violations, a witness
 * that is no longer met, or a linker that refuses the table. That counts of states differ is told, and is not enough.
 */
import { runSearch } from "../engine/run.ts";
import type { Variant } from "../language/variants.ts";
import type { SpecRecord } from "../ledger/record.ts";
import type { Loaded } from "../spec/load.ts";
import { linkSpec } from "../spec/question.ts";
import type { Spec } from "../spec/spec.ts";
import type { Mutant } from "./mutate.ts";

export interface Tester {
  readonly loaded: Loaded;
  /** What its search found without the mutant. */
  readonly record: SpecRecord;
}

export interface Notice {
  readonly spec: string;
  readonly how: "violated" | "not violated" | "witness" | "refused";
  /** "S4, deadlock", or what the linker says. */
  readonly what: string;
}

export interface Tested {
  readonly mutant: string;
  /** Null: it survives. */
  readonly notice: Notice | null;
  /** Specs that it infects and that were asked. */
  readonly asked: number;
  /** Specs whose search of the mutant did not end within its limit. */
  readonly unfinished: readonly string[];
  /** Specs that go another way with the mutant: a survivor without any changes nothing that is ever reached. */
  readonly differing: readonly string[];
  /** Of those the ones whose check fails for it: they pin how many states and steps there are. */
  readonly pinned: readonly string[];
}

/** How many times its own states a spec may take to search a mutant. */
const PATIENCE = 8;

/** What one spec says of a mutant. */
export type Answer = Notice | "unfinished" | "another way" | "the same way";

/** How a spec is asked, where not simply by a search of its own. */
export interface Questions {
  /** False: with the mutant every step of the spec is the same, and so is its answer. */
  readonly isInfecting?: (trial: Trial) => boolean;
  readonly askOne?: (trial: Trial) => Answer;
  /** One spec whose pinned counts differ is enough: the others are not asked whether they notice. */
  readonly isPinEnough?: boolean;
}

/** A mutant, and a spec that may notice it. */
export interface Trial {
  readonly mutant: Mutant;
  readonly tester: Tester;
}

/**
 * Asks one spec after another, in their order, until one notices. A mistake in what the rows of several versions have in
 * common is one: `mutant` is its name, and each trial puts it into the row that its spec has.
 */
export function testMutant(
  mutant: string,
  trials: readonly Trial[],
  { isInfecting, askOne = ask, isPinEnough = false }: Questions = {},
): Tested {
  const unfinished: string[] = [];
  const differing: string[] = [];
  const pinned: string[] = [];
  let asked = 0;
  for (const trial of trials) {
    if (isInfecting?.(trial) === false) continue;
    asked += 1;
    const found = askOne(trial);
    const { tester } = trial;
    if (typeof found === "object") return { mutant, notice: found, asked, unfinished, differing, pinned };
    if (found === "unfinished") unfinished.push(tester.loaded.spec.name);
    // A row that is known to do other than the mutant goes another way, though the counts may be the same.
    const isKnown = isInfecting !== undefined && trial.mutant.infects !== null;
    if (found === "unfinished" || (found === "the same way" && !isKnown)) continue;
    const { name, expect } = tester.loaded.spec;
    differing.push(name);
    if (found === "another way" && expect?.states !== undefined && expect.transitions !== undefined) pinned.push(name);
    if (isPinEnough && pinned.length > 0) break;
  }
  return { mutant, notice: null, asked, unfinished, differing, pinned };
}

export function ask({ mutant: { variant }, tester: { loaded, record } }: Trial): Answer {
  const { spec } = loaded;
  const notice = (how: Notice["how"], names: readonly string[]): Notice => ({
    spec: spec.name,
    how,
    what: names.join(", "),
  });
  // A row that the mutant keeps others from reaching may be one whose cuts the spec explains: that is no finding.
  const linked = linkWithout({ ...spec, uncut: [] }, variant);
  if ("problems" in linked) return notice("refused", [linked.problems[0]?.what ?? ""]);
  // The linker folded the change away.
  if (linked.system.hash === loaded.system.hash) return "the same way";
  const usual = Object.keys(record.violated);
  const { result } = runSearch(linked.system, {
    // Many short searches: threads would take longer to begin than to search.
    workers: 1,
    exploreAll: usual.length > 0,
    maxStates: PATIENCE * record.states,
  });
  const violated = result.violations.map(({ property }) => property);
  const more = violated.filter((name) => !usual.includes(name));
  if (more.length > 0) return notice("violated", more);
  if (!result.complete) return "unfinished";
  const fewer = usual.filter((name) => !violated.includes(name));
  if (fewer.length > 0) return notice("not violated", fewer);
  const lost = linked.system.witnesses.flatMap(({ property }, i) =>
    record.witnesses[property] === true && result.met[i] === null ? [property] : [],
  );
  if (lost.length > 0) return notice("witness", lost);
  const isSame = result.states === record.states && result.transitions === record.transitions;
  return isSame ? "the same way" : "another way";
}

/** Links a mutant. A property whose rows the mutant takes out of reach cannot be violated: it is left out, and no refusal. */
function linkWithout(spec: Spec, variant: Variant): ReturnType<typeof linkSpec> {
  const linked = linkSpec(spec, [variant]);
  if (!("problems" in linked)) return linked;
  const places = linked.problems.map(({ path }) => /^\/properties\/(\d+)$/.exec(path)?.[1]);
  if (places.some((place) => place === undefined)) return linked;
  return linkSpec({ ...spec, properties: spec.properties.filter((_, i) => !places.includes(String(i))) }, [variant]);
}
