/**
 * The hooks of the memory controller in the slab allocator: an object is charged once it is allocated, and the charge
 * goes back before it is freed. Where the charge fails the object is freed again, by the ordinary path.
 *
 * Context: As the allocation or the free that they are part of.
 *
 * @kernel v6.18.35 mm/slub.c memcg_slab_post_alloc_hook(), memcg_alloc_abort_single(), memcg_slab_free_hook();
 *   mm/memcontrol.c __memcg_slab_post_alloc_hook(), __memcg_slab_free_hook()
 */

import { bool, call, id, lit, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { objCgroupCharge } from "../memcg/obj-cgroup-charge.ts";
import { objCgroupPut } from "../memcg/obj-cgroup-put.ts";
import { refillObjStock } from "../memcg/refill-obj-stock.ts";
import { mc, OBJECT_BYTES, objcg as objcgs } from "../memcg/state.ts";
import { mm } from "../mm/config.ts";
import { object } from "../mm/sets.ts";
import { doSlabFree } from "./do-slab-free.ts";

export const memcgSlabPostAllocHook = program(
  "memcg_slab_post_alloc_hook",
  {
    exits: ["charged", "failed"],
    // v1 asks who may spin; later the stock is only tried, whoever comes.
    params: { object: value(optional(id(object))), allowSpin: value(bool) },
    locals: { x: id(object), objcg: id(objcgs) },
    kernel: "v6.18.35 mm/slub.c memcg_slab_post_alloc_hook()",
    tag: "S",
    abstracts: ["memcg: every slab has its obj_exts vector"],
  },
  (self, { object: allocated, allowSpin }, { x, objcg }) => ({
    objcg: step(
      "objcg = current_obj_cgroup(); if (!objcg) return true;",
      { ref: "3.13" },
      when(allocated.isNull()).goto("charged"),
      otherwise.do(x.set(allocated.known()), objcg.set(mm.objcgOf.at(self))).goto("charge"),
    ),
    charge: call(
      "if (obj_cgroup_charge_account(objcg, flags, obj_full_size(s), ..)) return false;",
      objCgroupCharge,
      { objcg, allowSpin },
      { charged: "get", failed: "abort" },
      { ref: "3.13" },
    ),
    get: step(
      "obj_cgroup_get(objcg);",
      { ref: "3.13.14" },
      otherwise.do(mc.objcg.at(objcg).refs.set(mc.objcg.at(objcg).refs.plus(1))).goto("record"),
    ),
    record: step(
      "slab_obj_exts(slab)[off].objcg = objcg;",
      { ref: "3.13.14" },
      otherwise.do(mc.objExts.at(x).set(objcg)).goto("charged"),
    ),
    abort: call(
      "memcg_alloc_abort_single(s, object); /* do_slab_free(.., 1, _RET_IP_) */",
      doSlabFree,
      { x, allowSpin: true },
      { done: "failed" },
      { ref: "3.13.15" },
    ),
  }),
);

export const memcgSlabFreeHook = program(
  "memcg_slab_free_hook",
  {
    exits: ["done"],
    params: { x: value(id(object)), allowSpin: value(bool) },
    locals: { objcg: id(objcgs) },
    kernel: "v6.18.35 mm/memcontrol.c __memcg_slab_free_hook()",
    tag: "S",
  },
  (_, { x, allowSpin }, { objcg }) => ({
    record: step(
      "objcg = obj_exts[off].objcg; if (!objcg) continue; obj_exts[off].objcg = NULL;",
      { ref: "3.13.16", note: "the object is the caller's alone" },
      when(mc.objExts.at(x).isNull()).goto("done"),
      otherwise.do(objcg.set(mc.objExts.at(x).known()), mc.objExts.at(x).set(lit(null))).goto("refill"),
    ),
    refill: call(
      "refill_obj_stock(objcg, obj_size, true, -obj_size, ..);",
      refillObjStock,
      { objcg, give: OBJECT_BYTES, allowUncharge: true, allowSpin },
      { done: "put" },
      { ref: "3.13.16" },
    ),
    put: call("obj_cgroup_put(objcg);", objCgroupPut, { objcg }, { done: "done" }, { ref: "3.13.16" }),
  }),
);
