/**
 * __pcs_install_empty_sheaf(): an empty sheaf that was got without the lock becomes the main one, or goes to the barn where
 * somebody has been quicker.
 *
 * Context: pcs->lock held on `c`; waits for barn->lock.
 *
 * @kernel v7.3.4 mm/slub.c __pcs_install_empty_sheaf()
 */

import { call, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { bucket } from "../mm/sets.ts";
import { barnPutEmptySheaf, barnPutFullSheaf } from "./barn-put-sheaf.ts";
import { capacityOf, pcsOf, sheaf, sheafOf } from "./state.ts";

export const pcsInstallEmptySheaf = program(
  "__pcs_install_empty_sheaf",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), c: value(id(cpu)), empty: value(id(sheaf)) },
    locals: { full: id(sheaf) },
    kernel: "v7.3.4 mm/slub.c __pcs_install_empty_sheaf()",
    tag: "S",
  },
  (_, { b, c, empty }, { full }) => {
    const { main, spare } = pcsOf(c, b);
    return {
      assert: step(
        "slab_lockdep_assert_held(this_cpu_ptr(&s->cpu_sheaves->lock)); if (likely(!pcs->spare)) { pcs->spare = pcs->main; pcs->main = empty; return; }",
        { ref: "11.5.Bd", marks: ["asserts"] },
        when(main.isNull()).fails("S22", "a CPU has no main sheaf, and its lock is free"),
        when(spare.isNull()).do(spare.set(main), main.set(empty)).goto("done"),
        when(sheafOf(main).size.lt(capacityOf(b))).goto("putEmpty"),
        when(sheafOf(spare).size.lt(capacityOf(b)))
          .do(main.set(spare), spare.set(main))
          .goto("putEmpty"),
        otherwise.do(full.set(main.known())).goto("putFull"),
      ),
      putEmpty: call(
        "barn_put_empty_sheaf(barn, empty);",
        barnPutEmptySheaf,
        { b, one: empty },
        { done: "done" },
        { ref: "11.5.Bd" },
      ),
      putFull: call(
        "barn_put_full_sheaf(barn, pcs->main);",
        barnPutFullSheaf,
        { b, one: full },
        { done: "newMain" },
        { ref: "11.5.Bd" },
      ),
      newMain: step("pcs->main = empty;", { ref: "11.5.Bd" }, otherwise.do(main.set(empty)).goto("done")),
    };
  },
);
