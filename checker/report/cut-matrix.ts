/**
 * The cut matrix: which rows each interrupting frame cut, out of those that it could have. A run that holds while a
 * frame never came between two steps proves nothing about that place; an empty cell needs a reason.
 */
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
 * Frames are the contexts with a row that cuts. The rows of a frame are those at which the contexts stood that it cut
 * somewhere; a frame that cut nobody has those of all contexts that are no frames themselves, so that it is explained.
 */
export function cutMatrix(
  system: System,
  result: Pick<SearchResult, "cuts" | "stood">,
  uncut: readonly Uncut[],
): CutMatrix {
  const used = new Set<Uncut>();
  const frames: FrameCuts[] = [];
  for (const [frame, { name }] of system.contexts.entries()) {
    if (!isFrame(system, frame)) continue;
    const cuts = new Set(labelsUnderWay(system, result.cuts[frame]).map((label) => label.id));
    const victims = [...system.contexts.keys()].filter((other) => {
      if (other === frame) return false;
      if (cuts.size === 0) return !isFrame(system, other);
      return [...cuts].some((label) => result.stood[other]?.has(label));
    });
    const labels = victims
      .flatMap((victim) => labelsUnderWay(system, result.stood[victim]))
      .filter((label) => mayCut(system, frame, label))
      .sort((a, b) => a.id - b.id);
    const rows = new Map<string, CutRow>();
    for (const { id, program, rowLabel } of labels) {
      const row = `${program}: ${rowLabel}`;
      const isCut = cuts.has(id) || rows.get(row)?.isCut === true;
      const reason = uncut.find((u) => u.frame === name && (u.rows === program || u.rows === row));
      rows.set(row, { program, label: rowLabel, isCut, why: isCut ? null : (reason?.why ?? null) });
    }
    for (const [row, { program, isCut }] of rows) {
      for (const u of uncut) if (!isCut && u.frame === name && (u.rows === program || u.rows === row)) used.add(u);
    }
    frames.push({ frame: name, rows: [...rows.values()] });
  }
  return {
    frames,
    unexplained: frames.flatMap(({ frame, rows }) =>
      rows.filter((r) => !r.isCut && r.why === null).map((r) => `${frame} never cuts ${r.program}: ${r.label}`),
    ),
    stale: uncut
      .filter((u) => !used.has(u))
      .map((u) => `${u.frame} is said never to cut ${u.rows}, but no such cell is empty; drop it from "uncut"`),
  };
}

/** The rows from which a context cuts others. */
const cuttingLabels = (system: System, context: number): Label[] =>
  system.labels
    .filter((l) => l !== null)
    .filter((l) => l.script === system.contexts[context]?.script && l.cuts !== null);

/** Whether a context comes on top of others of its own accord. One that serves them comes only when it was asked to. */
export const isFrame = (system: System, context: number): boolean =>
  cuttingLabels(system, context).some(({ meta }) => !meta.serves);

/** Whether a context ever comes on top of others, for its own sake or to serve them. */
export const comesOnTop = (system: System, context: number): boolean => cuttingLabels(system, context).length > 0;

const mayCut = (system: System, frame: number, label: Label): boolean =>
  cuttingLabels(system, frame).some(({ cutsIn }) => cutsIn === null || cutsIn.includes(label.id));

/** Labels where a context is under way: one that has not begun, has finished, or serves others is not cut. */
const labelsUnderWay = (system: System, stood: ReadonlySet<number> | undefined): Label[] =>
  [...(stood ?? [])]
    .map((id) => system.labels[id])
    .filter((label) => label != null)
    .filter(({ meta }) => !meta.mayStop && !meta.arrive && !meta.serves && !meta.schedules);
