/** The calls of a script since 7.0. */
import { call } from "../../checker/language/index.ts";
import { begins, type Operations } from "../kernel/calls.ts";
import { queueWork } from "../memcg/queue-work.ts";
import { PAGE_CALLS } from "../page/calls.ts";
import { CGROUP_CALLS, objectCalls, withResults } from "../slub/calls.ts";
import { kfree } from "./kfree.ts";
import { kfreeNolock } from "./kfree-nolock.ts";
import { kmalloc } from "./kmalloc.ts";
import { kmallocNolock } from "./kmalloc-nolock.ts";

export const SHEAF_CALLS: Operations = withResults({
  ...objectCalls({ kmalloc, kmallocNolock, kfree, kfreeNolock }),
  ...CGROUP_CALLS,
  queue_work: {
    about: "a work of somebody else's is queued",
    form: "queue_work",
    only: { kinds: ["task", "softirq", "hardirq"], what: "waits for a lock", mend: "make the context another kind" },
    programs: begins(queueWork),
    read: (words) =>
      words.length > 0
        ? null
        : { rows: ({ begin, back }) => ({ [begin]: call("queue_work(wq, work)", queueWork, {}, { done: back }) }) },
  },
  ...PAGE_CALLS,
});
