/** What must come together for the violation that is shown, in a few lines: contexts, locks below, rows. */
import type { FrameWindow, Member, Together } from "../answer/together.ts";
import { count, wrap } from "../text/wrap.ts";
import { byProgram } from "./evidence.ts";

/** Rows of a window that are named; of a longer one the first are. */
const MOST_ROWS = 6;

/** Nothing where there is no counterexample, or nobody asked. */
export function togetherLines(together: Together | null): string[] {
  if (!together) return [];
  const { property, steps, members, lanes, asked, unsure, windows } = together;
  const where = lanes.length > 0 ? ` on ${lanes.join(" and ")}` : "";
  const ofAll = members.length < asked ? ` of the ${asked} contexts` : "";
  const how = `${members.length}${ofAll === "" ? ` context${members.length === 1 ? "" : "s"}` : ofAll}`;
  const sure = unsure === null ? "no smaller set shows it" : `smaller sets: ${unsure}`;
  const head = `Needed for ${property}: ${how}${where}, ${count(steps)} steps; ${sure}`;
  const body =
    typeof windows === "string"
      ? [`windows not counted: ${windows}`]
      : windows.filter(({ rows }) => rows.length > 0).map(windowText);
  return [
    ...wrap(head, { rest: "  " }),
    ...wrap(members.map(memberText).join("; "), { first: "  ", rest: "    " }),
    ...body.flatMap((text) => wrap(text, { first: "  ", rest: "    " })),
  ];
}

/** "nmi0 (nmi) over task0, which holds list(A)". */
function memberText({ name, kind, over, under }: Member): string {
  const whose = kind === null ? " (of the model)" : name.startsWith(kind) ? "" : ` (${kind})`;
  const below = over === null ? "" : ` over ${over}`;
  const held =
    over === null ? "" : under.length > 0 ? `, with ${under.join(", ")} held below` : ", with no lock held below";
  return `${name}${whose}${below}${held}`;
}

/** "nmi0 must come at 3 of the 60 rows of task0 at which it may: spin_lock: take; __slab_free: read, decide". */
function windowText({ frame, over, rows, of }: FrameWindow): string {
  const named = rows.slice(0, MOST_ROWS);
  const more = rows.length > named.length ? ", .." : "";
  if (rows.length === of) return `${frame} may come at any row of ${over} where it comes at all (${of})`;
  return `${frame} must come at ${rows.length} of the ${of} rows of ${over} where it may: ${byProgram(named)}${more}`;
}
