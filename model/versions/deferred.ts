/** Where a free that may not wait is put off to, in earlier versions and proposals: F of the variants. */
import { otherwise, patch, step, type Variant } from "../../checker/language/index.ts";
import { thisCpu } from "../machine/state.ts";
import { deferFree } from "../slub/defer-free.ts";

/** Before 83d59d81b20c nothing pins the CPU between choosing the record and queueing its work. */
export const unpinnedDefer = patch(deferFree, ({ self, c }) => ({
  pin: step("df = this_cpu_ptr(&defer_free_objects);", { ref: "3.9" }, otherwise.do(c.set(thisCpu(self))).goto("push")),
  unpin: step("(model) return", otherwise.goto("done")),
}));

export const DEFERRED: Readonly<Record<string, Variant>> = {};
