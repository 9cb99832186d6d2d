/**
 * ___slab_alloc() since 7.0: an object past the sheaves, from a listed slab or from a new one.
 *
 * Context: No lock held. nolock callers never wait.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: one node, so get_from_any_partial() has nothing, and there is one pass.
 *
 * @kernel v7.3.4 mm/slub.c ___slab_alloc(), get_from_partial()
 */

import {
  bool,
  call,
  id,
  lit,
  optional,
  otherwise,
  program,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { allocFromNewSlab } from "./alloc-from-new-slab.ts";
import { allocSingleFromNewSlab } from "./alloc-single-from-new-slab.ts";
import { getFromPartialNode } from "./get-from-partial-node.ts";
import { newSlab } from "./new-slab.ts";

export const slabAlloc = program(
  "___slab_alloc (7.3)",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(object))) },
    locals: { object: optional(id(object)), fresh: optional(id(slabs)), slab: id(slabs) },
    kernel: "v7.3.4 mm/slub.c ___slab_alloc()",
    tag: "S",
    abstracts: [
      "one node: get_from_any_partial() is left out, and so is the second pass for a node that was asked for",
    ],
  },
  (_, { b, allowSpin, got }, { object: x, fresh, slab }) => ({
    newObjects: call(
      "object = get_from_partial(s, node, trynode_flags, ac);",
      getFromPartialNode,
      { b, allowSpin, got: x },
      { done: "gotPartial" },
      { ref: "11.2.D2" },
    ),
    gotPartial: step(
      "if (object) goto success;",
      { ref: "11.2.D3" },
      when(x.notNull()).do(got.set(x)).goto("done"),
      otherwise.goto("newSlab"),
    ),
    newSlab: call(
      "slab = new_slab(s, trynode_flags, ac->alloc_flags, node);",
      newSlab,
      { b, allowSpin, got: fresh },
      { done: "gotSlab" },
      { ref: "11.2.D4" },
    ),
    gotSlab: step(
      "if (unlikely(!slab)) { .. return NULL; } .. if (IS_ENABLED(CONFIG_SLUB_TINY) || kmem_cache_debug(s))",
      { ref: "11.2.D5 11.2.D6" },
      when(fresh.isNull())
        .do(got.set(lit(null)))
        .goto("done"),
      when(oneAtATime(b)).do(slab.set(fresh.known())).goto("single"),
      otherwise.do(slab.set(fresh.known())).goto("fromNew"),
    ),
    single: call(
      "object = alloc_single_from_new_slab(s, slab, ac);",
      allocSingleFromNewSlab,
      { b, slab, allowSpin, got: x },
      { done: "gotSingle" },
      { ref: "11.2.D6" },
    ),
    gotSingle: step(
      "if (likely(object)) goto success;",
      { ref: "11.2.D6" },
      when(x.notNull()).do(got.set(x)).goto("done"),
      otherwise.goto("again"),
    ),
    fromNew: call(
      "if (alloc_from_new_slab(s, slab, &object, 1, allow_spin))",
      allocFromNewSlab,
      { b, slab, bulk: false, into: null, allowSpin, got: x },
      { allocated: "return", failed: "again" },
      { ref: "11.2.D6" },
    ),
    return: step("return object;", { ref: "11.2.D6 11.2.D8" }, otherwise.do(got.set(x)).goto("done")),
    again: select("if (allow_spin)", [[allowSpin, "newObjects"]], "fail"),
    fail: step("return NULL;", { ref: "11.2.D7" }, otherwise.do(got.set(lit(null))).goto("done")),
  }),
);
