/** The model `slub`: what a spec may ask of kmalloc_nolock() and kfree_nolock(), version by version. */
import { defineModel } from "../checker/spec/model.ts";
import { BUGS } from "./bugs.ts";
import { LEDGER } from "./claims/ledger.ts";
import { cpuSlabModel } from "./cpu-slabs.ts";
import { byVersion } from "./kernel/by-version.ts";
import { anyTwins } from "./questions/any-twin.ts";
import { COMPANY } from "./questions/company.ts";
import { grow } from "./questions/grow.ts";
import { SUBJECTS } from "./questions/subjects.ts";
import { SHEAF_CALLS } from "./sheaves/calls.ts";
import { sheafModel } from "./sheaves.ts";
import { CALLS } from "./slub/calls.ts";
import { EQUIVALENTS, SURVIVORS } from "./survivors.ts";
import { UNFIRED } from "./unfired.ts";
import { VERSIONS, versionsOf } from "./versions/versions.ts";
import { VIEWS } from "./views.ts";

const whole = byVersion(
  {
    name: "slub",
    title: "kmalloc_nolock() and kfree_nolock() of the Linux slab allocator",
    source: "mm/slub.c, kernel/locking/, kernel/irq_work.c of 6.18.35 and 7.3.4",
    notModelled: [
      "what KASAN, kmemleak, KFENCE, debug objects and debug caches check",
      "CPU and memory hotplug, cache destruction beyond its barrier, NUMA beyond a mismatch",
      "locks of cpusets, workqueues, css references and the scheduler (docs/soundness.md)",
    ],
    versions: Object.fromEntries(Object.entries(VERSIONS).map(([name, { about }]) => [name, about])),
    ledger: LEDGER,
    bugs: BUGS,
    company: COMPANY,
    subjects: SUBJECTS,
    views: VIEWS,
    unfired: UNFIRED,
    survivors: SURVIVORS,
    equivalents: EQUIVALENTS,
    grow,
  },
  [
    { versions: versionsOf("cpuSlabs"), model: cpuSlabModel },
    { versions: versionsOf("sheaves"), model: sheafModel },
  ],
);

export default defineModel({
  ...whole,
  anyTwins: (question) =>
    anyTwins(question, {
      once: [CALLS, SHEAF_CALLS].flatMap((calls) => Object.keys(calls).filter((name) => calls[name]?.once)),
      mayCall: (context, there) => whole.mayCall?.(context, there) ?? [],
      hasCpuSlabs: versionsOf("cpuSlabs").includes(question.version ?? ""),
    }),
});
