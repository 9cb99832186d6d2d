/** Which small mistakes in rows would recordings alone refuse? Of rows that were seen on a kernel. */
import { rootOf } from "../../checker/language/places.ts";
import type { Program } from "../../checker/language/programs.ts";
import { Universe } from "../../checker/language/sets.ts";
import type { Variant } from "../../checker/language/variants.ts";
import { infectingIn } from "../../checker/mutation/infection.ts";
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

/** Scripts of contexts, and where calls have returned: nothing of a kernel is in them. */
const isScript = (name: string, { question }: Recording): boolean =>
  name.startsWith("(") || question.contexts.some((one) => one.name === name);

/** Mutants of all rows that were seen, each once, with the recordings in which they could do other than the row. */
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
    const seen = new Set([...rows].map((row) => row.replace(/ -> .*$/, "")));
    const mutants = Object.entries(programs as Readonly<Record<string, Program>>).flatMap(([program, of]) => {
      if (isScript(program, recording)) return [];
      return Object.entries(of.rows).flatMap(([label, row]) => {
        const name = `${program}: ${label}`;
        return seen.has(name) ? mutantsOf({ name, program, label, row, of, ...common }, universe) : [];
      });
    });
    // What never does other than the row, in any state of the scenario, is no mistake there.
    const infecting = infectingIn({ spec }, mutants);
    for (const mutant of mutants) if (infecting.has(mutant.name)) add(found, mutant, recording);
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
