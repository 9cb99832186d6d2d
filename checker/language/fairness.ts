/**
 * What is a context owed where it stands? Rows say so, and a liveness property may say otherwise of a region of them.
 *
 * | kind | a run is unfair that from some time on takes no step of the context, though .. |
 * | --- | --- |
 * | `none` | (never: the context may stand there for good) |
 * | `weak` | it may run again and again, and can go on each time |
 * | `strong` | it can go on again and again |
 * | `each` | of a row that chooses an element of a set: each element is owed strongly that somebody chooses it |
 */
import { refuse } from "./mistakes.ts";
import type { Region } from "./nodes.ts";
import type { Over } from "./shapes.ts";

export type FairKind = "none" | "weak" | "strong" | "each";

/** What a row says: a kind, or the set of the elements that its choices owe to each. */
export type RowFairness = "none" | "weak" | "strong" | { readonly each: Over };

/** What a property says of regions; of rows in several, the first of these counts. */
export interface Fairness {
  readonly none?: Region | "everywhere";
  readonly strong?: Region | "everywhere";
  readonly weak?: Region | "everywhere";
}

const KINDS = ["none", "strong", "weak"] as const;

export interface FairRegion {
  readonly kind: (typeof KINDS)[number];
  /** Null: everywhere. */
  readonly region: Region | null;
}

/** The regions of a property, the first that counts first. Throws `AuthorError` for what is none. */
export function fairRegions(of: string, fairness: Fairness): readonly FairRegion[] {
  if (typeof fairness !== "object" || fairness === null)
    refuse(`${of}(..) was given ${String(fairness)} as its fairness`, 'write { strong: rowsOf(program, "row") }');
  for (const key of Object.keys(fairness))
    if (!(KINDS as readonly string[]).includes(key))
      refuse(`${of}(..) knows no fairness "${key}"`, `write ${KINDS.join(", ")}, each with a region or "everywhere"`);
  return KINDS.flatMap((kind): FairRegion[] => {
    const region: unknown = fairness[kind];
    if (region === undefined) return [];
    if (region === "everywhere") return [{ kind, region: null }];
    if (typeof region !== "object" || region === null || !("kind" in region))
      return refuse(
        `${of}(..): the fairness "${kind}" wants a region and was given ${typeof region === "object" ? "something else" : String(region)}`,
        'write rowsOf(program, "row"), within(program) or "everywhere"',
      );
    return [{ kind, region: region as Region }];
  });
}

/** What a row owes where no property says otherwise: a context that may stop there is owed nothing. */
export const kindOfRow = (meta: { readonly fair?: RowFairness; readonly mayStop?: boolean }): FairKind =>
  typeof meta.fair === "object" ? "each" : (meta.fair ?? (meta.mayStop ? "none" : "weak"));
