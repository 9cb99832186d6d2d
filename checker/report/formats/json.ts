/** The outcome of a check as JSON, for other tools: `schema/outcome.schema.json` says what each key means. */
import { returnsOf } from "../../answer/returns.ts";
import { beginsWith } from "../../reference/starts.ts";
import { targetOf } from "../../reference/ways.ts";
import type { Told } from "./format.ts";

/** Keys keep their meaning from release to release; new ones may be added. */
export function json({ outcome, status: exit, agreement, tree }: Told): string {
  const { spec, system, engine, reductions, result, verdict, violated, trace, vacuous, notes, differences } = outcome;
  const value = {
    spec: spec.name,
    question: spec.question,
    model: spec.model.name,
    version: spec.asked.version,
    variants: spec.asked.variants,
    configuration: spec.asked.configuration,
    changed: spec.changed,
    verdict,
    violated,
    vacuous,
    notes,
    returned: returnsOf(system, result),
    agreement,
    expect: spec.expect,
    differences,
    exit,
    complete: result.complete,
    incomplete: result.incomplete,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    engine,
    reduction: reductions.length > 0 ? reductions.join(" and ") : "none",
    relationHash: system.hash,
    ...(tree ? { tree } : {}),
    shown: trace?.property ?? null,
    fewest: outcome.fewest ?? null,
    together: outcome.together,
    evaluated: outcome.evaluated,
    loop: trace?.loop ?? null,
    begins: trace ? Object.fromEntries(beginsWith(system, trace.start)) : {},
    trace: (trace?.steps ?? []).map(({ context, label, command, changes, lane, chosen }) => ({
      context: system.contexts[context]?.name,
      lane,
      program: label.program,
      label: label.rowLabel,
      to: targetOf(system, command),
      C: label.row.quote,
      chosen,
      changed: changes,
    })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
