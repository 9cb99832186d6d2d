/** Which small mistakes in rows would recordings alone refuse? Of the functions in which a kernel was seen. */
import { rootOf } from "../../checker/language/places.ts";
import type { Program } from "../../checker/language/programs.ts";
import { Universe } from "../../checker/language/sets.ts";
import type { Variant } from "../../checker/language/variants.ts";
import { type Mutant, mutantsOf } from "../../checker/mutation/mutate.ts";
import { plainIn } from "../../checker/mutation/store-pairs.ts";
import { builtFor, programsOf } from "../../checker/spec/question.ts";
import model from "../../model/index.ts";
import type { Recording } from "../recording/recording.ts";
import { type Checked, check } from "./check.ts";
import { specOf, Unlinked } from "./question.ts";

export interface Asked {
  readonly mutant: string;
  readonly variant: Variant;
  /** Recordings in which its row was seen. */
  readonly recordings: readonly Recording[];
}

const programOf = (row: string): string => row.split(": ")[0] as string;

/** Scripts of contexts, and where calls have returned: nothing of a kernel is in them. */
const isScript = (name: string, { question }: Recording): boolean =>
  name.startsWith("(") || question.contexts.some((one) => one.name === name);

/** Mutants of all rows of the functions in which something was seen, each once. */
export function mutantsFor(all: readonly Checked[]): readonly Asked[] {
  const found = new Map<string, { variant: Variant; recordings: Recording[] }>();
  for (const { recording, rows } of all) {
    const spec = specOf(recording.scenario, recording.question);
    const programs = programsOf(spec);
    const { sizes, names, roots, contexts } = builtFor(spec);
    const universe = new Universe(
      { ...sizes, context: contexts.length },
      { ...names, context: contexts.map((one) => one.name) },
    );
    const kinds = roots.flatMap((root) => rootOf(root) ?? []).filter(({ kind }) => kind === "state");
    const common = { fields: Object.assign({}, ...kinds.map(({ fields }) => fields)), isPlain: plainIn(model) };
    const seen = new Set([...rows].map(programOf));
    for (const [program, of] of Object.entries(programs as Readonly<Record<string, Program>>)) {
      if (!seen.has(program) || isScript(program, recording)) continue;
      for (const [label, row] of Object.entries(of.rows))
        for (const mutant of mutantsOf({ name: `${program}: ${label}`, program, label, row, of, ...common }, universe))
          add(found, mutant, recording);
    }
  }
  return [...found].map(([mutant, one]) => ({ mutant, ...one }));
}

function add(found: Map<string, { variant: Variant; recordings: Recording[] }>, mutant: Mutant, recording: Recording) {
  const one = found.get(mutant.name) ?? { variant: mutant.variant, recordings: [] };
  one.recordings.push(recording);
  found.set(mutant.name, one);
}

/** The recording that no mutant may have made, or what keeps the mutant from being a system; null: none refuses it. */
export function refusedBy({ variant, recordings }: Asked): string | null {
  for (const recording of recordings) {
    try {
      if (check(recording, [variant]).differences.length > 0) return `${recording.kernel} ${recording.scenario}`;
    } catch (error) {
      if (!(error instanceof Unlinked)) throw error;
      return `the linker: ${error.message}`;
    }
  }
  return null;
}
