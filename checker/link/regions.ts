/** Regions of the source become linked labels: `stands` is asked of the label that a context is at. */
import { mapParts, type Node, type Region } from "../language/nodes.ts";
import type { StepRow } from "../language/programs.ts";
import { inRegion } from "../language/regions.ts";
import type { StackFrame } from "../language/system.ts";

/** A step with its label. */
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
  const { region } = mapped;
  const labels = [...labelsIn(region, steps)];
  if (inRegion(null, region)) labels.unshift(0);
  return { op: "pcIn", who: mapped.who, labels, text: JSON.stringify(region) };
}

/** The labels of the steps in a region. */
export function labelsIn(region: Region, steps: readonly Standing[]): readonly number[] {
  const isIn = ({ rowLabel, row, instance: { program, stack } }: Standing): boolean =>
    inRegion({ rowLabel, row, program: program.name, stack }, region);
  return steps.filter(isIn).map(({ id }) => id);
}
