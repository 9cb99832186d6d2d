/**
 * alloc_from_pcs(): an object from this CPU's main sheaf, for ordinary and for nolock callers. Nobody waits for the lock.
 *
 * Context: Any.
 * Return: `got`, null where the C returns NULL.
 * Abstracts: whether a node was asked for that the CPU, or the object, is not on is a free choice.
 *
 * @kernel v7.3.4 mm/slub.c alloc_from_pcs()
 */

import {
  bool,
  call,
  either,
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
import { localUnlock } from "../locks/local-lock.ts";
import { localTrylock } from "../locks/local-trylock.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { bucket, object } from "../mm/sets.ts";
import { oneAtATime } from "../slub/state.ts";
import { pcsReplaceEmptyMain } from "./pcs-replace-empty-main.ts";
import { pcsOf, sheafOf, sheavesLock, thisSheavesLock } from "./state.ts";

export const allocFromPcs = program(
  "alloc_from_pcs",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), allowSpin: value(bool), got: result(optional(id(object))) },
    locals: { c: id(cpu), object: id(object) },
    kernel: "v7.3.4 mm/slub.c alloc_from_pcs()",
    tag: "S",
  },
  (_, { b, allowSpin, got }, { c, object: x }) => {
    const { main } = pcsOf(c, b);
    const which = sheavesLock(c, b);
    return {
      entry: select("if (unlikely(node_requested && ..", [[mm.nodeMismatch, "node"]], "trylock"),
      node: step(
        ".. node != numa_mem_id())) .. return NULL;",
        { ref: "11.2.B1", note: "a free choice" },
        either(otherwise.goto("trylock"), otherwise.do(got.set(lit(null))).goto("done")),
      ),
      trylock: call(
        "if (!local_trylock(&s->cpu_sheaves->lock)) return NULL;",
        localTrylock,
        { which: thisSheavesLock(b), c },
        { held: "size", busy: "busy" },
        { ref: "11.2.B2" },
      ),
      busy: step("return NULL;", { ref: "11.2.B2" }, otherwise.do(got.set(lit(null))).goto("done")),
      size: step(
        "if (unlikely(pcs->main->size == 0)) {",
        { ref: "11.2.B3" },
        when(oneAtATime(b)).goto("replace"),
        when(main.isNull()).fails("S22", "a CPU has no main sheaf, and its lock is free"),
        when(sheafOf(main).size.eq(0)).goto("replace"),
        otherwise.goto("object"),
      ),
      replace: call(
        "pcs = __pcs_replace_empty_main(s, pcs, gfp, alloc_flags); if (unlikely(!pcs)) return NULL;",
        pcsReplaceEmptyMain,
        { b, allowSpin, c },
        { locked: "object", unlocked: "none" },
        { ref: "11.2.B3" },
      ),
      none: step("return NULL;", { ref: "11.2.C6" }, otherwise.do(got.set(lit(null))).goto("done")),
      object: step(
        "object = pcs->main->objects[pcs->main->size - 1];",
        { ref: "11.2.B4" },
        when(main.isNull()).fails("S22", "a CPU has no main sheaf"),
        when(sheafOf(main).size.eq(0)).fails("S22", "takes an object from an empty sheaf"),
        otherwise.do(x.set(sheafOf(main).objects.at(sheafOf(main).size.minus(1)).known())).goto("onNode"),
      ),
      onNode: select("if (unlikely(node_requested))", [[mm.nodeMismatch, "verify"]], "take"),
      verify: step(
        "if (page_to_nid(virt_to_page(object)) != node)",
        { ref: "11.2.B5", note: "a free choice" },
        either(otherwise.goto("take"), otherwise.goto("unlockMismatch")),
      ),
      unlockMismatch: call(
        "local_unlock(&s->cpu_sheaves->lock); .. return NULL;",
        localUnlock,
        { which },
        { done: "busy" },
        { ref: "11.2.B5" },
      ),
      take: step(
        "pcs->main->size--;",
        { ref: "11.2.B6", note: "the object is handed out here; what stands above the size is nobody's" },
        when(sheafOf(main).size.eq(0)).fails("S22", "takes an object from an empty sheaf"),
        otherwise
          .do(
            sheafOf(main).size.set(sheafOf(main).size.minus(1)),
            sheafOf(main).objects.at(sheafOf(main).size.minus(1)).set(lit(null)),
          )
          .goto("unlock"),
      ),
      unlock: call(
        "local_unlock(&s->cpu_sheaves->lock);",
        localUnlock,
        { which },
        { done: "return" },
        { ref: "11.2.B7" },
      ),
      return: step("return object;", { ref: "11.2.B7" }, otherwise.do(got.set(x)).goto("done")),
    };
  },
);
