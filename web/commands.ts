/** What does each alternative of each row read and write, and how often did it fire? All splices of a row together. */

import { accessesOf, effectAccesses } from "../checker/language/accesses.ts";
import type { PlaceNode } from "../checker/language/nodes.ts";
import type { Command, System } from "../checker/language/system.ts";
import type { TraceStep } from "../checker/reference/trace.ts";

export interface CommandRow {
  readonly program: string;
  readonly label: string;
  readonly quote: string;
  /** Rows that it goes on to, of whatever program; "fails" where it is itself a violation. */
  readonly to: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly fired: number;
  readonly fails: boolean;
}

export function commandRows(system: System, fired: readonly number[]): readonly CommandRow[] {
  const rows = new Map<string, { label: string; quote: string; commands: Command[] }>();
  for (const label of system.labels) {
    for (const command of label?.entries.flat() ?? []) {
      const { program, label: row, entry, member } = command.source;
      const key = JSON.stringify([program, row, entry, member]);
      const known = rows.get(key) ?? { label: row, quote: label?.row.quote ?? "", commands: [] };
      known.commands.push(command);
      rows.set(key, known);
    }
  }
  return [...rows.values()].map(({ label, quote, commands }) => {
    const accesses = commands.flatMap(({ guard, effect }) => [...accessesOf(guard), ...effectAccesses(effect)]);
    const cells = (kind: "read" | "write"): string[] => [
      ...new Set(accesses.flatMap((one) => (one.kind === kind && isShared(one.place) ? [patternOf(one.place)] : []))),
    ];
    return {
      program: (commands[0] as Command).source.program,
      label,
      quote,
      to: [...new Set(commands.map((command) => targetOf(system, command)))],
      reads: cells("read"),
      writes: cells("write"),
      fired: commands.reduce((n, { id }) => n + (fired[id] ?? 0), 0),
      fails: commands.some((command) => command.fails !== null),
    };
  });
}

/** Kinds of cells that some step of the system reads or writes: all others never change, and nobody asks. */
export function touched(system: System): ReadonlySet<string> {
  const accesses = system.commands.flatMap(({ guard, effect }) => [...accessesOf(guard), ...effectAccesses(effect)]);
  return new Set(accesses.flatMap(({ place }) => (isShared(place) ? [patternOf(place)] : [])));
}

const isShared = ({ base }: PlaceNode): boolean => base.kind === "state" || base.kind === "ghost";

/** "cpuSlab.freelist", whichever CPU and bucket. */
const patternOf = ({ base, path }: PlaceNode): string =>
  ["field" in base ? base.field : "", ...path.flatMap((step) => ("field" in step ? [step.field] : []))].join(".");

function targetOf(system: System, { target, fails, source }: Command): string {
  if (fails) return `fails ${fails.property}`;
  const label = target === null ? null : system.labels[target];
  if (!label) return "(end)";
  return label.program === source.program ? label.rowLabel : `${label.program}: ${label.rowLabel}`;
}

/** Which way a step went, where its row may go to several places: "→ retry". Rows of the source stay at home. */
export function wayOf(system: System, { label, command }: Pick<TraceStep, "label" | "command">): string {
  const targets = new Set(label.entries.flat().map(({ target }) => target));
  return targets.size < 2 ? "" : ` → ${targetOf(system, command)}`;
}
