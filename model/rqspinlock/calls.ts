/** The calls that a script may make: which lock, which inside it, by which form. */
import { call, type Expr, element, type Id } from "../../checker/language/index.ts";
import { type Asked, begins, type Operation, type Operations, type Wrong } from "../kernel/calls.ts";
import { irqsave, plain, stuckOwner } from "./section.ts";
import { rqLock } from "./sets.ts";

export const LOCK_NAMES = ["A", "B", "C"] as const;

/** The locks that a line names, in order; null where a word is none. */
function locksOf(words: readonly string[]): readonly number[] | null {
  const names: readonly string[] = LOCK_NAMES;
  const found = words.map((word) => names.indexOf(word));
  return found.length > 0 && found.every((at) => at >= 0) ? found : null;
}

/** A lock that the question does not have. */
const missing =
  (locks: readonly number[]) =>
  ({ question }: Asked): readonly Wrong[] =>
    locks
      .filter((at) => at >= (question.configuration.locks as number))
      .map((at) => [`there is no lock ${LOCK_NAMES[at]}`, `set "locks" to ${at + 1}, or name another`] as const);

const lockAt = (at: number): Expr<Id<"rqLock">> => element(rqLock, at);

const sections = (name: string, about: string, { one, two }: typeof plain): Operation => ({
  about,
  form: `${name} A`,
  programs: begins(one, two),
  read: (words) => {
    const [first, second, more] = locksOf(words) ?? [];
    if (first === undefined || more !== undefined) return null;
    return {
      problems: missing([first, ...(second === undefined ? [] : [second])]),
      rows: ({ begin, back }) => ({
        [begin]:
          second === undefined
            ? call(`${name}(&${words[0]}); ..`, one, { lock: lockAt(first) }, { done: back })
            : call(
                `${name}(&${words[0]}); ${name}(&${words[1]}); ..`,
                two,
                { lock: lockAt(first), second: lockAt(second) },
                { done: back },
              ),
      }),
    };
  },
});

export const CALLS: Operations = {
  bpf_res_spin_lock: sections(
    "bpf_res_spin_lock",
    "takes a lock, or a second inside the first, and gives back what it got: preemption is off",
    plain,
  ),
  bpf_res_spin_lock_irqsave: sections("bpf_res_spin_lock_irqsave", "the same with interrupts off, too", irqsave),
  stuck: {
    about: "takes a lock and never gives it back: an owner that is stuck",
    form: "stuck A",
    programs: begins(stuckOwner),
    read: (words) => {
      const [lock, more] = locksOf(words) ?? [];
      if (lock === undefined || more !== undefined) return null;
      return {
        problems: missing([lock]),
        rows: ({ begin, back }) => ({
          [begin]: call(
            `res_spin_lock(&${words[0]}); /* for ever */`,
            stuckOwner,
            { lock: lockAt(lock) },
            { done: back },
          ),
        }),
      };
    },
  },
};
