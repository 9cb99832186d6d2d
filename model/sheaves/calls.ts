/** The calls of a script since 7.0. */
import type { Operations } from "../kernel/calls.ts";
import { PAGE_CALLS } from "../page/calls.ts";
import { CGROUP_CALLS, objectCalls, withResults } from "../slub/calls.ts";
import { kfree } from "./kfree.ts";
import { kfreeNolock } from "./kfree-nolock.ts";
import { kmalloc } from "./kmalloc.ts";
import { kmallocNolock } from "./kmalloc-nolock.ts";

export const SHEAF_CALLS: Operations = withResults({
  ...objectCalls({ kmalloc, kmallocNolock, kfree, kfreeNolock }),
  ...CGROUP_CALLS,
  ...PAGE_CALLS,
});
