/** What a question that has to do with RCU has beside the others: cells, who calls callbacks, what is wrong with it. */
import { type Assign, and, element, exists, not, or, type Root, type Variant } from "../../checker/language/index.ts";
import type { Problem, Question } from "../../checker/spec/model.ts";
import type { Runner } from "../kernel/system.ts";
import { w } from "../machine/irq-work.ts";
import { cpu, irqWork } from "../machine/sets.ts";
import { mayRun, onCpu, type Self, thisCpu } from "../machine/state.ts";
import { rcuGracePeriods, rcuSoftirq, rcuThread } from "../sheaves/rcu-do-batch.ts";
import { RCU_RAW_LOCKS, r, rc } from "../sheaves/rcu-state.ts";
import { rcuSheaves } from "../versions/sheaves-rcu.ts";
import { SHEAF_RCU_VARIANTS } from "../versions/sheaves-rcu-variants.ts";
import type { SheafValues } from "./settings.ts";

const RCU_CALLS: ReadonlySet<string> = new Set(["kfree_rcu", "kfree_rcu_nolock", "call_rcu", "rcu_read"]);

const linesOf = ({ contexts }: Pick<Question, "contexts">) =>
  contexts.flatMap(({ script }, i) => script.map((line, n) => ({ i, n, word: line.split(" ")[0] as string })));

/** Whether a script, or a variant, has to do with RCU. */
export const usesRcu = (question: Pick<Question, "contexts" | "variants">): boolean =>
  question.variants.some((name) => Object.hasOwn(SHEAF_RCU_VARIANTS, name)) ||
  linesOf(question).some(({ word }) => RCU_CALLS.has(word));

/** Whether it can put anything off, so that irq_work must run. */
export const rcuDefers = (question: Pick<Question, "contexts">): boolean =>
  linesOf(question).some(({ word }) => word === "kfree_rcu_nolock");

interface OfRcu {
  readonly roots: readonly Root[];
  readonly constants: readonly Assign[];
  readonly runners: readonly Runner[];
  readonly rawLocks: readonly string[];
  readonly mayRun: typeof mayRun;
  readonly patches: readonly Variant[];
}

/** An irq_work that is queued on this CPU interrupts a frame that has interrupts on before it does anything more. */
const mayRunBeforeInterrupt = (self: Self) =>
  and(
    mayRun(self),
    or(
      onCpu(self).irqsOff,
      not(exists(cpu, (of) => exists(irqWork, (which) => w.irqWork.at(of).at(which).queuedOn.eq(thisCpu(self))))),
    ),
  );

/** Null where no script has to do with RCU. */
export function rcuOf(question: Question, { preemptRt, cpus, irqWorkAtOnce }: SheafValues): OfRcu | null {
  if (!usesRcu(question)) return null;
  const callbacks = Array.from({ length: cpus }, (_, c): Runner => {
    const name = `rcu${c}`;
    const script = (preemptRt ? rcuThread : rcuSoftirq(element(cpu, c), name)) as unknown as Runner["script"];
    return { name, kind: preemptRt ? "irqWork" : "softirq", cpu: c, thread: preemptRt, script };
  });
  const periods = rcuGracePeriods as unknown as Runner["script"];
  return {
    roots: [rc, r],
    constants: [rc.irqWorkAtOnce.set(irqWorkAtOnce)],
    runners: [...callbacks, { name: "gracePeriods", kind: "scheduler", cpu: 0, thread: false, script: periods }],
    rawLocks: RCU_RAW_LOCKS,
    mayRun: irqWorkAtOnce ? mayRunBeforeInterrupt : mayRun,
    patches: [rcuSheaves],
  };
}

export function rcuProblems(question: Question): Problem[] {
  const s = question.configuration as unknown as SheafValues;
  const found: Problem[] = [];
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  if (!usesRcu(question)) {
    if (s.irqWorkAtOnce)
      say("/configuration/irqWorkAtOnce", "no script has to do with RCU", "leave it out: elsewhere it is not modelled");
    return found;
  }
  if (s.irqWorkAtOnce && s.preemptRt)
    say("/configuration/irqWorkAtOnce", "on PREEMPT_RT a thread runs irq_works", 'set "preemptRt" to false');
  if (s.memcg) say("/configuration/memcg", "what RCU frees is not uncharged in the model", 'set "memcg" to false');
  if (question.version === "7.3") return found;
  for (const { i, n, word } of linesOf(question))
    if (RCU_CALLS.has(word))
      say(`/contexts/${i}/script/${n}`, `${word}() is modelled since 7.3`, 'set "version" to "7.3"');
  return found;
}
