/** Which colour and which pattern has a kind of context? By its place among the kinds of the page; a name always stands beside. */
import type { PageData } from "../checker/html/data.ts";

const COLOURS = 8;

export function kindClass({ kinds }: PageData, context: number): string {
  const kind = kinds[context];
  return kind === undefined ? "kind-none" : `kind-${[...new Set(kinds)].indexOf(kind) % COLOURS}`;
}
