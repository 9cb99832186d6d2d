/** Which labels does a region mean? What `standsIn` asks of where a context stands. */
import type { Region } from "./nodes.ts";
import type { StepRow } from "./programs.ts";
import type { StackFrame } from "./system.ts";

/** A label, as far as it decides to which regions it belongs. */
export interface Standing {
  readonly rowLabel: string;
  readonly row: StepRow;
  readonly program: string;
  readonly stack: readonly StackFrame[];
}

/** Whether a label belongs to a region. The end of a script, null, belongs only to `ended`. */
export function inRegion(label: Standing | null, region: Region): boolean {
  switch (region.kind) {
    case "ended":
      return label === null;
    case "mark":
      return label?.row.meta.marks?.includes(region.mark) ?? false;
    case "rows":
      return label?.program === region.program && (region.labels?.includes(label.rowLabel) ?? true);
    case "within":
      return label?.stack.some((frame) => frame.program === region.program) ?? false;
    case "inlined":
      return label !== null && region.callees.includes(label.program) && label.stack.at(-2)?.program === region.program;
    case "anyOf":
      return region.of.some((one) => inRegion(label, one));
    case "allOf":
      return region.of.every((one) => inRegion(label, one));
    case "except":
      return inRegion(label, region.of) && !inRegion(label, region.minus);
  }
}
