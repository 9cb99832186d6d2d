/** Is a sentence of a claim true? Read off what the searches of the specs that name it found, and off nothing else. */
import type { ClaimPart, Columns, Reading, Within } from "../spec/claim.ts";
import type { Spec } from "../spec/spec.ts";
import type { SpecRecord } from "./record.ts";

/** A spec with what its search found. */
export interface Searched {
  readonly spec: Spec;
  readonly record: SpecRecord;
  /** Who else gave the same answer, in a phrase. */
  readonly agreement?: string;
}

export interface Decision {
  /** Null: no spec decides it. */
  readonly isTrue: boolean | null;
  readonly reading: Reading;
  /** Specs that show it, by a trace or a witness where there is one, else by having none. */
  readonly by: readonly Searched[];
  /** Specs in which nothing of the kind was found, beside those that show it. */
  readonly others: readonly Searched[];
}

/** Null where the claim does not speak of the configuration. `named`: the specs that name the claim. */
export function decide(part: ClaimPart, column: string, columns: Columns, named: readonly Searched[]): Decision | null {
  const reading = part.reads[column];
  if (!reading) return null;
  const asked = named.filter(
    (one) =>
      columnOf(one.spec, columns) === column &&
      isWithin(one.spec, part.within ?? {}) &&
      selects(asSearched(one), reading),
  );
  const shows = asked.filter((one) => isShown(one, reading));
  const holds = asked.filter((one) => !isShown(one, reading) && isWhole(one, reading));
  const isTrue = shows.length > 0 ? SHOWN[reading.kind] : holds.length > 0 ? !SHOWN[reading.kind] : null;
  return { isTrue, reading, by: shows.length > 0 ? shows : holds, others: shows.length > 0 ? holds : [] };
}

/** Which truth a violation or a met witness shows; having searched for it in vain shows the other. */
const SHOWN: Readonly<Record<Reading["kind"], boolean>> = {
  holds: false,
  breaks: true,
  reachable: true,
  unreachable: false,
};

const isShown = ({ record }: Searched, reading: Reading): boolean =>
  "witness" in reading
    ? record.witnesses[reading.witness] === true
    : reading.properties.some((name) => Object.hasOwn(record.violated, name));

/** Whether a search saw all that it would have to see to say "never". */
const isWhole = (one: Searched, reading: Reading): boolean =>
  one.record.whole &&
  !(reading.kind === "breaks" && !reading.properties.every((name) => isSelected(asSearched(one), name)));

/** A spec with the properties that say something of its system: what was never asked is no evidence. */
export const asSearched = ({ spec, record }: Searched): Spec => ({ ...spec, properties: record.asked });

const isSelected = (spec: Spec, name: string): boolean =>
  name === "deadlock" ? spec.deadlock : spec.properties.includes(name);

/** Whether a spec searches for what is read at all. */
export function selects(spec: Spec, reading: Reading): boolean {
  if ("properties" in reading) {
    const isOneSelected = (name: string): boolean => isSelected(spec, name);
    return reading.kind === "holds" ? reading.properties.every(isOneSelected) : reading.properties.some(isOneSelected);
  }
  const rows = spec.happens.map(({ program, label, to }) => `${program}: ${label}${to === null ? "" : ` -> ${to}`}`);
  return [...spec.sometimes, ...rows].includes(reading.witness);
}

export function isWithin({ asked }: Spec, { versions, variants, kind, options }: Within): boolean {
  const fits = (one: (typeof asked.contexts)[number]): boolean =>
    (kind === undefined || one.kind === kind) &&
    Object.entries(options ?? {}).every(([key, value]) => JSON.stringify(one.options[key]) === JSON.stringify(value));
  return (
    (versions?.includes(asked.version ?? "") ?? true) &&
    (variants === undefined || [...variants].sort().join() === [...asked.variants].sort().join()) &&
    asked.contexts.some(fits)
  );
}

/** The configuration of a ledger that a spec belongs to; null for none. */
export const columnOf = ({ asked }: Spec, columns: Columns): string | null =>
  Object.keys(columns).find((name) =>
    Object.entries(columns[name] ?? {}).every(
      ([key, value]) => JSON.stringify(asked.configuration[key]) === JSON.stringify(value),
    ),
  ) ?? null;
