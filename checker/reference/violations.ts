/** Which violations does a search keep, and which of a property's is told? */
import type { Violation } from "./result.ts";

/**
 * From the most to the least specific about what went wrong. A property may ask of safety and of progress at once:
 * which of its clauses the shortest path violates depends on which paths a reduction follows, which kinds are
 * violated at all does not.
 */
const KINDS: readonly Violation["verdict"][] = ["model error", "violated", "deadlock", "noProgress"];

/** The shortest violation of each kind of each property; of those as short the one that was noted first. */
export class Violations {
  readonly #shortest = new Map<string, Violation>();

  get size(): number {
    return this.#shortest.size;
  }

  note(violation: Violation): void {
    const kind = kindOf(violation);
    const known = this.#shortest.get(kind);
    if (!known || violation.length < known.length) this.#shortest.set(kind, violation);
  }

  /** The shortest of a property, of the kind that is given or of the most specific one. */
  get(property: string, verdict?: Violation["verdict"]): Violation | undefined {
    const kinds = verdict ? [verdict] : KINDS;
    return kinds.map((one) => this.#shortest.get(kindOf({ property, verdict: one }))).find((one) => one !== undefined);
  }

  has(property: string): boolean {
    return this.get(property) !== undefined;
  }

  /** All that are kept, those of one property too, in the order in which their kinds were first noted. */
  values(): readonly Violation[] {
    return [...this.#shortest.values()];
  }

  /**
   * One for each property, of its most specific kind. Where `atMostOf` is given, longer ones do not count: a search that
   * stops there has looked at a part of them only.
   */
  told(atMostOf = Number.POSITIVE_INFINITY): readonly Violation[] {
    const told = new Map<string, Violation>();
    for (const one of this.values()) {
      const known = told.get(one.property);
      const isTold = !known || KINDS.indexOf(one.verdict) < KINDS.indexOf(known.verdict);
      if (one.length <= atMostOf && isTold) told.set(one.property, one);
    }
    return [...told.values()];
  }

  clear(): void {
    this.#shortest.clear();
  }
}

const kindOf = ({ property, verdict }: Pick<Violation, "property" | "verdict">): string => `${verdict}: ${property}`;
