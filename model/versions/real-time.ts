/** What PREEMPT_RT asks of a caller, and what earlier versions and reviewers asked: R of the variants. */
import { lit, otherwise, patch, step, type Variant, variant, when } from "../../checker/language/index.ts";
import { kmallocNolock } from "../slub/kmalloc-nolock.ts";

export const REAL_TIME: Readonly<Record<string, Variant>> = {
  "no-early-null": variant(
    "no-early-null",
    "R1: on PREEMPT_RT an NMI or a hardirq goes on instead of getting NULL at once",
    patch(kmallocNolock, ({ got }) => ({
      context: step(
        "(variant) no test of in_nmi() and in_hardirq()",
        { tag: "D" },
        when(lit(false))
          .do(got.set(lit(null)))
          .goto("done"),
        otherwise.goto("bucket"),
      ),
    })),
  ),
};
