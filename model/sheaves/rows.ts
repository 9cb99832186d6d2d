/** All rows of the allocator since 7.0: the functions that its calls begin in and the callback of deferred work, with all below. */
import { anyOf, type Region, within } from "../../checker/language/index.ts";
import { reachedBy } from "../kernel/model.ts";
import { SHEAF_CALLS } from "./calls.ts";
import { deferredPercpuWork } from "./deferred-percpu-work.ts";

export const SHEAF_ROWS: Region = anyOf(reachedBy(SHEAF_CALLS), within(deferredPercpuWork));
