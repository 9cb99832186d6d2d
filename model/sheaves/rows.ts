/** All rows of the allocator since 7.0: the functions that its calls begin in and the callback of deferred work, with all below. */
import { anyOf, type Region, within } from "../../checker/language/index.ts";
import { reachedBy } from "../kernel/model.ts";
import { callRcuElse } from "./call-rcu.ts";
import { SHEAF_CALLS } from "./calls.ts";
import { deferredPercpuWork } from "./deferred-percpu-work.ts";
import { kfreeCallRcuNolock } from "./kfree-call-rcu-nolock.ts";
import { kvfreeCallRcu } from "./kvfree-call-rcu.ts";
import { rcuDoBatch } from "./rcu-do-batch.ts";

export const SHEAF_ROWS: Region = anyOf(reachedBy(SHEAF_CALLS), within(deferredPercpuWork));

/** The same where a script has to do with RCU. */
export const RCU_ROWS: Region = anyOf(
  SHEAF_ROWS,
  within(kfreeCallRcuNolock),
  within(kvfreeCallRcu),
  within(callRcuElse),
  within(rcuDoBatch),
);
