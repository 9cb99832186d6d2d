/**
 * What a search found, as a file of `results/`: enough to decide claims, to say what was covered, and to know that it is
 * about the relation that the spec gives today.
 */
import { createHash } from "node:crypto";
import { askedOf } from "../answer/notes.ts";
import type { Outcome } from "../answer/outcome.ts";
import type { Spec } from "../spec/spec.ts";
import { jsonIn } from "../spec/text.ts";
import type { Verdict } from "../spec/verdict.ts";

export interface SpecRecord {
  /** Hash of all that the rest follows from: the relation, and what the spec says of cuts and expects. */
  readonly key: string;
  readonly relation: string;
  readonly verdict: Verdict;
  readonly differences: readonly string[];
  /** Every state was seen, and no violation ended a branch: what was not found then is not there. */
  readonly whole: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** Bounds: index set to size. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The properties that say something of this system: those that were searched for. */
  readonly asked: readonly string[];
  /** Violated property to the length of its shortest trace. */
  readonly violated: Readonly<Record<string, number>>;
  /** Witness to whether it was met. */
  readonly witnesses: Readonly<Record<string, boolean>>;
  /** What must come together for the counterexample that its report shows. */
  readonly together: RecordedTogether | null;
  /** Program to the labels of its rows that fired, and of its calls in which a row fired, a blank between them. */
  readonly fired: Readonly<Record<string, string>>;
}

interface RecordedTogether {
  readonly property: string;
  /** Of the shortest trace with these contexts. */
  readonly steps: number;
  /** The kind of each context that takes part: "task", "nmi"; "irq_work" where the model itself runs it. */
  readonly kinds: readonly string[];
  /** On how many lanes they are. */
  readonly lanes: number;
  /** Whether no smaller set of contexts shows it. */
  readonly isLeast: boolean;
  /** For each frame that comes over another: at how many of its rows it must come, and may; null where that is not known. */
  readonly windows: readonly (readonly [rows: number, of: number])[] | null;
}

/** One more where a record holds something else than before: those of yesterday are then of no use. */
const FORMAT = 5;

const keyOf = ({ properties, cuts, uncut, expect }: Spec, relation: string): string =>
  createHash("sha256")
    .update(JSON.stringify([FORMAT, relation, properties, cuts, uncut, expect]))
    .digest("hex");

export function recordOf(outcome: Outcome): SpecRecord {
  const { system, result, violations, verdict, differences } = outcome;
  const lengths = Object.fromEntries(violations.map((v) => [v.property, v.length]));
  const isEnded =
    Object.hasOwn(lengths, "model error") ||
    system.commands.some((one) => one.fails && (result.fired[one.id] ?? 0) > 0);
  const witnesses = new Map<string, boolean>();
  for (const [i, { property }] of system.witnesses.entries())
    witnesses.set(property, (witnesses.get(property) ?? true) && result.met[i] !== null);
  const fired = new Map<string, Set<string>>();
  const add = (program: string, label: string): void => {
    fired.set(program, (fired.get(program) ?? new Set()).add(label));
  };
  for (const label of system.labels) {
    if (!label?.entries.flat().some(({ id }) => (result.fired[id] ?? 0) > 0)) continue;
    add(label.program, label.rowLabel);
    for (const [i, { callLabel }] of label.stack.entries())
      if (i > 0) add((label.stack[i - 1] as (typeof label.stack)[number]).program, callLabel);
  }
  return {
    key: keyOf(outcome.spec, system.hash),
    relation: system.hash,
    verdict,
    differences: differences ?? [],
    whole: result.complete && !isEnded,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    sizes: system.universe.sizes,
    asked: askedOf(outcome),
    violated: lengths,
    witnesses: Object.fromEntries(witnesses),
    together: recordedTogether(outcome),
    fired: Object.fromEntries([...fired].map(([name, labels]) => [name, [...labels].join(" ")])),
  };
}

function recordedTogether({ together }: Outcome): RecordedTogether | null {
  if (!together) return null;
  const { property, steps, members, lanes, unsure, windows } = together;
  return {
    property,
    steps,
    kinds: members.map(({ kind }) => kind ?? "irq_work"),
    lanes: lanes.length,
    isLeast: unsure === null,
    windows: typeof windows === "string" ? null : windows.map(({ rows, of }) => [rows.length, of] as const),
  };
}

export const recordText = (record: SpecRecord): string => `${JSON.stringify(record, null, 1)}\n`;

/** The record that a text holds, where it is about this spec, with the relation of today; else null. */
export function recordOfSpec(text: string, spec: Spec, relation: string): SpecRecord | null {
  const record = recordIn(text);
  return record?.key === keyOf(spec, relation) ? record : null;
}

const holds = (table: unknown, kind: string): boolean =>
  typeof table === "object" && table !== null && Object.values(table).every((value) => typeof value === kind);

const isTogether = (data: Partial<RecordedTogether> | undefined): boolean =>
  typeof data === "object" &&
  holds([data.steps, data.lanes], "number") &&
  holds([data.property], "string") &&
  holds([data.isLeast], "boolean") &&
  Array.isArray(data.kinds) &&
  holds(data.kinds, "string") &&
  (data.windows === null ||
    (Array.isArray(data.windows) &&
      data.windows.every((one: unknown) => Array.isArray(one) && one.length === 2 && holds(one, "number"))));

/** Which rows fired, as the record that a text holds has it; none where it has been spoilt. */
export function firedIn(text: string): SpecRecord["fired"] {
  const fired = (jsonIn(text) as Partial<SpecRecord> | null)?.fired;
  return fired && holds(fired, "string") ? fired : {};
}

/** The record that a text holds. Null for a file that a merge or a hand has spoilt: it tells nothing. */
function recordIn(text: string): SpecRecord | null {
  const data = jsonIn(text) as Partial<SpecRecord> | null;
  if (typeof data !== "object" || data === null) return null;
  const isWhole =
    holds([data.key, data.relation, data.verdict], "string") &&
    holds([data.states, data.transitions, data.depth], "number") &&
    typeof data.whole === "boolean" &&
    Array.isArray(data.differences) &&
    holds(data.differences, "string") &&
    holds(data.sizes, "number") &&
    Array.isArray(data.asked) &&
    holds(data.asked, "string") &&
    holds(data.violated, "number") &&
    holds(data.witnesses, "boolean") &&
    (data.together === null || isTogether(data.together)) &&
    holds(data.fired, "string");
  return isWhole ? (data as SpecRecord) : null;
}
