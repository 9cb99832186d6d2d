/** What does the most general client of a spec's contexts find: the same violations, fewer, or more? */
import { type RunOptions, runSearching } from "../engine/run.ts";
import type { System } from "../language/index.ts";
import type { Lengthy } from "../reference/progress.ts";
import type { AnyTwin } from "../spec/model.ts";
import { linkSpec } from "../spec/question.ts";
import type { Spec } from "../spec/spec.ts";

/** A twin that was asked, or why it could not be. */
export interface AskedTwin {
  readonly heap: string;
  /** Null: it was searched. */
  readonly obstacle: string | null;
  readonly states: number;
  /** Null where the search ended. */
  readonly incomplete: string | null;
  /** In the order of the model. */
  readonly violated: readonly string[];
}

export interface TwinAnswer {
  readonly spec: string;
  /** What the spec violates, but for what twins are not asked. */
  readonly wanted: readonly string[];
  /** What of its violations they are not asked. */
  readonly left: readonly string[];
  /** Heap by heap, until one violates all that is wanted. */
  readonly asked: readonly AskedTwin[];
  /** What of it no twin violates. */
  readonly missing: readonly string[];
  /** What some twin violates beside it. */
  readonly more: readonly string[];
  /** The last heap without the spec's variants: is it they that are found? Null where there are none. */
  readonly control: AskedTwin | null;
}

/** States of a twin that are looked at where nobody says how many. */
const MOST_STATES = 1_000_000;

/** Asks heap by heap. `violated`: what the spec is known to violate. */
export function* askingTwins(spec: Spec, violated: readonly string[], options: RunOptions): Lengthy<TwinAnswer> {
  const twins = spec.model.anyTwins?.(spec.asked) ?? [];
  const wanted = violated.filter((name) => !twins.some(({ idle }) => idle.includes(name)));
  const asked: AskedTwin[] = [];
  const isFound = (name: string): boolean => asked.some(({ violated }) => violated.includes(name));
  let last: AnyTwin | null = null;
  for (const twin of twins) {
    last = twin;
    asked.push(yield* asking(spec, twin, options));
    if (options.signal?.aborted || (wanted.length > 0 && wanted.every(isFound))) break;
  }
  const plain =
    last && spec.asked.variants.length > 0 ? { ...last, question: { ...last.question, variants: [] } } : null;
  const control = plain && !options.signal?.aborted ? yield* asking(spec, plain, options) : null;
  const found = [...new Set(asked.flatMap(({ violated }) => violated))];
  return {
    spec: spec.name,
    wanted,
    left: violated.filter((name) => !wanted.includes(name)),
    asked,
    missing: wanted.filter((name) => !isFound(name)),
    more: found.filter((name) => !wanted.includes(name)),
    control,
  };
}

function* asking(spec: Spec, { heap, question, idle }: AnyTwin, options: RunOptions): Lengthy<AskedTwin> {
  const nothing = { heap, states: 0, incomplete: null, violated: [] };
  const problems = spec.model.problems(question);
  if (problems.length > 0) return { ...nothing, obstacle: problems.map(({ what }) => what).join("; ") };
  const unfit = { ...spec.model.unfit?.(question), ...Object.fromEntries(idle.map((name) => [name, ""])) };
  const properties = spec.properties.filter((name) => !Object.hasOwn(unfit, name));
  const asTwin = {
    ...spec,
    asked: question,
    properties,
    whereTheyApply: properties,
    sometimes: [],
    happens: [],
    uncut: [],
  };
  const linked = linkSpec(asTwin);
  if ("problems" in linked) return { ...nothing, obstacle: linked.problems.map(({ what }) => what).join("; ") };
  const { result } = yield* runSearching(linked.system, {
    maxStates: MOST_STATES,
    por: true,
    symmetry: true,
    ...options,
    exploreAll: true,
  });
  return {
    heap,
    obstacle: null,
    states: result.states,
    incomplete: result.complete ? null : result.incomplete,
    violated: inOrder(linked.system, new Set(result.violations.map(({ property }) => property))),
  };
}

const inOrder = ({ properties }: System, found: ReadonlySet<string>): readonly string[] =>
  [...properties.map(({ name }) => name), "deadlock", "model error"].filter((name) => found.has(name));
