/** What a question of 7.0 or later may say beyond its settings: where hooks fire, what is put off, what is wrong. */
import { allOf, anyOf, marked } from "../../checker/language/index.ts";
import type { Problem, Question } from "../../checker/spec/model.ts";
import type { HookPlace, HookPlaces } from "../kernel/hooks.ts";
import { hookPlaces } from "../kernel/model.ts";
import { sheafProblems } from "../sheaves/heap.ts";
import { RCU_ROWS, SHEAF_ROWS } from "../sheaves/rows.ts";
import { memoryProblems } from "./problems.ts";
import { rcuDefers, rcuProblems, usesRcu } from "./rcu.ts";
import type { SheafValues } from "./settings.ts";

const rowsOf = (question: Question) => (usesRcu(question) ? RCU_ROWS : SHEAF_ROWS);

const PLACES = hookPlaces(SHEAF_ROWS);

/** Where a hook may fire: nothing is closed to kprobes any more. */
export const sheafHookPlaces: HookPlaces = {
  ...PLACES,
  kprobe: { ...(PLACES.kprobe as HookPlace), region: rowsOf },
  anywhere: {
    about: "any instruction of the allocator, whatever NOKPROBE_SYMBOL() says",
    runs: "kprobe",
    region: rowsOf,
  },
  workqueue_queue_work: {
    about: "the tracepoint workqueue_queue_work: the lock of a worker pool is held",
    runs: "tracepoint",
    region: () => marked("workqueue_queue_work"),
  },
  mm_page_alloc_zone_locked: {
    about: "the tracepoint mm_page_alloc_zone_locked: the zone's lock is held, and the page is off its list",
    runs: "tracepoint",
    region: () => marked("mm_page_alloc_zone_locked"),
  },
  asserts: {
    about: "slab_attach_kprobe_locked(), where 7.3 asserts that a lock is held (DEBUG_VM or PROVE_LOCKING)",
    runs: "kprobe",
    region: (question) => allOf(rowsOf(question), anyOf(marked("asserts"))),
  },
};

/**
 * Whether anything can be put off, so that irq_work must run: by a kfree_nolock() that finds no room in a sheaf, and where
 * a variant lets an allocation free so.
 */
export const sheafDefers = (question: Question): boolean => {
  const { contexts, configuration, variants } = question;
  if (rcuDefers(question)) return true;
  const aborts = configuration.chargeFails === true && variants.includes("abort-frees-nolock");
  if (configuration.memcg === true && variants.includes("release-by-irq-work")) return true;
  return contexts.some(({ script }) =>
    script.some((line) => line.startsWith("kfree_nolock") || (aborts && line.startsWith("kmalloc_nolock"))),
  );
};

export function sheafQuestionProblems(question: Question): Problem[] {
  const s = question.configuration as unknown as SheafValues;
  const found: Problem[] = [...memoryProblems(question), ...sheafProblems(s), ...rcuProblems(question)];
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  for (const [i, line] of s.slabs.entries())
    if (/ cpu(Partial)?\d/.test(line))
      say(
        `/configuration/slabs/${i}`,
        `"${line}": there are no CPU slabs since 7.0`,
        'write "partial", "full" or "page"',
      );
  const inSheaf = new Set(s.sheaves.flatMap((line) => line.match(/s\d+\.o\d+/g) ?? []));
  for (const [i, { script }] of question.contexts.entries())
    for (const [n, line] of script.entries()) {
      const freed = /s\d+\.o\d+$/.exec(line)?.[0];
      if (freed !== undefined && inSheaf.has(freed))
        say(
          `/contexts/${i}/script/${n}`,
          `${freed} is in a sheaf at the start: nobody holds it`,
          "name another object",
        );
    }
  return found;
}
