/** From a spec to the system that answers it: the model's build, the selected properties, and the rows that a spec names. */
import { LinkError, type LinkOptions, type Property, property, type System } from "../language/index.ts";
import { TRUE } from "../language/nodes.ts";
import type { Program, SourceRow } from "../language/programs.ts";
import type { Variant } from "../language/variants.ts";
import { link } from "../link/link.ts";
import { reachedPrograms } from "../link/programs.ts";
import { asOf, type Problem } from "./model.ts";
import { orderOf } from "./order.ts";
import { mendName } from "./problems.ts";
import type { Happening, Spec } from "./spec.ts";
import { pointer } from "./text.ts";

/** What the model makes of a question, with the order of contexts that the question asks for. */
export const builtFor = ({ model, asked }: Pick<Spec, "model" | "asked">) => ({
  ...model.build(asked),
  after: orderOf(asked),
});

/** What is linked for a spec, with the rows of `changes` replaced at last. */
export function linkOptionsOf(spec: Spec, changes: readonly Variant[] = []): LinkOptions {
  const { restated, ...built } = builtFor(spec);
  const table = { ...asOf(spec.model, spec.asked.version).properties, ...restated };
  const chosen = [...spec.properties, ...spec.sometimes].map((name) => table[name] as Property);
  const properties = [...chosen, ...spec.happens.map(propertyOf)];
  const variants = [...(built.variants ?? []), ...changes];
  const renames = changes.length === 0;
  const { name, whereTheyApply, deadlock } = spec;
  return { ...built, variants, name, properties, whereTheyApply, deadlock, renames };
}

/**
 * The linked system, with the rows of `changes` replaced at last, or what keeps it from being linked. Changed rows may
 * tell elements apart that the model's own take alike: such a system renames none, and is searched without symmetry.
 */
export function linkSpec(
  spec: Spec,
  changes: readonly Variant[] = [],
): { readonly system: System } | { readonly problems: readonly Problem[] } {
  let system: System;
  try {
    system = link(linkOptionsOf(spec, changes));
  } catch (error) {
    if (error instanceof LinkError) return { problems: error.problems.map((text) => linkProblem(text, spec)) };
    throw error;
  }
  const problems = [...strayFails(system, spec), ...rowProblems(system, spec), ...frameProblems(system, spec)];
  return problems.length > 0 ? { problems } : { system };
}

/** The programs that a spec's contexts reach, patched, before anything is linked. Throws `LinkError`. */
export function programsOf({ model, asked }: Pick<Spec, "model" | "asked">): Readonly<Record<string, Program>> {
  const { contexts, variants = [] } = model.build(asked);
  const scripts = [...new Set(contexts.map(({ script }) => script as unknown as Program))];
  return reachedPrograms(scripts, variants);
}

const textOf = ({ program, label, to }: Happening): string => `${program}: ${label}${to === null ? "" : ` -> ${to}`}`;

function propertyOf(happening: Happening): Property {
  const text = textOf(happening);
  return property(text, `${text} happens`, { kind: "happens", ...happening, condition: TRUE });
}

/** What the linker says of a selected property, or of an order, belongs to the line that asks for it, all else to the model. */
function linkProblem(text: string, spec: Spec): Problem {
  const [what = text, ...rest] = text.split("; ");
  const mend = rest.join("; ") || `mend the model "${spec.model.name}"`;
  const isAbout = (name: string): boolean => text.startsWith(`property ${name} `);
  const selects = (["properties", "sometimes"] as const).flatMap((key) =>
    spec[key].flatMap((name, i) =>
      isAbout(name) ? [key === "properties" && spec.selection !== "named" ? "/also" : pointer(key, i)] : [],
    ),
  );
  const waits = /"([^"]*)" (?:would never begin|would be unfinished|has no row to begin at)/.exec(text)?.[1];
  const ordered = spec.asked.contexts.flatMap(({ name }, i) =>
    name === waits ? [pointer("contexts", i, "after")] : [],
  );
  return { path: selects[0] ?? ordered[0] ?? "/model", what, mend };
}

/** A property that a row names by `fails` and the model does not list: most likely a misspelt one. */
function strayFails(system: System, { model, happens }: Spec): Problem[] {
  const listed = [...Object.keys(model.properties), ...happens.map(textOf)];
  const stray = system.properties.filter(({ name }) => !listed.includes(name));
  return stray.map(({ name }) => ({
    path: "/model",
    what: `a row fails "${name}", which the model does not list`,
    mend: `add property("${name}", ..) to the model's properties, or ${mendName(name, Object.keys(model.properties), "property")}`,
  }));
}

function rowProblems(system: System, spec: Spec): Problem[] {
  const programs = system.programs;
  const problems: Problem[] = [];
  const row = (path: string, name: string, label: string | null): readonly [Program, SourceRow] | null => {
    const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
    if (!program) {
      problems.push({
        path,
        what: `no context runs a program "${name}"`,
        mend: mendName(name, Object.keys(programs), "program"),
      });
      return null;
    }
    const found = label !== null && Object.hasOwn(program.rows, label) ? program.rows[label] : undefined;
    if (found) return [program, found];
    if (label !== null) {
      problems.push({
        path,
        what: `${name} has no row "${label}"`,
        mend: mendName(label, Object.keys(program.rows), "row"),
      });
    }
    return null;
  };
  for (const [i, { program, label, to }] of spec.happens.entries()) {
    const path = pointer("happens", i);
    const found = row(path, program, label);
    if (!found) continue;
    const [, source] = found;
    if (source.kind !== "step") {
      const mend = source.kind === "call" ? `name a row of ${source.callee.name}` : "name a row that it leads to";
      problems.push({ path, what: `${program}: ${label} takes no step of its own (it is a ${source.kind})`, mend });
      continue;
    }
    const targets = [...new Set(source.entries.flat().flatMap((a) => (a.target === null ? [] : [a.target])))];
    if (to !== null && !targets.includes(to)) {
      problems.push({
        path,
        what: `${program}: ${label} does not go on to "${to}"`,
        mend: mendName(to, targets, "next row"),
      });
    }
  }
  for (const [i, { rows }] of spec.uncut.entries()) {
    const colon = rows.lastIndexOf(": ");
    row(pointer("uncut", i, "rows"), colon < 0 ? rows : rows.slice(0, colon), colon < 0 ? null : rows.slice(colon + 2));
  }
  return problems;
}

function frameProblems(system: System, { uncut }: Spec): Problem[] {
  const names = system.contexts.map((c) => c.name);
  return uncut.flatMap(({ frame }, i) => {
    if (names.includes(frame)) return [];
    return [
      {
        path: pointer("uncut", i, "frame"),
        what: `no context is named "${frame}"`,
        mend: mendName(frame, names, "context"),
      },
    ];
  });
}
