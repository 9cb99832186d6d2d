/**
 * What a check can answer, in which order one answer goes before another, and the exit status of each: the only list.
 */
export type Verdict = "holds" | "violated" | "deadlock" | "no progress" | "vacuous" | "model error" | "incomplete";

/** Exit status of a verdict that the spec does not expect. */
const unexpected: Readonly<Record<Verdict, number>> = {
  holds: 1,
  incomplete: 3,
  vacuous: 10,
  deadlock: 11,
  violated: 12,
  "no progress": 13,
  "model error": 14,
};

export const verdicts = Object.keys(unexpected) as readonly Verdict[];

/** Exit statuses that are not a verdict's. */
export const EXIT = {
  /** The verdict is the one that the spec expects (`holds` where it expects nothing), and all pins agree. */
  asExpected: 0,
  /** Also where the verdict is as expected and a pin is not: the set of violated properties, or a count. */
  differs: 1,
  /** A spec or a command line that cannot be understood. */
  badInput: 2,
  /** A broken promise of the checker's own code. */
  fault: 70,
  /** All else is well, but the system refused to read or write something: EX_IOERR of sysexits.h. */
  unwritten: 74,
  /** Whoever read what is printed has gone before all was done: as for a program that SIGPIPE ends. */
  unread: 141,
} as const;

/** The exit status of a check. `agrees`: nothing differs from what the spec pins. */
export function exitStatus(verdict: Verdict, expected: Verdict, agrees: boolean): number {
  if (verdict !== expected) return unexpected[verdict];
  return agrees ? EXIT.asExpected : EXIT.differs;
}
