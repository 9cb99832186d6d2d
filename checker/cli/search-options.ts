/** How is a search asked for on a command line? The options of every command that searches. */
import type { CheckOptions } from "../answer/check.ts";
import { ENGINES, MOST_WORKERS } from "../engine/run.ts";
import { SpecError } from "../spec/problems.ts";
import type { Arguments, Options } from "./arguments.ts";

/** The heading of these options in the help. */
export const SEARCHED = "How it is searched";
const group = SEARCHED;

export const SEARCH = {
  "max-states": { kind: "count", group, help: 'give up after N states: incomplete, never "holds"' },
  "max-depth": { kind: "count", group, help: "the same after N steps" },
  por: {
    kind: ["on", "off"],
    group,
    help: "partial-order reduction. Default: on from 250,000 states on, off where counts are asked for",
  },
  symmetry: {
    kind: ["on", "off"],
    group,
    help: "of states that differ by names look at one; as --por",
  },
  engine: { kind: ENGINES, value: "NAME", group, help: "wasm (default), js or reference: the same answer" },
  memory: { kind: "size", value: "SIZE", group, help: "512M, 2G: then it gives up. Default: 3/4 of what is free" },
  workers: { kind: "count", group, help: "threads of the engine. Default: one for each core" },
  quiet: { kind: "flag", group, help: "do not say how far a long search is" },
} as const satisfies Options;

type Asked = Arguments<typeof SEARCH>["options"];

/** Throws `SpecError` for more threads than there can be. */
export function searchOptions(options: Asked): CheckOptions {
  const { por, symmetry, engine, memory, workers, "max-states": maxStates, "max-depth": maxDepth } = options;
  if ((workers ?? 0) > MOST_WORKERS) {
    const what = `${workers} is more than ${MOST_WORKERS}`;
    throw new SpecError([{ where: "--workers", what, mend: "one for each core is enough" }]);
  }
  return {
    ...(maxStates === undefined ? {} : { maxStates }),
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(por === undefined ? {} : { por: por === "on" }),
    ...(symmetry === undefined ? {} : { symmetry: symmetry === "on" }),
    ...(engine === undefined ? {} : { engine }),
    ...(memory === undefined ? {} : { memory }),
    ...(workers === undefined ? {} : { workers }),
  };
}
