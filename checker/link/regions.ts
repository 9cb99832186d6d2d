/** Which linked labels does a region of the source mean? `stands` is asked of the label that a context is at. */
import { mapParts, type Node, type Region } from "../language/nodes.ts";
import type { StepRow } from "../language/programs.ts";
import type { StackFrame } from "../language/system.ts";

/** A step with its label, as far as it decides to which regions it belongs. */
interface Standing {
  readonly id: number;
  readonly rowLabel: string;
  readonly row: StepRow;
  readonly instance: { readonly program: { readonly name: string }; readonly stack: readonly StackFrame[] };
}

/** The node with the labels of its regions. */
export function labelled(node: Node, steps: readonly Standing[]): Node {
  const mapped = mapParts(node, (part) => labelled(part, steps));
  if (mapped.op !== "stands") return mapped;
  const labels = steps.filter((s) => inRegion(s, mapped.region)).map((s) => s.id);
  if (inRegion(null, mapped.region)) labels.unshift(0);
  return { op: "pcIn", who: mapped.who, labels, text: JSON.stringify(mapped.region) };
}

/** Whether a linked step belongs to a region. The end of a script belongs only to `ended`. */
function inRegion(step: Standing | null, region: Region): boolean {
  switch (region.kind) {
    case "ended":
      return step === null;
    case "mark":
      return step?.row.meta.marks?.includes(region.mark) ?? false;
    case "rows":
      return step?.instance.program.name === region.program && (region.labels?.includes(step.rowLabel) ?? true);
    case "within":
      return step?.instance.stack.some((frame) => frame.program === region.program) ?? false;
    case "inlined":
      return (
        step !== null &&
        region.callees.includes(step.instance.program.name) &&
        step.instance.stack.at(-2)?.program === region.program
      );
    case "anyOf":
      return region.of.some((one) => inRegion(step, one));
    case "allOf":
      return region.of.every((one) => inRegion(step, one));
    case "except":
      return inRegion(step, region.of) && !inRegion(step, region.minus);
  }
}
