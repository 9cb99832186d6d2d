/**
 * What all specs together never did: source rows that fired in none of them, and what a model offers that none of them
 * asks. A row of a version or a variant is a row of its own: that the row it replaces fired says nothing of it.
 */
import type { SourceRow } from "../language/programs.ts";
import type { Loaded } from "../spec/load.ts";
import type { Model } from "../spec/model.ts";
import { programsOf } from "../spec/question.ts";
import type { Spec } from "../spec/spec.ts";
import type { SpecRecord } from "./record.ts";

/** A row as the source has it: "___slab_alloc: recheck", "kmalloc_nolock: retry (v1)". */
export interface RowOfSource {
  readonly name: string;
  readonly program: string;
  readonly label: string;
  readonly row: SourceRow;
}

/** What a spec runs, before anything is linked. Throws `LinkError`. */
export const sourceOf = (spec: Spec): RowSource => ({ spec, system: { programs: programsOf(spec) } });

interface RowSource {
  readonly spec: Loaded["spec"];
  readonly system: Pick<Loaded["system"], "programs">;
}

/** The rows of a system, but those of the scripts that a spec's contexts follow. */
export function rowsOf({ spec, system }: RowSource): readonly RowOfSource[] {
  const scripts = spec.asked.contexts.map(({ name }) => name);
  const patches = (spec.model.build(spec.asked).variants ?? []).flatMap(({ name, patches }) =>
    patches.map((patch) => ({ variant: name, patch })),
  );
  return Object.values(system.programs)
    .filter(({ name }) => !scripts.includes(name))
    .flatMap((program) =>
      Object.entries(program.rows).map(([label, row]) => {
        const by = patches.findLast(({ patch }) => patch.program === program.name && Object.hasOwn(patch.rows, label));
        const name = `${program.name}: ${label}${by ? ` (${by.variant})` : ""}`;
        return { name, program: program.name, label, row };
      }),
    );
}

export interface Unfired {
  readonly row: string;
  /** Null: nobody says why. */
  readonly why: string | null;
}

export interface Corpus {
  readonly specs: number;
  readonly rows: number;
  readonly unfired: readonly Unfired[];
  /** Reasons for rows that fire, or that are not there. */
  readonly stale: readonly string[];
  /** "variant no-early-null": what no spec asks. */
  readonly unasked: readonly string[];
}

/** Specs of one model, with what their searches found. */
export function corpusOf(
  model: Model,
  specs: readonly { readonly loaded: Loaded; readonly record: SpecRecord }[],
): Corpus {
  const fired = new Map<string, boolean>();
  for (const { loaded, record } of specs) {
    for (const { name, program, label, row } of rowsOf(sourceOf(loaded.spec))) {
      if (!takesSteps(row)) continue;
      const here = (record.fired[program] ?? "").split(" ").includes(label);
      fired.set(name, here || fired.get(name) === true);
    }
  }
  const reasons = model.unfired ?? {};
  const unfired = [...fired].filter(([, is]) => !is).map(([row]) => ({ row, why: reasonFor(row, reasons) }));
  const used = new Set(unfired.map(({ row }) => keyFor(row, reasons)));
  return {
    specs: specs.length,
    rows: fired.size,
    unfired,
    stale: Object.keys(reasons).filter((key) => !used.has(key)),
    unasked: unasked(model, specs),
  };
}

/** A row of its own step, which does more than to fail: that a failing one never fires is what a property says. */
const takesSteps = (row: SourceRow): boolean => row.kind === "step" && row.entries.flat().some((a) => a.fails === null);

/** A reason stands for one row, or for all of a program: "deactivate_slab". */
const keyFor = (row: string, reasons: Readonly<Record<string, string>>): string | null =>
  [row, row.slice(0, row.indexOf(": "))].find((key) => Object.hasOwn(reasons, key)) ?? null;

function reasonFor(row: string, reasons: Readonly<Record<string, string>>): string | null {
  const key = keyFor(row, reasons);
  return key === null ? null : (reasons[key] as string);
}

function unasked(model: Model, specs: readonly { readonly loaded: Loaded; readonly record: SpecRecord }[]): string[] {
  const asked = specs.map(({ loaded }) => loaded.spec.asked);
  const contexts = asked.flatMap((question) => question.contexts);
  const words = contexts.flatMap(({ script }) => script.map((line) => line.split(/\s/)[0]));
  const missing = (kind: string, names: object, used: readonly unknown[]): string[] =>
    Object.keys(names)
      .filter((name) => !used.includes(name))
      .map((name) => `${kind} ${name}`);
  const selected = specs.flatMap(({ loaded: { spec }, record }) => [...record.asked, ...spec.sometimes]);
  return [
    ...missing(
      "version",
      model.versions,
      asked.map((question) => question.version),
    ),
    ...missing(
      "variant",
      model.variants,
      asked.flatMap((question) => question.variants),
    ),
    ...missing(
      "kind of context",
      model.contextKinds,
      contexts.map(({ kind }) => kind),
    ),
    ...missing("operation", model.operations, words),
    ...missing("property", model.properties, selected),
  ];
}
