/** Coverage: which source rows and which alternatives of a system never fired in a run, all splices of a row together. */

import type { Command, System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import { targetOf } from "../reference/ways.ts";

export interface UnfiredRow {
  readonly program: string;
  readonly label: string;
}

export interface UnfiredAlternative extends UnfiredRow {
  /** The label or exit that it goes to, numbered where several alternatives of the row go there. */
  readonly to: string;
}

export interface Coverage {
  readonly rowCount: number;
  readonly alternativeCount: number;
  /** Rows of which no alternative ever fired. */
  readonly rows: readonly UnfiredRow[];
  /** Alternatives that never fired, of rows that did. */
  readonly alternatives: readonly UnfiredAlternative[];
}

/**
 * Alternatives that fail are left out: that they never fire is what a property says. So is what the configuration
 * folds away.
 */
export function coverageOf(system: System, { fired }: Pick<SearchResult, "fired">): Coverage {
  const rows = new Map<string, Map<string, { command: Command; to: string; fired: number }>>();
  for (const command of system.commands) {
    if (command.fails) continue;
    const { program, label, entry, member } = command.source;
    const alternatives = rows.get(JSON.stringify([program, label])) ?? new Map();
    rows.set(JSON.stringify([program, label]), alternatives);
    const known = alternatives.get(`${entry}.${member}`)?.fired ?? 0;
    const to = targetOf(system, command) as string;
    alternatives.set(`${entry}.${member}`, { command, to, fired: known + (fired[command.id] ?? 0) });
  }
  const unfiredRows: UnfiredRow[] = [];
  const unfired: UnfiredAlternative[] = [];
  for (const alternatives of rows.values()) {
    const all = [...alternatives.values()];
    const { program, label } = (all[0] as (typeof all)[number]).command.source;
    if (all.every((a) => a.fired === 0)) {
      unfiredRows.push({ program, label });
      continue;
    }
    for (const one of all) {
      if (one.fired > 0) continue;
      const namesakes = all.filter((a) => a.to === one.to);
      const number = namesakes.length > 1 ? ` (${namesakes.indexOf(one) + 1} of ${namesakes.length})` : "";
      unfired.push({ program, label, to: `${one.to}${number}` });
    }
  }
  return {
    rowCount: rows.size,
    alternativeCount: [...rows.values()].reduce((n, alternatives) => n + alternatives.size, 0),
    rows: unfiredRows,
    alternatives: unfired,
  };
}
