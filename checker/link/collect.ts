/**
 * First pass: what there is to link. Programs with their patches, declared cells, index sets and constants; what can be
 * known to be wrong from that alone is told all at once.
 */
import type { Env } from "../language/evaluate.ts";
import { orLinkErrors } from "../language/link-error.ts";
import type { LinkOptions } from "../language/link-options.ts";
import { type Root, rootOf } from "../language/places.ts";
import type { Program } from "../language/programs.ts";
import { Universe } from "../language/sets.ts";
import { rangeBounds, type Shape } from "../language/shapes.ts";
import { constantsOf, envWith, flat } from "./configured.ts";
import { type DeclaredFields, duplicates, undeclared } from "./declarations.ts";
import { reachedPrograms } from "./programs.ts";

export interface Collected {
  readonly options: LinkOptions;
  /** The programs that contexts run, each once. */
  readonly scripts: readonly Program[];
  /** All that these reach, after the patches, by name. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly declared: DeclaredFields;
  /** Index sets and constants, before there is any state. */
  readonly env: Env;
}

/** Throws `LinkError`. */
export function collect(options: LinkOptions): Collected {
  const { contexts, properties = [] } = options;
  const scripts = [...new Set(contexts.map((c) => c.script))] as unknown as Program[];
  const programs = reachedPrograms(scripts, options.variants ?? []);
  const names = { ...options.names, context: contexts.map((c) => c.name) };
  const universe = new Universe({ ...options.sizes, context: contexts.length }, names);
  const declared = declaredFields(options.roots, universe);
  const assigned = flat([...(options.constants ?? []), ...(options.initially ?? [])]);
  orLinkErrors([
    ...duplicates("contexts", names.context),
    ...duplicates(
      "properties",
      properties.map((one) => one.name),
    ),
    ...Object.values(programs).flatMap((one) => localProblems(one, universe)),
    ...undeclared(programs, properties, assigned, declared),
  ]);
  const constants = constantsOf(declared.constants, options.constants ?? [], universe);
  return { options, scripts, programs, declared, env: envWith(universe, constants) };
}

function declaredFields(roots: readonly Root[], universe: Universe): DeclaredFields {
  const fields: Record<"state" | "ghost" | "constants", Record<string, Shape>> = {
    state: {},
    ghost: {},
    constants: {},
  };
  const problems: string[] = [];
  const seen = new Set(["pc", "local"]);
  for (const root of roots) {
    const { kind, fields: own } = rootOf(root);
    for (const [name, shape] of Object.entries(own)) {
      if (seen.has(name)) problems.push(`the field "${name}" is declared twice (or reserved); rename one`);
      seen.add(name);
      fields[kind][name] = shape;
      checkShape(shape, name, universe, problems);
    }
  }
  orLinkErrors(problems);
  return fields;
}

function checkShape(shape: Shape, where: string, universe: Universe, problems: string[]): void {
  switch (shape.kind) {
    case "struct":
      for (const [name, field] of Object.entries(shape.fields))
        checkShape(field, `${where}.${name}`, universe, problems);
      return;
    case "each":
      checkShape(shape.of as Shape, `${where}[..]`, universe, problems);
      return;
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      if (lo > hi)
        problems.push(`${where}: range(${lo}, ${hi}) holds nothing; the first bound must not exceed the second`);
      return;
    }
    case "id":
      if (universe.size(shape.set) === 0)
        problems.push(
          `${where}: the index set "${shape.set.name}" is empty; give it a size of at least 1, or make the cell optional`,
        );
      return;
    default:
      return;
  }
}

/** Locals and parameters whose shape holds nothing. */
function localProblems(program: Program, universe: Universe): string[] {
  const problems: string[] = [];
  const shapes = Object.entries(program.params).map(([name, { shape }]) => [name, shape] as const);
  for (const [name, shape] of [...shapes, ...Object.entries(program.locals)]) {
    checkShape(shape, `${program.name}.${name}`, universe, problems);
  }
  return problems;
}
