/** How do the tests of the language make a small system, put it into a state, and ask what happens? */

import type { State } from "../../checker/language/evaluate.ts";
import { type LinkOptions, program, type Row, type System } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { search } from "../../checker/reference/search.ts";
import { apply, expand } from "../../checker/reference/step.ts";

type Script = LinkOptions["contexts"][number]["script"];

/** A system whose contexts c0, c1, .. run these scripts. */
export const systemOf = (scripts: readonly unknown[], options: Partial<LinkOptions> = {}): System =>
  link({
    name: "test",
    roots: [],
    contexts: scripts.map((script, i) => ({ name: `c${i}`, script: script as Script })),
    ...options,
  });

/** A system whose first context runs one row, which leads to exits "a", "b", "c" or back to itself. */
export const rowSystem = (
  row: Row<"a" | "b" | "c" | "row">,
  options: Partial<LinkOptions> = {},
  ...others: readonly unknown[]
): System => {
  const targets = row.kind === "step" ? row.entries.flat().map((a) => a.target) : [];
  const exits = (["a", "b", "c"] as const).filter((exit) => targets.includes(exit));
  return systemOf([program("p", { exits }, () => ({ row }) as never), ...others], options);
};

/** The exits or labels that are open in the initial state, with the chosen elements. */
export const openIn = (system: System, state: State = system.initials[0]): readonly string[] =>
  expand(system, state).transitions.map(({ command, chosen, label }) => {
    const source = system.programs[label.program]?.rows[label.rowLabel];
    if (source?.kind !== "step") throw new Error("not a step");
    const target = source.entries[command.source.entry]?.[command.source.member]?.target;
    return [target, ...chosen].join(" ");
  });

/** The state after the only transition that is open. */
export function stateAfter(system: System, state: State = system.initials[0]): State {
  const { transitions } = expand(system, state);
  const [only] = transitions;
  if (!only || transitions.length > 1) throw new Error(`${transitions.length} transitions are open`);
  return apply(system, state, only).state;
}

/** Explores everything; gives violations as "property: verdict". */
export const found = (system: System): readonly string[] =>
  search(system, { exploreAll: true })
    .violations.map(({ property, verdict }) => `${property}: ${verdict}`)
    .sort();

/** What the model errors of a run say. */
export const errorsOf = (system: System): readonly string[] =>
  search(system, { exploreAll: true }).violations.flatMap((v) => (v.verdict === "model error" ? [v.why] : []));

export const statesOf = (system: System): number => search(system, { exploreAll: true }).states;
