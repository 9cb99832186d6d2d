/**
 * Between the second pass and the third: which contexts begin only when others have ended. The first step of a script gets
 * that as the first part of each guard, so the order is in the table, and whoever reads the table knows no more of it.
 */
import { LinkError } from "../language/link-error.ts";
import type { LinkOptions } from "../language/link-options.ts";
import { type Node, TRUE } from "../language/nodes.ts";
import type { Script, Spliced, SplicedStep } from "./splice.ts";

export interface Ordered extends Spliced {
  /** By label of a step where somebody may have to wait to begin: true for who need not, and for who has begun. */
  readonly begins: ReadonlyMap<number, Node>;
}

/** Throws `LinkError` where the order names nobody, or somebody who never ends, or would leave a context unfinished. */
export function order(spliced: Spliced): Ordered {
  const { collected, resolve } = spliced;
  const begins = beginnings(collected.options, (context) => scriptOf(spliced, context));
  const guarded = (begin: Node, guard: Node): Node => resolve(guard === TRUE ? begin : both(begin, guard));
  const stepOf = (step: SplicedStep): SplicedStep => {
    const begin = begins.get(step.id);
    if (!begin) return step;
    const entries = step.entries.map((members) => members.map((c) => ({ ...c, guard: guarded(begin, c.guard) })));
    return { ...step, entries };
  };
  return {
    ...spliced,
    scripts: spliced.scripts.map((script) => ({ ...script, steps: script.steps.map(stepOf) })),
    begins,
  };
}

/** What is asked where somebody waits: who has not begun waits for nothing. */
export const onceBegun = (begins: Node | undefined, condition: Node): Node =>
  begins === undefined ? condition : { op: "or", args: [{ op: "not", of: begins }, condition] };

function scriptOf({ collected, scripts }: Spliced, context: number): Script<SplicedStep> {
  const { script } = collected.options.contexts[context] as LinkOptions["contexts"][number];
  return scripts[(collected.scripts as readonly unknown[]).indexOf(script)] as Script<SplicedStep>;
}

function beginnings(
  { contexts, after = {} }: LinkOptions,
  scriptOfContext: (context: number) => Script<SplicedStep>,
): Map<number, Node> {
  const problems: string[] = [];
  const numberOf = (name: string): number => {
    const found = contexts.findIndex((one) => one.name === name);
    if (found < 0)
      problems.push(`the model makes no context "${name}", which the order of contexts names; drop "after"`);
    return found;
  };
  const begins = new Map<number, Node>();
  for (const [name, others] of Object.entries(after)) {
    const who = numberOf(name);
    const before = others.map(numberOf);
    if (who < 0 || before.some((n) => n < 0)) continue;
    const { entry, steps: own } = scriptOfContext(who);
    const first = own.find(({ id }) => id === entry);
    if (!first) {
      problems.push(`"${name}" has no row to begin at, so it cannot come after anybody; drop "after"`);
      continue;
    }
    for (const other of before) {
      const { steps } = scriptOfContext(other);
      const called = contexts[other]?.name;
      if (!steps.some(({ entries }) => entries.flat().some(({ target }) => target === 0)))
        problems.push(`"${called}" never ends, so "${name}" would never begin; name another context in "after"`);
      else if (steps.some(({ row }) => row.meta.mayStop) && !first.row.meta.mayStop)
        problems.push(
          `"${called}" may stop before its end, and then "${name}" would be unfinished for ever; let it stop as well where it begins (mayStop)`,
        );
    }
    const mine: Node = { op: "eq", left: { op: "self" }, right: { op: "const", value: who } };
    const mayBegin: Node = { op: "or", args: [{ op: "not", of: mine }, before.map(isOver).reduce(both)] };
    const known = begins.get(entry);
    begins.set(entry, known ? both(known, mayBegin) : mayBegin);
  }
  if (problems.length > 0) throw new LinkError(problems);
  return begins;
}

const both = (left: Node, right: Node): Node => ({ op: "and", args: [left, right] });

const isOver = (context: number): Node => ({
  op: "stands",
  who: { op: "const", value: context },
  region: { kind: "ended" },
});
