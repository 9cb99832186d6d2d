/** Debug caches and SLUB_TINY take and free one object at a time, as 6.18 does; what lists a slab may be on is ours. */
import { allocSingleFromPartialOf } from "../slub/alloc-single-from-partial.ts";
import { freeToPartialListOf } from "../slub/free-to-partial-list.ts";
import { SHEAF_LISTS } from "./lists.ts";

export const allocSingleFromPartial = allocSingleFromPartialOf("alloc_single_from_partial (7.3)", SHEAF_LISTS);
export const freeToPartialList = freeToPartialListOf("free_to_partial_list (7.3)", SHEAF_LISTS);
