/**
 * First pass: what there is to link. Programs with their patches, declared cells, index sets and constants; what can be
 * known to be wrong from that alone is told all at once.
 */
import type { Env } from "../language/evaluate.ts";
import { orLinkErrors } from "../language/link-error.ts";
import type { Effect, LinkOptions } from "../language/link-options.ts";
import type { Assign } from "../language/nodes.ts";
import { isRoot, type Root, rootOf } from "../language/places.ts";
import type { Program } from "../language/programs.ts";
import type { Property } from "../language/properties.ts";
import { Universe } from "../language/sets.ts";
import type { Shape } from "../language/shapes.ts";
import { constantsOf, envWith, flat } from "./configured.ts";
import { type DeclaredFields, duplicates, nameOf, readsOf, undeclared, undeclaredIn } from "./declarations.ts";
import { localProblems, shapeProblems, sizeProblems } from "./extents.ts";
import { reachedPrograms } from "./programs.ts";

export interface Collected {
  readonly options: LinkOptions;
  /** The programs that contexts run, each once. */
  readonly scripts: readonly Program[];
  /** All that these reach, after the patches, by name. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly declared: DeclaredFields;
  /** Those that are asked for; of those that are asked where they apply, the ones that speak of ways that there are. */
  readonly properties: readonly Property[];
  /** Index sets and constants, before there is any state. */
  readonly env: Env;
}

/** Constants that are set with the state, and cells that are set with the constants. */
function misplaced(constants: readonly Effect[], initially: readonly Effect[]): string[] {
  const kind = (assign: Assign): string => assign.place.base.kind;
  return [
    ...flat(constants).flatMap((assign) =>
      assign.any
        ? [`"constants" gives ${nameOf(assign.place)} any value; a constant has one: set it`]
        : kind(assign) !== "constants"
          ? [`"constants" sets ${nameOf(assign.place)}, which is no constant; set it in "initially"`]
          : readsOf(assign, ["state", "ghost"]).map(
              (name) => `"constants" reads ${name}, and there is no state yet; use constants and literals`,
            ),
    ),
    ...flat(initially).flatMap((assign) =>
      kind(assign) === "constants"
        ? [`"initially" sets the constant ${nameOf(assign.place)}; set it in "constants"`]
        : [],
    ),
  ];
}

/** Throws `LinkError`. */
export function collect(options: LinkOptions): Collected {
  const { contexts, properties: asked = [], whereTheyApply = [], sizes = {} } = options;
  orLinkErrors([
    ...contexts.flatMap(({ name, script }) =>
      typeof script?.name === "string" ? [] : [`the context "${name}" has no script; give it a program`],
    ),
    ...sizeProblems(sizes),
  ]);
  const scripts = [...new Set(contexts.map((c) => c.script))] as unknown as Program[];
  const programs = reachedPrograms(scripts, options.variants ?? []);
  const names = { ...options.names, context: contexts.map((c) => c.name) };
  const universe = new Universe({ ...sizes, context: contexts.length }, names);
  const declared = declaredFields(options.roots, universe);
  const properties = asked.filter(
    (one) => !whereTheyApply.includes(one.name) || undeclared({}, [one], [], declared, programs).length === 0,
  );
  const assigned = flat([...(options.constants ?? []), ...(options.initially ?? [])]);
  orLinkErrors([
    ...duplicates("contexts", names.context),
    ...duplicates(
      "properties",
      properties.map((one) => one.name),
    ),
    ...Object.values(programs).flatMap((one) => localProblems(one, universe)),
    ...undeclared(programs, properties, assigned, declared),
    ...(options.startsIf ? undeclaredIn(options.startsIf.node, declared) : []),
    ...misplaced(options.constants ?? [], options.initially ?? []),
  ]);
  const constants = constantsOf(declared.constants, options.constants ?? [], universe);
  return { options, scripts, programs, declared, properties, env: envWith(universe, constants) };
}

function declaredFields(roots: readonly Root[], universe: Universe): DeclaredFields {
  const fields: Record<"state" | "ghost" | "constants", Record<string, Shape>> = {
    state: {},
    ghost: {},
    constants: {},
  };
  const problems: string[] = [];
  const seen = new Set(["pc", "local"]);
  for (const [i, root] of roots.entries()) {
    if (!isRoot(root)) {
      problems.push(`"roots": number ${i} is no group of cells; list what state(..), ghosts(..) or constants(..) gave`);
      continue;
    }
    const { kind, fields: own } = rootOf(root);
    for (const [name, shape] of Object.entries(own)) {
      if (seen.has(name)) problems.push(`the field "${name}" is declared twice (or reserved); rename one`);
      seen.add(name);
      fields[kind][name] = shape;
      problems.push(...shapeProblems(shape, name, universe));
    }
  }
  orLinkErrors(problems);
  return fields;
}
