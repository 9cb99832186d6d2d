/**
 * get_partial_node(): takes slabs off a node's partial list, or gives up. The first is the result; with CPU partial
 * lists further ones go to this CPU's, under c->lock, while list_lock is held. Of a debug cache it takes one object.
 *
 * Context: CPU pinned. Spin callers wait for n->list_lock, nolock callers only try it.
 * Return: `got`, null where the C returns NULL; `pcObject` is pc->object, for a debug cache.
 * Abstracts: one node; which slab of the list is taken is a free choice; pfmemalloc_match() always matches.
 *
 * @kernel v6.18 mm/slub.c get_partial_node(), get_partial()
 */

import {
  and,
  bool,
  call,
  choose,
  id,
  lit,
  optional,
  or,
  otherwise,
  program,
  racy,
  range,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { mm } from "../mm/config.ts";
import { listLock } from "../mm/locks.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { allocSingleFromPartial } from "./alloc-single-from-partial.ts";
import { putCpuPartial } from "./put-cpu-partial.ts";
import { k, nrPartial, oneAtATime, removePartial } from "./state.ts";

export const getPartialNode = program(
  "get_partial_node",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      allowSpin: value(bool),
      got: result(optional(id(slabs))),
      pcObject: result(optional(id(object))),
    },
    locals: { flags: bool, more: id(slabs), partialSlabs: range(0, 8) },
    kernel: "v6.18 mm/slub.c get_partial_node()",
    tag: "S",
  },
  (_, { b, allowSpin, got, pcObject }, { flags, more, partialSlabs }) => {
    const { partial } = k.node.at(b);
    const which = listLock(b);
    const none = nrPartial(b).eq(0);
    return {
      entry: step(
        "if (!n || !n->nr_partial) return NULL;",
        { ref: "3.8.1" },
        when(racy(none))
          .do(got.set(lit(null)), pcObject.set(lit(null)))
          .goto("done"),
        when(allowSpin).goto("spin"),
        otherwise.goto("try"),
      ),
      spin: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "take" },
        { ref: "3.8.2" },
      ),
      try: call(
        "else if (!spin_trylock_irqsave(&n->list_lock, flags)) return NULL;",
        spinTrylockIrqsave,
        { which, flags },
        { held: "take", busy: "giveUp" },
        { ref: "3.8.2" },
      ),
      giveUp: step(
        "return NULL;",
        { ref: "3.8.2" },
        otherwise.do(got.set(lit(null)), pcObject.set(lit(null))).goto("done"),
      ),
      take: step(
        "list_for_each_entry_safe(slab, ..) { .. remove_partial(n, slab);",
        { ref: "3.8.3" },
        choose(slabs, (x) =>
          when(and(oneAtATime(b), partial.at(x)))
            .do(got.set(x), more.set(x))
            .goto("single"),
        ),
        choose(slabs, (x) =>
          when(partial.at(x))
            .do(removePartial(b, x), got.set(x), pcObject.set(lit(null)), partialSlabs.set(0))
            .goto("further"),
        ),
        otherwise.do(got.set(lit(null)), pcObject.set(lit(null))).goto("unlock"),
      ),
      single: call(
        "object = alloc_single_from_partial(s, n, slab, pc->orig_size);",
        allocSingleFromPartial,
        { b, slab: more, got: pcObject },
        { done: "unlock" },
        { ref: "3.8.3" },
      ),
      further: select("if (!kmem_cache_has_cpu_partial(s)) break;", [[mm.cpuPartial, "another"]], "unlock"),
      another: step(
        "if (.. partial_slabs > slub_get_cpu_partial(s) / 2) break; .. remove_partial(n, slab); .. partial_slabs++;",
        { ref: "3.8.3" },
        when(or(none, partialSlabs.plus(partialSlabs).gt(mm.cpuPartialSlabs))).goto("unlock"),
        choose(slabs, (x) =>
          when(partial.at(x))
            .do(removePartial(b, x), more.set(x), partialSlabs.set(partialSlabs.plus(1)))
            .goto("put"),
        ),
      ),
      put: call(
        "put_cpu_partial(s, slab, 0);",
        putCpuPartial,
        { b, slab: more, drain: false },
        { done: "another" },
        { ref: "3.8.3" },
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.8.4 3.8.5" },
      ),
    };
  },
);
