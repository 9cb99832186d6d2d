/**
 * A reader: between rcu_read_lock() and rcu_read_unlock() it may look at any object that was not given to kfree_rcu() before.
 *
 * Context: Any.
 *
 * @kernel v7.3.4 include/linux/rcupdate.h rcu_read_lock(), rcu_read_unlock()
 */

import { otherwise, program, setEach, step } from "../../checker/language/index.ts";
import { object } from "../mm/sets.ts";
import { queuedObject, queuedSheaf, r } from "./rcu-state.ts";
import { sheaf } from "./state.ts";

export const rcuRead = program(
  "rcu_read_lock",
  {
    exits: ["done"],
    kernel: "v7.3.4 include/linux/rcupdate.h rcu_read_lock()",
    inlines: "include/linux/rcupdate.h rcu_read_unlock()",
    tag: "S",
  },
  (self) => ({
    lock: step("__rcu_read_lock();", { ref: "11.4.R" }, otherwise.do(r.reading.at(self).set(true)).goto("unlock")),
    unlock: step(
      "__rcu_read_unlock();",
      { ref: "11.4.R", note: "until here it looks at objects" },
      otherwise
        .do(
          r.reading.at(self).set(false),
          setEach(sheaf, (s) => queuedSheaf(s).readers.at(self).set(false)),
          setEach(object, (x) => queuedObject(x).readers.at(self).set(false)),
        )
        .goto("done"),
    ),
  }),
);
