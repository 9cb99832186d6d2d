/** All rows of the allocator: the functions that its calls begin in and the callback of deferred frees, with all below. */
import { anyOf, type Region, within } from "../../checker/language/index.ts";
import { reachedBy } from "../kernel/model.ts";
import { CALLS } from "./calls.ts";
import { freeDeferredObjects } from "./defer-free.ts";

export const KERNEL_ROWS: Region = anyOf(reachedBy(CALLS), within(freeDeferredObjects));
