/** What is there to be explained? The rows that specs can run, as they are written, before any system is linked. */

import type { Program, SourceRow } from "../language/programs.ts";
import { context, Universe } from "../language/sets.ts";
import type { Model } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";

/** A row as a version or a variant has it; one that no change replaced has none. */
export interface KnownRow {
  readonly program: string;
  readonly label: string;
  readonly variant: string | null;
  readonly row: SourceRow;
}

export interface Sources {
  readonly model: Model;
  /** Specs of that model. */
  readonly specs: readonly Spec[];
  readonly programs: ReadonlyMap<string, Program>;
  readonly rows: readonly KnownRow[];
  /** By which names are printed. */
  readonly universe: Universe;
  /** Specs that can run a program, or a row of it as a variant has it. */
  readonly specsOf: (program: string, row?: KnownRow) => readonly Spec[];
  /** Whether the kept record of a spec's search says that a row fired. */
  readonly fires: (spec: string, program: string, label: string) => boolean;
}

export function sourcesOf(model: Model, specs: readonly Spec[], fires: Sources["fires"]): Sources {
  const programs = new Map<string, Program>();
  const rows = new Map<string, KnownRow>();
  const running = new Map<string, Set<Spec>>();
  let universe: Universe | null = null;
  const note = (key: string, spec: Spec): void => {
    running.set(key, (running.get(key) ?? new Set()).add(spec));
  };
  for (const spec of specs) {
    const { sizes = {}, names = {}, contexts, variants = [] } = model.build(spec.asked);
    universe ??= new Universe(
      { ...sizes, [context.name]: contexts.length },
      { ...names, [context.name]: contexts.map(({ name }) => name) },
    );
    const scripts = contexts.map(({ script }) => script);
    const seen = new Set<string>();
    const visit = (program: Program): void => {
      if (seen.has(program.name)) return;
      seen.add(program.name);
      const isScript = scripts.some((script) => script.name === program.name);
      if (!isScript) {
        programs.set(program.name, program);
        note(program.name, spec);
      }
      const replaced = variants.flatMap(({ name, patches }) =>
        patches.flatMap((patch) =>
          patch.program === program.name
            ? Object.entries(patch.rows).map(([label, row]) => ({ name, label, row }))
            : [],
        ),
      );
      for (const label of new Set([...Object.keys(program.rows), ...replaced.map((one) => one.label)])) {
        const by = replaced.findLast((one) => one.label === label);
        const row = by?.row ?? (program.rows[label] as SourceRow);
        const variant = by?.name ?? null;
        if (!isScript) {
          const key = keyOf({ program: program.name, label, variant });
          rows.set(key, { program: program.name, label, variant, row });
          note(key, spec);
        }
        if (row.kind === "call") visit(row.callee);
      }
    };
    for (const script of scripts) visit(script as Program);
  }
  return {
    model,
    specs,
    programs,
    rows: [...rows.values()].sort((a, b) => Number(a.variant !== null) - Number(b.variant !== null)),
    universe: universe ?? new Universe({}),
    specsOf: (program, row) => [...(running.get(row ? keyOf(row) : program) ?? [])],
    fires,
  };
}

const keyOf = ({ program, label, variant }: Omit<KnownRow, "row">): string => `${program}: ${label} (${variant ?? ""})`;
