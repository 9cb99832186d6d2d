/**
 * Which mistakes are there, and who might notice? All mutants of the rows of the small specs, from their source alone: a
 * spec is linked, and what its search found is looked up, when it is asked.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LinkError } from "../language/link-error.ts";
import { rootOf } from "../language/places.ts";
import type { Program, SourceRow } from "../language/programs.ts";
import { Universe } from "../language/sets.ts";
import { rowsOf } from "../ledger/corpus.ts";
import type { SpecRecord } from "../ledger/record.ts";
import { reachedPrograms } from "../link/programs.ts";
import { type MutableRow, type Mutant, mutantsOf } from "../mutation/mutate.ts";
import { plainIn } from "../mutation/store-pairs.ts";
import type { Tester, Trial } from "../mutation/test-mutant.ts";
import { type Loaded, loadQuestion, type SpecFile } from "../spec/load.ts";
import type { Model } from "../spec/model.ts";
import { SpecError } from "../spec/problems.ts";
import { linkSpec } from "../spec/question.ts";
import type { Spec } from "../spec/spec.ts";
import type { Environment } from "./environment.ts";
import { recordFile, recordFor } from "./records.ts";
import { allSpecs, specNamed } from "./specs.ts";

/** A mistake, in the rows of all versions that have what it spoils. */
export interface MutantTrials {
  readonly name: string;
  readonly program: string;
  readonly trials: readonly SpecTrial[];
  readonly model: Pick<Model, "survivors" | "equivalents">;
}

export interface SpecTrial extends Trial {
  readonly tester: SpecTester;
  /** The rows that are spoilt, one in each context that has it: "program: label". */
  readonly rows: readonly string[];
}

/** A spec that is asked for mutants. */
export class SpecTester implements Tester {
  readonly spec: Spec;
  readonly #source: string;
  readonly #env: Environment;
  #loaded: Loaded | null = null;
  #record: SpecRecord | null = null;
  #hint: Hint | undefined;

  constructor(source: string, spec: Spec, env: Environment) {
    this.#source = source;
    this.spec = spec;
    this.#env = env;
  }

  get loaded(): Loaded {
    if (this.#loaded) return this.#loaded;
    const linked = linkSpec(this.spec);
    if ("problems" in linked)
      throw new SpecError(
        linked.problems.map(({ path, what, mend }) => ({ where: `${this.spec.name} ${path}`, what, mend })),
      );
    this.#loaded = { source: this.#source, spec: this.spec, system: linked.system };
    return this.#loaded;
  }

  get record(): SpecRecord {
    this.#record ??= recordFor(this.loaded, this.#env);
    return this.#record;
  }

  /** What `results/` says, of the spec as it is or as it was: only whom to ask first may rest on it. */
  get hint(): Hint {
    this.#hint ??= hintIn(join(this.#env.folders.results, recordFile(this.spec.name)));
    return this.#hint;
  }
}

interface Hint {
  readonly states: number;
  /** Null: nobody has searched it. */
  readonly fired: SpecRecord["fired"] | null;
}

function hintIn(path: string): Hint {
  const nothing = { states: Number.POSITIVE_INFINITY, fired: null };
  if (!existsSync(path)) return nothing;
  try {
    const { states, fired } = JSON.parse(readFileSync(path, "utf8")) as SpecRecord;
    return { states, fired };
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
}

/** Whether some of the rows fired. */
export const firesIn = (rows: readonly string[], fired: SpecRecord["fired"]): boolean =>
  rows.some((row) => {
    const [program, label] = row.split(": ") as [string, string];
    return (fired[program] ?? "").split(" ").includes(label);
  });

/** All mutants of all rows of the small specs; whether a row fires is for who asks the spec to see. */
export async function mutantTrials(env: Environment): Promise<readonly MutantTrials[]> {
  const found = new Map<string, MutantTrials & { readonly trials: SpecTrial[] }>();
  const problems: SpecError["problems"][number][] = [];
  const known = new KnownMutants();
  for (const name of allSpecs(env.folders)) {
    try {
      const file = specNamed(name, env.folders);
      const spec = await loadQuestion(file, env.builtins);
      if (spec.size !== "ci") continue;
      const tester = new SpecTester(file.source, spec, env);
      for (const { name: told, program, mutant, rows } of mutantsIn(spec, file, known)) {
        const key = `${spec.model.name}: ${told}`;
        const one = found.get(key) ?? { name: told, program, trials: [], model: spec.model };
        one.trials.push({ mutant, tester, rows });
        found.set(key, one);
      }
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new SpecError(problems);
  return [...found.values()];
}

interface Found {
  readonly name: string;
  readonly program: string;
  readonly mutant: Mutant;
  readonly rows: readonly string[];
}

function mutantsIn(spec: Spec, file: SpecFile, known: KnownMutants): readonly Found[] {
  const { model, asked } = spec;
  const { contexts, sizes, names, roots, variants } = model.build(asked);
  const scripts = [...new Set(contexts.map(({ script }) => script))] as unknown as Program[];
  let programs: Readonly<Record<string, Program>>;
  try {
    programs = reachedPrograms(scripts, variants ?? []);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    throw new SpecError(
      error.problems.map((what) => ({ where: file.source, what, mend: `mend the model "${model.name}"` })),
    );
  }
  const universe = new Universe(
    { ...sizes, context: contexts.length },
    { ...names, context: contexts.map((one) => one.name) },
  );
  const kinds = roots.flatMap((root) => rootOf(root) ?? []).filter(({ kind }) => kind === "state");
  const common = { fields: Object.assign({}, ...kinds.map(({ fields }) => fields)), isPlain: plainIn(model) };
  const ofRows = rowsOf({ spec, system: { programs } }).flatMap((one): Found[] => {
    const of = programs[one.program] as Program;
    return known.of({ ...one, ...common, of }, model.name, universe).map((mutant) => ({
      name: `${one.program}: ${one.label}${mutant.name.slice(one.name.length)}`,
      program: one.program,
      mutant,
      rows: [`${one.program}: ${one.label}`],
    }));
  });
  const ofScripts = asked.contexts.flatMap(({ name, kind }): Found[] =>
    Object.entries(programs[name]?.rows ?? {}).flatMap(([label, row]): Found[] => {
      if (!isOfTheMachine(row)) return [];
      const one = { name: `${kind}: ${label}`, program: name, label, row, ...common };
      return mutantsOf(one, universe).map((mutant) => ({
        name: mutant.name,
        program: kind,
        mutant,
        rows: [`${name}: ${label}`],
      }));
    }),
  );
  return [...ofRows, ...together(ofScripts)];
}

/** Of the rows of a script those by which it comes and goes: they change what others see. */
const isOfTheMachine = (row: SourceRow): boolean =>
  row.kind === "step" &&
  row.entries.flat().some(({ effect }) => effect.some(({ place }) => place.base.kind === "state"));

/** A mistake in how contexts of a kind come and go is one in all of them. */
function together(found: readonly Found[]): readonly Found[] {
  const all = new Map<string, Found>();
  for (const one of found) {
    const known = all.get(one.name);
    if (!known) {
      all.set(one.name, one);
      continue;
    }
    const { variant } = known.mutant;
    const patches = [...variant.patches, ...one.mutant.variant.patches];
    const mutant = { ...known.mutant, infects: null, variant: { ...variant, patches } };
    all.set(one.name, { ...known, mutant, rows: [...known.rows, ...one.rows] });
  }
  return [...all.values()];
}

/** Most programs are the same in all specs: their mutants are made once. */
class KnownMutants {
  readonly #numbers = new WeakMap<SourceRow, number>();
  readonly #mutants = new Map<string, readonly Mutant[]>();
  #last = 0;

  of(one: MutableRow & { readonly of: Program }, model: string, universe: Universe): readonly Mutant[] {
    const rows = Object.values(one.of.rows).map((row) => this.#numberOf(row));
    const key = [model, one.name, ...rows].join(" ");
    const found = this.#mutants.get(key) ?? mutantsOf(one, universe);
    this.#mutants.set(key, found);
    return found;
  }

  #numberOf(row: SourceRow): number {
    const known = this.#numbers.get(row);
    if (known !== undefined) return known;
    this.#last += 1;
    this.#numbers.set(row, this.#last);
    return this.#last;
  }
}
