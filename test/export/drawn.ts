/** Which system does a tape draw? */
import { LinkError, type System } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { drawSystem } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";

/** Null where the draw does not link. */
export function drawn(numbers: readonly number[]): System | null {
  try {
    return link(drawSystem(new Tape(numbers)));
  } catch (error) {
    if (error instanceof LinkError) return null;
    throw error;
  }
}
