/**
 * The whole graph as a picture that Graphviz draws. Time runs downwards from where runs begin, with a double line; the
 * counterexample is drawn thick, and the state where it ends is filled.
 */
import type { Outcome } from "../../answer/outcome.ts";
import { stepName, wholeGraphOf } from "./graph.ts";

/** A graph of more states is a carpet, not a picture. */
const MOST_STATES = 1_000;

export function dot({ spec, system, trace }: Outcome): string {
  const { states, edges, indexOf } = wholeGraphOf(system, "dot", MOST_STATES);
  const onWay = new Set(
    trace?.steps.map(({ before, after, command }) => after && `${indexOf(before)} ${command.id} ${indexOf(after)}`),
  );
  const end = trace ? indexOf(trace.final) : undefined;
  const attributes = (i: number): string[] => [
    ...(i < system.initials.length ? ["peripheries=2"] : []),
    ...(i === end ? ["style=filled", `tooltip=${quoted(`${trace?.property}: ${trace?.why}`)}`] : []),
  ];
  return `${[
    `digraph ${quoted(spec.name)} {`,
    "  rankdir=TB;",
    '  node [shape=circle, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...states.map((_, i) => {
      const list = attributes(i);
      return `  ${i}${list.length > 0 ? ` [${list.join(", ")}]` : ""};`;
    }),
    ...edges.map(({ from, to, via }) => {
      const thick = onWay.has(`${from} ${via.command.id} ${to}`) ? ", penwidth=3" : "";
      return `  ${from} -> ${to} [label=${quoted(stepName(system, via))}${thick}];`;
    }),
    "}",
  ].join("\n")}\n`;
}

/** A string of DOT: a backslash would begin an escape such as `\n`. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
