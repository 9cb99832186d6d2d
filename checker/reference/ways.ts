/** Which way did a step go, as its row names it? */
import type { Command, Label, System } from "../language/system.ts";

/** The label or exit that the source row names; null where the alternative fails. */
export function targetOf({ programs }: Pick<System, "programs">, { source }: Pick<Command, "source">): string | null {
  const row = programs[source.program]?.rows[source.label];
  if (row?.kind !== "step") throw new Error(`${source.program}: ${source.label} is no step`);
  return row.entries[source.entry]?.[source.member]?.target ?? null;
}

/** " -> label", where the row may go to several; empty elsewhere. */
export function wayOf(
  system: System,
  { label, command }: { readonly label: Label; readonly command: Pick<Command, "source"> },
): string {
  const targets = new Set(label.entries.flat().map((one) => targetOf(system, one)));
  const target = targetOf(system, command);
  return targets.size < 2 || target === null ? "" : ` -> ${target}`;
}
