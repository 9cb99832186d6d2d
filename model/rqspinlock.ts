/** The model `rqspinlock`: what a spec may ask of BPF's resilient queued spinlock, and how it becomes a system. */

import { kernelModel } from "./kernel/model.ts";
import { CALLS, LOCK_NAMES } from "./rqspinlock/calls.ts";
import { LEDGER } from "./rqspinlock/claims/ledger.ts";
import { rq } from "./rqspinlock/config.ts";
import { HOOK_PLACES } from "./rqspinlock/hooks.ts";
import { g } from "./rqspinlock/properties/ghosts.ts";
import { PROPERTIES, RULES } from "./rqspinlock/properties/index.ts";
import { SETTINGS } from "./rqspinlock/settings.ts";
import { q } from "./rqspinlock/state.ts";
import { VARIANTS } from "./rqspinlock/versions/variants.ts";
import { VERSIONS } from "./rqspinlock/versions/versions.ts";

export default kernelModel({
  name: "rqspinlock",
  title: "BPF's resilient queued spinlock",
  source: "kernel/bpf/rqspinlock.c, include/asm-generic/rqspinlock.h, kernel/locking/qspinlock.h of 7.3.4",
  notModelled: [
    "time: how long a millisecond or a timeout is beside a step; both are a free choice at each look",
    "paravirtualised queued spinlocks, and the report to the BPF stream where a lock is refused",
    "tails of 14 bits and cmpxchg loops on the whole word: the tail changes by one step",
  ],
  roots: [rq, q, g],
  settings: SETTINGS,
  hooks: HOOK_PLACES,
  calls: CALLS,
  versions: Object.fromEntries(Object.entries(VERSIONS).map(([name, { about }]) => [name, about])),
  variants: Object.fromEntries(Object.entries(VARIANTS).map(([name, { summary }]) => [name, summary])),
  own: ({ version, variants }, s) => ({
    variants: [...(VERSIONS[version as string]?.patches ?? []), ...variants.flatMap((name) => VARIANTS[name] ?? [])],
    sizes: { rqLock: s.locks, lastNode: s.nodes - 1, lastEntry: s.held - 1 },
    names: { rqLock: LOCK_NAMES.slice(0, s.locks) },
  }),
  properties: PROPERTIES,
  rules: RULES,
  ledger: LEDGER,
  unfired: {
    "(a stuck owner): keeps": "it stands there for ever: no way out of it is the row's meaning",
  },
  subjects: {
    rqspinlock: "BPF's resilient queued spinlock: does every attempt end, with the lock or with an error that is due?",
  },
});
