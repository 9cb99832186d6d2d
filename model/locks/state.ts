/** The words of the locks. */
import { context, each, id, optional, state, struct } from "../../checker/language/index.ts";
import { chain, lock, rawLock } from "../machine/sets.ts";

export const l = state({
  lock: each(
    lock,
    struct({
      /** !RT: the frame that set `acquired`, or holds the spinlock. */
      holder: optional(id(context)),
      /** RT: the task that owns the rt_mutex: an interrupt acts as the task it interrupted. */
      owner: optional(id(chain)),
      /** RT: the frame that holds the raw wait_lock. */
      waitLock: optional(id(context)),
    }),
  ),
  /** The frame that holds a raw spinlock. */
  rawLock: each(rawLock, optional(id(context))),
});
