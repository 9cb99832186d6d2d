/** How does a test of the kernel model ask a small question of its own? */
import {
  atRest,
  type Expr,
  happens,
  invariant,
  LinkError,
  type Patch,
  type Program,
  type Property,
  property,
  type System,
  sometimes,
  variant,
} from "../../checker/language/index.ts";
import type { Scope } from "../../checker/language/programs.ts";
import { link } from "../../checker/link/link.ts";
import type { SearchResult } from "../../checker/reference/result.ts";
import { search } from "../../checker/reference/search.ts";
import { asOf, type ContextSpec, type Question, type Setting } from "../../checker/spec/model.ts";
import { orderOf } from "../../checker/spec/order.ts";
import model from "../../model/index.ts";
import { PROPERTIES } from "../../model/properties/index.ts";

export interface Small {
  readonly configuration?: Readonly<Record<string, Setting>>;
  readonly version?: string;
  readonly variants?: readonly string[];
  readonly contexts: readonly ContextSpec[];
  /** Names of the model's, or one's own. */
  readonly properties?: readonly (string | Property)[];
  /** Rows that this system has otherwise. */
  readonly patches?: readonly Patch[];
}

const context =
  (kind: string) =>
  (name: string, script: readonly string[], options: Readonly<Record<string, Setting>> = {}): ContextSpec => ({
    name,
    kind,
    script,
    options: { cpu: 0, objcg: 0, ...(kind === "hook" ? { at: "kprobe", setsNmi: false } : {}), ...options },
  });

export const task = context("task");
export const softirq = context("softirq");
export const hardirq = context("hardirq");
export const nmi = context("nmi");
export const hook = context("hook");

/** Of the settings that a version has; another's would mean cells that it has not. */
const defaultsOf = (version: string) =>
  Object.fromEntries(Object.entries(asOf(model, version).parameters).map(([name, p]) => [name, p.default]));

const questionOf = ({ configuration = {}, version = "6.18", variants = [], contexts }: Small): Question => ({
  configuration: { ...defaultsOf(version), ...configuration },
  version,
  variants,
  contexts,
});

/** What the model says is wrong with a question. */
export const problemsOf = (small: Small) => model.problems(questionOf(small));

/** Properties of the model that no row of this system can concern are left out. */
export function linkSmall(small: Small): System {
  const problems = problemsOf(small);
  if (problems.length > 0) throw new Error(problems.map((p) => `${p.path}: ${p.what}. ${p.mend}`).join("\n"));
  const built = model.build(questionOf(small));
  const { patches = [], properties = [] } = small;
  const variants = [...(built.variants ?? [])];
  if (patches.length > 0) variants.push(variant("patched", "a test's rows", ...patches));
  const linked = (chosen: Small["properties"] & object): System =>
    link({
      ...built,
      after: orderOf(questionOf(small)),
      name: "small",
      variants,
      properties: chosen.map((p) => (typeof p === "string" ? (PROPERTIES[p] as Property) : p)),
    });
  try {
    return linked(properties);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    const idle = error.problems.map((text) => /^property (\S+) is attached to nothing/.exec(text)?.[1]);
    if (idle.includes(undefined)) throw error;
    return linked(properties.filter((p) => typeof p !== "string" || !idle.includes(p)));
  }
}

export interface Answer {
  readonly result: SearchResult;
  /** "program: label" of each row at which a frame cut another. */
  readonly cuts: (frame: string) => ReadonlySet<string>;
  /** "program: label" of each row that a frame would cut where it is elsewhere, or has been. */
  readonly open: (frame: string) => ReadonlySet<string>;
  /** Names of violated properties, "deadlock" and "model error" among them, sorted. */
  readonly violated: readonly string[];
  /** Names of `sometimes` and `happens` properties that were met, sorted. */
  readonly met: readonly string[];
  readonly why: readonly string[];
}

const textOf = (label: System["labels"][number] | undefined): string[] =>
  label ? [`${label.program}: ${label.rowLabel}`] : [];

/** Explores the whole graph. Throws where it is larger than a unit test should ask for, unless a limit is given. */
export function ask(small: Small, maxStates?: number): Answer {
  const system = linkSmall(small);
  const result = search(system, { exploreAll: true, maxStates: maxStates ?? 60_000 });
  if (maxStates === undefined && !result.complete) throw new Error(`the question is too large: ${result.incomplete}`);
  const rows = (ids: ReadonlySet<number> | undefined): ReadonlySet<string> =>
    new Set([...(ids ?? [])].flatMap((id) => textOf(system.labels[id])));
  const number = (name: string): number => system.contexts.findIndex((c) => c.name === name);
  return {
    result,
    cuts: (frame) => rows(result.cuts[number(frame)]),
    open: (frame) => rows(result.open[number(frame)]),
    violated: [...new Set(result.violations.map((v) => v.property))].sort(),
    met: [...new Set(system.witnesses.flatMap((w, i) => (result.met[i] ? [w.property] : [])))].sort(),
    why: result.violations.map((v) => `${v.property}: ${v.why}`),
  };
}

/** In every state. */
export const always = (name: string, condition: Expr<boolean>): Property => property(name, name, invariant(condition));
/** In some state. */
export const once = (name: string, condition: Expr<boolean>): Property => property(name, name, sometimes(condition));
/** In every state at rest. */
export const finally_ = (name: string, condition: Expr<boolean>): Property => property(name, name, atRest(condition));
/** A row fires. */
export const fires = <P, L, X extends string, R extends string>(
  name: string,
  on: Program<P, L, X, R>,
  label: NoInfer<R>,
  condition?: (scope: Scope<P, L>) => Expr<boolean>,
  to?: { readonly to?: NoInfer<X> | NoInfer<R> },
): Property => property(name, name, happens(on, label, condition, to));
