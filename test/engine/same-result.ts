/** What is compared when two searches are to give the same answer: everything, ways to what was seen included. */
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearch } from "../../checker/engine/search/search.ts";
import type { System } from "../../checker/language/index.ts";
import { type Path, pathOf, type SearchOptions, type SearchResult } from "../../checker/reference/result.ts";

export function comparable({ trace, violations, met, cuts, open, ...rest }: SearchResult) {
  const way = ({ start, steps }: Path): string[] => [
    JSON.stringify(start),
    ...steps.map(({ context, command, chosen }) => `${context}: ${command.id} ${chosen}`),
  ];
  const sorted = (labels: ReadonlySet<number>): number[] => [...labels].sort((a, b) => a - b);
  return {
    ...rest,
    violations: Object.fromEntries(
      violations.map((violation) => {
        const { property, verdict, length, why, endless } = violation;
        // Where a cycle begins is compared too.
        const stem = endless?.stem.length;
        return [property, { verdict, length, why, stem, way: way(pathOf({ trace }, violation)) }];
      }),
    ),
    met: met.map((place) => place && way(trace(place))),
    cuts: cuts.map(sorted),
    open: open.map(sorted),
  };
}

/** Each way in which the engine can run: its two forms, loops or none, tables that are too small at first. */
const WAYS: readonly EngineOptions[] = [
  { backend: "wasm" },
  { backend: "js" },
  { backend: "wasm", unroll: 0, firstTable: 1 },
  { backend: "js", unroll: 1, firstTable: 1 },
];

export const engineResults = (system: System, options: SearchOptions, ways: readonly EngineOptions[] = WAYS) =>
  ways.map((way) => comparable(engineSearch(system, { ...options, ...way })));
