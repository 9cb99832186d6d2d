/** What a nolock caller does with list_lock and with a slab that it must give up, in earlier versions: N of the variants. */
import { patch, select, type Variant } from "../../checker/language/index.ts";
import { slabAlloc } from "../slub/slab-alloc.ts";

/** A nolock caller that finds another slab loaded deactivates it, and so waits for list_lock. */
export const nolockDeactivates = patch(
  slabAlloc,
  () => ({ flush: select("deactivate_slab(s, flush_slab, flush_freelist);", [], "flushDeactivate") }),
  { removed: ["flushDefer"] },
);

export const NODE_LIST: Readonly<Record<string, Variant>> = {};
