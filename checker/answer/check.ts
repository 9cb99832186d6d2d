/**
 * From a loaded spec to its outcome: search, verdict, counterexample, and what differs from the spec's pins. An outcome
 * is put together here and nowhere else, so that an option means the same to everybody who asks.
 */
import { type Run, type RunOptions, runSearching } from "../engine/run.ts";
import type { System } from "../language/index.ts";
import { finish, type Lengthy } from "../reference/progress.ts";
import { pathOf, type SearchResult, type Violation } from "../reference/result.ts";
import { traceOf } from "../reference/trace.ts";
import type { Loaded } from "../spec/load.ts";
import type { Expectation } from "../spec/spec.ts";
import { exitStatus } from "../spec/verdict.ts";
import { withAnother } from "./another.ts";
import { type CutMatrix, cutMatrix } from "./cut-matrix.ts";
import { evaluatedAlong } from "./evaluated.ts";
import { type SHORTEST, withFewestSwitches } from "./fewest-switches.ts";
import { notesOf } from "./notes.ts";
import type { Outcome, Trace, Verdict } from "./outcome.ts";
import { togetherOf } from "./together.ts";
import { verdictOf } from "./verdict-of.ts";

export interface CheckOptions extends RunOptions {
  /** Whose counterexample to show, before what the spec says. */
  readonly show?: string;
  /** What its counterexample is to have the fewest of. Default: steps. */
  readonly shortest?: (typeof SHORTEST)[number];
  /** Rows that the counterexample is not to pass. */
  readonly another?: readonly string[];
  /** Expressions to evaluate along the counterexample. */
  readonly evaluate?: readonly string[];
  /** Whether to find out what must come together for the counterexample: smaller sets of contexts are searched, too. */
  readonly together?: boolean;
}

/**
 * States of the whole graph that are looked at before it is reduced. A graph of fewer is known in less time than what a
 * reduction rests on, and the whole tells more: shortest counterexamples, counts, who cut whom (`docs/reductions.md`).
 */
export const WORTH_REDUCING = 250_000;

/** States up to which the whole graph is searched where the reduced one has a violation. */
const WORTH_THE_WHOLE = 2_000_000;

/**
 * Checks a spec. Where it has counts to compare, the whole graph is explored: that is what they are counts of. Else only
 * what must be followed is, unless the user says otherwise, and the search stops after the first level with a violation.
 */
export const check = (loaded: Loaded, options: CheckOptions = {}): Outcome => finish(checking(loaded, options));

/** The same for who looks after it meanwhile. Where `options.signal` is aborted it ends with what was found until then. */
export function* checking(loaded: Loaded, options: CheckOptions = {}): Lengthy<Outcome> {
  const outcome = outcomeOf(loaded, yield* searching(loaded, options), options);
  if (options.signal?.aborted) return outcome;
  const { signal, another } = options;
  const least = options.shortest === "switches" ? yield* withFewestSwitches(outcome, signal) : outcome;
  const found = another ? yield* withAnother(least, another, signal) : least;
  const { system, trace } = found;
  const evaluated = trace && options.evaluate ? evaluatedAlong(system, trace, options.evaluate) : [];
  const shown = { ...found, evaluated };
  return options.together ? { ...shown, together: yield* togetherOf(shown, options.signal) } : shown;
}

const expectationOf = ({ spec }: Loaded): Expectation | null => (spec.changed.length === 0 ? spec.expect : null);

/** Whether an empty cell of the cut matrix needs a reason. Those that a spec gives are about the spec as it stands. */
const mustBeExplained = ({ cuts, changed }: Loaded["spec"]): boolean => cuts === "explained" && changed.length === 0;

/** A search, and the cut matrix of what it found. */
interface Searched {
  readonly run: Run;
  readonly cuts: CutMatrix;
}

function* searching(loaded: Loaded, options: CheckOptions): Lengthy<Searched> {
  const expect = expectationOf(loaded);
  const exploreAll = options.exploreAll ?? expect !== null;
  const few = !(options.exploreAll || expect?.states !== undefined);
  const { por = few, symmetry = few } = options;
  // Who asks for a reduction gets it from the start.
  const later = options.por || options.symmetry ? {} : { reduceFrom: WORTH_REDUCING };
  return yield* runBest(loaded, { ...later, ...options, exploreAll, por, symmetry });
}

/** What a search says about a spec; its counterexample has the fewest steps. */
function outcomeOf(loaded: Loaded, { run, cuts }: Searched, options: CheckOptions): Outcome {
  const { source, spec, system } = loaded;
  const { engine, reductions, result } = run;
  const { reduced } = result;
  const expect = expectationOf(loaded);
  const order = [...system.properties.map((p) => p.name), "deadlock", "model error"];
  const violations = result.violations.toSorted((a, b) => order.indexOf(a.property) - order.indexOf(b.property));
  const violated = violations.map((v) => v.property);
  const unmet = result.complete ? neverMet(system, result) : [];
  const isExplained = mustBeExplained(spec);
  const isWhole = result.complete && violated.length === 0;
  const vacuous = isWhole && isExplained ? [...unmet, ...cuts.unexplained] : unmet;
  const verdict = verdictOf(violations, result.complete, vacuous);
  return {
    source,
    spec,
    system,
    engine,
    result,
    verdict,
    violated,
    violations,
    reduced,
    reductions,
    cuts,
    asked: [...(loaded.trusts ? ["--trust-model"] : []), ...askedWith(options)],
    trace: counterexample(system, result, violations, options.show ?? spec.show),
    together: null,
    evaluated: [],
    vacuous,
    notes: notesOf({ system, spec, result, cuts: isExplained ? null : cuts }),
    differences: expect && differences({ result, verdict, violated, unmet, cuts }, expect),
  };
}

/** The options of the command line that change an answer. Engine and threads never do. */
function askedWith(options: CheckOptions): readonly string[] {
  const { exploreAll, maxStates, maxDepth, memory, por, symmetry, show, shortest, evaluate, another } = options;
  const onOff = (name: string, is: boolean | undefined): string[] =>
    is === undefined ? [] : [`--${name}`, is ? "on" : "off"];
  return [
    ...(exploreAll ? ["--explore-all"] : []),
    ...(maxStates === undefined ? [] : ["--max-states", String(maxStates)]),
    ...(maxDepth === undefined ? [] : ["--max-depth", String(maxDepth)]),
    ...(memory === undefined ? [] : ["--memory", sizeText(memory)]),
    ...onOff("por", por),
    ...onOff("symmetry", symmetry),
    ...(show === undefined ? [] : ["--show", show]),
    ...(shortest === undefined || shortest === "steps" ? [] : ["--shortest", shortest]),
    ...(another ?? []).flatMap((row) => ["--another", row]),
    ...(evaluate ?? []).flatMap((expression) => ["--eval", expression]),
  ];
}

/** Bytes as the command line takes them. */
const sizeText = (bytes: number): string =>
  bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : `${Math.ceil(bytes / 2 ** 10)}K`;

/** The exit status of an outcome. */
export function statusOf({ verdict, spec, differences }: Outcome): number {
  const expected = differences === null ? "holds" : (spec.expect?.verdict ?? "holds");
  return exitStatus(verdict, expected, differences === null || differences.length === 0);
}

function neverMet({ witnesses }: System, { met }: SearchResult): string[] {
  return witnesses.flatMap(({ property, kind, text }, i) => {
    if (met[i]) return [];
    return [kind === "happens" ? `it never happens: ${text}` : `no reachable state satisfies ${property}`];
  });
}

/**
 * A reduced search shows that something never happens. What does happen, the whole graph tells better, if it is not too
 * large: by the shortest counterexample, and by the rows that a frame could have cut.
 */
function* runBest({ system, spec }: Loaded, options: RunOptions): Lengthy<Searched> {
  const withCuts = (run: Run): Searched => ({ run, cuts: cutMatrix(system, run.result, spec.uncut) });
  const few = yield* runSearching(system, options);
  if (!few.result.reduced || options.signal?.aborted) return withCuts(few);
  const isViolated = few.result.violations.length > 0;
  const ofFew = withCuts(few);
  const isOpen = few.result.complete && ofFew.cuts.unexplained.length + ofFew.cuts.stale.length > 0;
  if (!isViolated && !isOpen) return ofFew;
  const limit =
    isViolated || !mustBeExplained(spec)
      ? { maxStates: Math.min(options.maxStates ?? WORTH_THE_WHOLE, WORTH_THE_WHOLE) }
      : {};
  const whole = yield* runSearching(system, { ...options, por: false, symmetry: false, ...limit });
  return whole.result.incomplete === null ? withCuts(whole) : ofFew;
}

/** Of the property asked for, where it is violated; else the first of the shortest. */
function counterexample(
  system: System,
  result: SearchResult,
  violations: readonly Violation[],
  show: string | null,
): Trace | null {
  const shortest = Math.min(...violations.map((v) => v.length));
  const shown = violations.find((v) => v.property === show) ?? violations.find((v) => v.length === shortest);
  return shown ? traceOf(system, shown.property, shown.why, pathOf(result, shown), shown.endless?.stem.length) : null;
}

interface Found {
  readonly result: SearchResult;
  readonly verdict: Verdict;
  readonly violated: readonly string[];
  readonly unmet: readonly string[];
  readonly cuts: CutMatrix;
}

/** What differs from the pins, a sentence each. */
function differences({ result, verdict, violated, unmet, cuts }: Found, expect: Expectation): string[] {
  const { reduced } = result;
  const found: string[] = [];
  if (verdict !== expect.verdict) found.push(`the verdict is ${verdict}, and ${expect.verdict} was expected`);
  if (!result.complete)
    return [
      ...found,
      `the search did not finish${result.incomplete ? ` (${result.incomplete})` : ""}: its pins cannot be compared`,
    ];
  for (const name of violated)
    if (!expect.violated.includes(name)) found.push(`${name} is violated, and was not expected to be`);
  for (const name of expect.violated)
    if (!violated.includes(name)) found.push(`${name} is not violated, and was expected to be`);
  for (const count of ["states", "transitions", "depth"] as const) {
    const pin = expect[count];
    if (pin !== undefined && !reduced && result[count] !== pin)
      found.push(`${result[count]} ${count}, and ${pin} were expected`);
  }
  if (verdict !== "vacuous") found.push(...unmet);
  return reduced ? found : [...found, ...cuts.stale];
}
