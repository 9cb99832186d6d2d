/** Which rows of a context come on top of others: interrupts and hooks, or work done for those who asked. */
import type { Label, System } from "./system.ts";

/** The rows from which a context cuts others. */
export const cuttingLabels = (system: System, context: number): readonly Label[] =>
  system.labels
    .filter((l) => l !== null)
    .filter((l) => l.script === system.contexts[context]?.script && l.cuts !== null);

/** Those of a frame: it comes of its own accord. What serves others comes only when it was asked to. */
export const arrivalsOf = (system: System, context: number): readonly Label[] =>
  cuttingLabels(system, context).filter(({ meta }) => !meta.serves);

/** Whether a context comes on top of others of its own accord. */
export const isFrame = (system: System, context: number): boolean => arrivalsOf(system, context).length > 0;

/** Whether a context ever comes on top of others, for its own sake or to serve them. */
export const comesOnTop = (system: System, context: number): boolean => cuttingLabels(system, context).length > 0;
