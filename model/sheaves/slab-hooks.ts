/**
 * The hook of the memory controller after an allocation, since 7.0. Where the charge fails the object is freed again by
 * memcg_alloc_abort_single(): past the sheaves, by the path that may spin, whoever asked.
 *
 * Context: As the allocation that it is part of.
 *
 * @kernel v7.3.4 mm/slub.c memcg_slab_post_alloc_hook(), memcg_alloc_abort_single(); mm/memcontrol.c
 *   __memcg_slab_post_alloc_hook()
 */

import { bool, call, id, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { objCgroupCharge } from "../memcg/obj-cgroup-charge.ts";
import { mc, objcg as objcgs } from "../memcg/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { slabFreeHook } from "../slub/debug-hooks.ts";
import { freeToSlab } from "./free-to-slab.ts";

export const memcgSlabPostAllocHook = program(
  "memcg_slab_post_alloc_hook (7.3)",
  {
    exits: ["charged", "failed"],
    params: { b: value(id(bucket)), object: value(optional(id(object))), allowSpin: value(bool) },
    locals: { x: id(object), objcg: id(objcgs) },
    kernel: "v7.3.4 mm/slub.c memcg_slab_post_alloc_hook()",
    tag: "S",
    abstracts: ["memcg: every slab has its obj_exts vector"],
  },
  (self, { b, object: allocated, allowSpin }, { x, objcg }) => ({
    objcg: step(
      "objcg = current_obj_cgroup(); if (!objcg) return true;",
      { ref: "11.7.A1 11.7.A2" },
      when(allocated.isNull()).goto("charged"),
      otherwise.do(x.set(allocated.known()), objcg.set(mm.objcgOf.at(self))).goto("charge"),
    ),
    charge: call(
      "if (obj_cgroup_charge_account(objcg, flags, obj_full_size(s), ..)) return false;",
      objCgroupCharge,
      { objcg, allowSpin },
      { charged: "get", failed: "abortHook" },
      { ref: "11.7.A4" },
    ),
    get: step(
      "obj_cgroup_get(objcg);",
      { ref: "11.7.A8" },
      otherwise.do(mc.objcg.at(objcg).refs.set(mc.objcg.at(objcg).refs.plus(1))).goto("record"),
    ),
    record: step(
      "slab_obj_exts(slab)[off].objcg = objcg;",
      { ref: "11.7.A8" },
      otherwise.do(mc.objExts.at(x).set(objcg)).goto("charged"),
    ),
    abortHook: call(
      "if (likely(slab_free_hook(s, object, ..)))",
      slabFreeHook,
      {},
      { done: "abort" },
      { ref: "11.7.D" },
    ),
    abort: call(
      "__slab_free(s, slab, object, object, 1, _RET_IP_);",
      freeToSlab,
      { b, x },
      { done: "failed" },
      { ref: "11.7.D" },
    ),
  }),
);
