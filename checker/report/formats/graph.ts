/** What do the formats of a whole graph share? Its states and edges, up to a limit, and what a step is called there. */
import type { System } from "../../language/system.ts";
import { type Graph, wholeGraph } from "../../reference/graph.ts";
import type { Transition } from "../../reference/step.ts";
import { SpecError } from "../../spec/problems.ts";
import { ascii, count } from "../../text/wrap.ts";

/** Throws `SpecError` where there are more states than the format is good for. */
export function wholeGraphOf(system: System, format: string, most: number): Graph {
  const graph = wholeGraph(system, most);
  if (graph) return graph;
  throw new SpecError([
    {
      where: `--format ${format}`,
      what: `the graph has more than ${count(most)} states`,
      mend: "make the question smaller (fewer contexts, shorter scripts, --set), or ask for another format: a page (--html) lets a reader walk from state to state",
    },
  ]);
}

/** "nmi0 ___slab_alloc: redo, slab s1 is chosen": who took which row of which program. */
export function stepName(system: System, { context, label, command, chosen }: Transition): string {
  const who = system.contexts[context]?.name;
  const choices = command.binders.map(
    ({ set }, i) => `, ${set.name} ${system.universe.elementName(set, chosen[i] as number)} is chosen`,
  );
  return ascii(`${who} ${label.program}: ${label.rowLabel}${choices.join("")}`);
}
