/**
 * The cut matrix: which rows each interrupting frame cut, out of those that it could have. A run that holds while a
 * frame never came between two steps proves nothing about that place; an empty cell needs a reason.
 */
import { isFrame } from "../language/arrivals.ts";
import type { Label, System } from "../language/system.ts";
import type { SearchResult } from "../reference/result.ts";
import type { Uncut } from "../spec/spec.ts";

export interface CutRow {
  readonly program: string;
  readonly label: string;
  readonly isCut: boolean;
  /** Why the spec says that it is never cut; null where it is, or where nobody says. */
  readonly why: string | null;
}

export interface FrameCuts {
  readonly frame: string;
  /** Whether it, or one that runs the same script, ever took a step: that may be over an idle CPU, where it cuts nothing. */
  readonly came: boolean;
  /** Source rows that the frame is able to cut, in the order of the system. */
  readonly rows: readonly CutRow[];
}

export interface CutMatrix {
  readonly frames: readonly FrameCuts[];
  /** "nmi0 never cuts ___slab_alloc: popNext". */
  readonly unexplained: readonly string[];
  /** Reasons that explain no empty cell. */
  readonly stale: readonly string[];
}

/**
 * Frames are the contexts with a row that cuts. The rows of a frame are those that it cut, and those that it would have
 * cut in some state if it had not been elsewhere, or already been. One that never came at all has nothing to show.
 */
export function cutMatrix(
  system: System,
  result: Pick<SearchResult, "cuts" | "open" | "fired">,
  uncut: readonly Uncut[],
): CutMatrix {
  const used = new Set<Uncut>();
  const frames: FrameCuts[] = [];
  for (const [frame, { name, script: own }] of system.contexts.entries()) {
    if (!isFrame(system, frame)) continue;
    const came = hasRun(system, own, result);
    const cuts = result.cuts[frame] as ReadonlySet<number>;
    const labels = labelsUnderWay(system, new Set([...cuts, ...(result.open[frame] as ReadonlySet<number>)]));
    labels.sort((a, b) => a.id - b.id);
    const cutScripts = new Set([...cuts].map((id) => system.labels[id]?.script));
    const rows = new Map<string, CutRow>();
    for (const { id, program, rowLabel, script } of labels) {
      const row = `${program}: ${rowLabel}`;
      const before = rows.get(row);
      const isCut = cuts.has(id) || before?.isCut === true;
      const reason = uncut.find((u) => u.frame === name && (u.rows === program || u.rows === row))?.why;
      const late = cutScripts.has(script) || before?.why === null ? undefined : lateService(system, script, name);
      rows.set(row, { program, label: rowLabel, isCut, why: isCut ? null : (reason ?? late ?? null) });
    }
    for (const [row, { program, isCut }] of rows) {
      for (const u of uncut) if (!isCut && u.frame === name && (u.rows === program || u.rows === row)) used.add(u);
    }
    frames.push({ frame: name, came, rows: [...rows.values()] });
  }
  return {
    frames,
    unexplained: frames.flatMap(({ frame, came, rows }) =>
      rows.length === 0
        ? [cutsNothing(frame, came)]
        : rows.filter((r) => !r.isCut && r.why === null).map((r) => `${frame} never cuts ${r.program}: ${r.label}`),
    ),
    stale: uncut
      .filter((u) => !used.has(u))
      .map((u) => `${u.frame} is said never to cut ${u.rows}, but no such cell is empty; drop it from "uncut"`),
  };
}

/** What is to be said of a frame that cut nothing. */
export const cutsNothing = (frame: string, came: boolean): string =>
  came ? `${frame} cuts nothing: it comes at most where its CPU runs nothing` : `${frame} never comes`;

const hasRun = ({ labels }: System, script: number, { fired }: Pick<SearchResult, "fired">): boolean =>
  labels.some((label) => label?.script === script && label.entries.flat().some(({ id }) => (fired[id] ?? 0) > 0));

/**
 * A context that serves others, and that the frame nowhere cuts, is under way only where the frame has already been: most
 * often it serves the frame itself. That explains its rows.
 */
function lateService(system: System, script: number, frame: string): string | undefined {
  const serves = system.labels.some((label) => label?.script === script && label.meta.serves);
  const who = system.contexts.find((context) => context.script === script)?.name;
  return serves ? `${who} runs only after ${frame} has been` : undefined;
}

/** Labels where a context is under way: one that has not begun, has finished, or serves others is not cut. */
const labelsUnderWay = (system: System, labels: ReadonlySet<number>): Label[] =>
  [...labels]
    .map((id) => system.labels[id])
    .filter((label) => label != null)
    .filter(({ meta }) => !meta.mayStop && !meta.arrive && !meta.serves && !meta.schedules);
