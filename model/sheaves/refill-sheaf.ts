/**
 * refill_sheaf() and refill_objects(): objects for an empty sheaf that is the caller's own: from listed slabs, then from
 * new ones.
 *
 * Context: No lock held; may spin.
 * Return: by `filled`, or by `short` where the C returns -ENOMEM; the sheaf keeps what it got.
 * Abstracts: one node, so __refill_objects_any() has nothing.
 *
 * @kernel v7.3.4 mm/slub.c refill_sheaf(), refill_objects()
 */

import { call, id, optional, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { allocFromNewSlab } from "./alloc-from-new-slab.ts";
import { newSlab } from "./new-slab.ts";
import { refillObjectsNode } from "./refill-objects-node.ts";
import { capacityOf, sheaf, sheafOf } from "./state.ts";

const refillObjects = program(
  "refill_objects",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), one: value(id(sheaf)) },
    locals: { fresh: optional(id(slabs)), slab: id(slabs), unused: optional(id(object)) },
    kernel: "v7.3.4 mm/slub.c refill_objects()",
    tag: "S",
    abstracts: ["one node: __refill_objects_any() is left out"],
  },
  (_, { b, one }, { fresh, slab, unused }) => ({
    node: call(
      "refilled = __refill_objects_node(s, p, gfp, min, max, get_node(s, local_node), true);",
      refillObjectsNode,
      { b, one },
      { done: "enough" },
      { ref: "11.5.D1" },
    ),
    enough: step(
      "if (refilled >= min) return refilled;",
      { ref: "11.5.D2" },
      when(sheafOf(one).size.ge(capacityOf(b))).goto("done"),
      otherwise.goto("newSlab"),
    ),
    newSlab: call(
      "slab = new_slab(s, gfp, SLAB_ALLOC_DEFAULT, local_node);",
      newSlab,
      { b, allowSpin: true, got: fresh },
      { done: "gotSlab" },
      { ref: "11.5.D2" },
    ),
    gotSlab: step(
      "if (!slab) goto out;",
      { ref: "11.5.D2" },
      when(fresh.isNull()).goto("done"),
      otherwise.do(slab.set(fresh.known())).goto("allocate"),
    ),
    allocate: call(
      "refilled += alloc_from_new_slab(s, slab, p + refilled, max - refilled, true);",
      allocFromNewSlab,
      { b, slab, bulk: true, into: one, allowSpin: true, got: unused },
      { allocated: "enough", failed: "done" },
      { ref: "11.5.D2" },
    ),
  }),
);

export const refillSheaf = program(
  "refill_sheaf",
  {
    exits: ["filled", "short"],
    params: { b: value(id(bucket)), one: value(id(sheaf)) },
    kernel: "v7.3.4 mm/slub.c refill_sheaf()",
    tag: "S",
  },
  (_, { b, one }) => ({
    refill: call(
      "filled = refill_objects(s, &sheaf->objects[sheaf->size], gfp, to_fill, to_fill);",
      refillObjects,
      { b, one },
      { done: "test" },
      { ref: "11.5.Ad" },
    ),
    test: step(
      "sheaf->size += filled; .. if (filled < to_fill) return -ENOMEM;",
      { ref: "11.5.Ad" },
      when(sheafOf(one).size.lt(capacityOf(b))).goto("short"),
      otherwise.goto("filled"),
    ),
  }),
);
