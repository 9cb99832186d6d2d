/** The few words in which the ledger says how a sentence is read off the results of specs. */
import type { ClaimPart, Reading, Within } from "../../checker/spec/model.ts";

type Reads = Readonly<Record<string, Reading>>;
type Expected = boolean | Readonly<Record<string, boolean>>;

export const holds = (...properties: string[]): Reading => ({ kind: "holds", properties });
export const breaks = (...properties: string[]): Reading => ({ kind: "breaks", properties });
export const reachable = (witness: string): Reading => ({ kind: "reachable", witness });
export const unreachable = (witness: string): Reading => ({ kind: "unreachable", witness });

export const notRt = (reading: Reading): Reads => ({ "!RT": reading });
export const rt = (reading: Reading): Reads => ({ RT: reading });
/** Without SMP and without PREEMPT_RT. */
export const up = (reading: Reading): Reads => ({ UP: reading });
export const both = (plain: Reading, realTime: Reading = plain): Reads => ({ "!RT": plain, RT: realTime });

/** A sentence, how it is read, whether its author would say so, and whether the reference expects it. */
export function part(
  sentence: string,
  reads: Reads,
  said: { readonly author?: boolean | null; readonly expected?: Expected; readonly within?: Within } = {},
): ClaimPart {
  const { author = true, expected = true, within } = said;
  return {
    sentence,
    reads,
    author,
    expected:
      typeof expected === "boolean" ? Object.fromEntries(Object.keys(reads).map((c) => [c, expected])) : expected,
    ...(within ? { within } : {}),
  };
}

export const ALEXEI = "Alexei Starovoitov";
export const VLASTIMIL = "Vlastimil Babka";
export const HARRY = "Harry Yoo";
export const SEBASTIAN = "Sebastian Andrzej Siewior";
export const LONG = "Waiman Long";
export const SHAKEEL = "Shakeel Butt";
