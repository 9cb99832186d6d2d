/** The order that a spec asks of its contexts, `after`: are the names there, and can such an order be kept? */
import type { Problem, Question } from "./model.ts";
import { mendName } from "./problems.ts";
import { pointer } from "./text.ts";

interface Ordered {
  readonly name: string;
  readonly after?: readonly string[];
}

/** What is wrong with the order: a name that nobody has, a context after itself, a ring of contexts. */
export function orderProblems(contexts: readonly Ordered[]): Problem[] {
  const problems: Problem[] = [];
  const names = contexts.map(({ name }) => name);
  const afterOf = (name: string): readonly string[] => contexts.find((one) => one.name === name)?.after ?? [];
  for (const [i, { name, after = [] }] of contexts.entries()) {
    const path = pointer("contexts", i, "after");
    const others = names.filter((other) => other !== name);
    for (const other of after) {
      if (other === name)
        problems.push({
          path,
          what: `"${name}" would begin after its own end`,
          mend: 'name another context, or drop "after"',
        });
      else if (!names.includes(other))
        problems.push({ path, what: `no context is named "${other}"`, mend: mendName(other, others, "context") });
    }
    const ring = wayBack(name, afterOf);
    // A ring is told once, at the first of its contexts.
    if (ring && names.indexOf(name) === Math.min(...ring.map((one) => names.indexOf(one))))
      problems.push({
        path,
        what: `none of ${ring.map((one) => `"${one}"`).join(", ")} could begin: each waits for the next, the last for the first`,
        mend: 'drop one "after" of them',
      });
  }
  return problems;
}

/** The contexts on a way from one to itself, along `after`; null where there is none. Only ways of two or more. */
function wayBack(from: string, afterOf: (name: string) => readonly string[]): readonly string[] | null {
  const seen = new Set<string>();
  const search = (way: readonly string[]): readonly string[] | null => {
    for (const next of afterOf(way.at(-1) as string)) {
      if (next === from) return way.length > 1 ? way : null;
      if (seen.has(next)) continue;
      seen.add(next);
      const found = search([...way, next]);
      if (found) return found;
    }
    return null;
  };
  return search([from]);
}

/** The order as the linker takes it: whom each context that waits must find ended. */
export const orderOf = ({ contexts }: Question): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(contexts.flatMap(({ name, after = [] }) => (after.length > 0 ? [[name, after]] : [])));

/** In the words of reports: "after irq0", "after irq0 and nmi0"; nothing where there is no order. */
export const orderText = (after: readonly string[]): readonly string[] =>
  after.length > 0 ? [`after ${after.join(" and ")}`] : [];
