/**
 * Would a larger bound have shown more? A spec's search beside the same with one bound one larger: places where a context
 * stood, ways taken, violations and witnesses that only the larger one has.
 */
import type { System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";

export interface SearchedSystem {
  readonly system: System;
  readonly result: SearchResult;
}

export interface News {
  /** "task0 in ___slab_alloc: popNext": where a context never stood before, whichever call of its script led there. */
  readonly places: readonly string[];
  /** "___slab_alloc: recheck -> unlockReread": alternatives that never fired before. */
  readonly ways: readonly string[];
  /** Properties violated that were not, and no longer violated that were. */
  readonly violated: readonly string[];
  readonly noLongerViolated: readonly string[];
  /** Witnesses met that were not. */
  readonly met: readonly string[];
}

export function newsOf(base: SearchedSystem, grown: SearchedSystem): News {
  const [before, after] = [placesOf(base), placesOf(grown)];
  const anybody = new Set([...before.values()].flatMap((places) => [...places]));
  const places = [...after].flatMap(([context, found]) =>
    [...found].filter((place) => !(before.get(context) ?? anybody).has(place)).map((place) => `${context} in ${place}`),
  );
  const violated = ({ result }: SearchedSystem): string[] => result.violations.map((v) => v.property);
  return {
    places,
    ways: minus(waysOf(grown), waysOf(base)),
    violated: minus(violated(grown), violated(base)),
    noLongerViolated: minus(violated(base), violated(grown)),
    met: minus(metIn(grown), metIn(base)),
  };
}

const minus = (these: Iterable<string>, those: Iterable<string>): string[] => {
  const gone = new Set(those);
  return [...new Set(these)].filter((one) => !gone.has(one));
};

/**
 * Where contexts stood: at the beginning, at rows that fired, and where they led. A place is told by the functions on the
 * way there, not by the number of the call in the script.
 */
function placesOf({ system, result }: SearchedSystem): ReadonlyMap<string, ReadonlySet<string>> {
  const stood = new Set(system.scripts.map(({ entry }) => entry));
  for (const label of system.labels) {
    const fired = label?.entries.flat().filter(({ id }) => (result.fired[id] ?? 0) > 0) ?? [];
    for (const { target } of fired) if (target !== null) stood.add(target);
  }
  return new Map(
    system.contexts.map(({ name, script }) => {
      const own = system.labels.flatMap((label) =>
        label?.script === script && stood.has(label.id) && label.stack.length > 1 ? [label] : [],
      );
      const text = ({ stack, rowLabel }: (typeof own)[number]): string =>
        `${stack
          .slice(1)
          .map((frame) => frame.program)
          .join(" > ")}: ${rowLabel}`;
      return [name, new Set(own.map(text))];
    }),
  );
}

function waysOf({ system, result }: SearchedSystem): string[] {
  return system.commands.flatMap(({ id, source: { program, label, entry, member } }) => {
    if ((result.fired[id] ?? 0) === 0) return [];
    const table = system.programs[program];
    // A script's own rows are numbered by its calls.
    if (!table || system.scripts.some((script) => script.program === program)) return [];
    const row = table.rows[label];
    const alternative = row?.kind === "step" ? row.entries[entry]?.[member] : undefined;
    const number = row?.kind === "step" && row.entries.flat().length > 1 ? ` (${entry + 1}.${member + 1})` : "";
    return [`${program}: ${label} -> ${alternative?.target ?? "(fails)"}${number}`];
  });
}

const metIn = ({ system, result }: SearchedSystem): string[] =>
  system.witnesses.flatMap(({ property }, i) => (result.met[i] === null ? [] : [property]));
