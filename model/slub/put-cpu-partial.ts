/**
 * put_cpu_partial() and __put_partials(): the per-CPU lists of partial slabs, and where they spill.
 *
 * Context: put_cpu_partial() takes c->lock of this CPU, its caller need not be pinned; __put_partials() waits for n->list_lock.
 * Abstracts: lists are sets, counted in slabs; a spill puts its slabs back in any order under one list_lock section.
 *
 * @kernel v6.18 mm/slub.c put_cpu_partial(), __put_partials()
 */

import {
  and,
  bool,
  call,
  choose,
  type Expr,
  type Id,
  id,
  otherwise,
  program,
  select,
  setEach,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { localLockIrqsave, localUnlockIrqrestore } from "../locks/local-lock.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { cpu } from "../machine/sets.ts";
import { mm } from "../mm/config.ts";
import { cpuSlabLock, listLock, thisCpuSlabLock } from "../mm/locks.ts";
import { bucket, slab as slabs } from "../mm/sets.ts";
import { freeFrozenPages } from "../page/free-frozen-pages.ts";
import { addsListed, addsSlab, givesUpUsed, isInUse, isListed } from "./lists.ts";
import { addPartial, cpuSlabOf, decSlabsNode, giveUpSlab, k, nrCpuPartial, nrPartial } from "./state.ts";

/** Puts the slabs that this frame detached back on the node's list, or gives the empty ones up. */
export const putPartials = program(
  "__put_partials",
  {
    exits: ["done"],
    params: { b: value(id(bucket)) },
    locals: { flags: bool, empty: id(slabs) },
    kernel: "v6.18 mm/slub.c __put_partials()",
    tag: "S",
  },
  (self, { b }, { flags, empty }) => {
    const mine = k.detached.at(self);
    const which = listLock(b);
    /** Not yet looked at: an empty slab stays in the private list, for its page, but is no slab any more. */
    const listed = (x: Expr<Id<"slab">>) => and(mine.at(x), k.slab.at(x).cache.notNull());
    return {
      lock: call(
        "spin_lock_irqsave(&n->list_lock, flags);",
        spinLockIrqsave,
        { which, flags },
        { held: "next" },
        { ref: "3.6b.6" },
      ),
      next: step(
        "if (unlikely(!slab->inuse && n->nr_partial >= s->min_partial)) .. else add_partial(n, slab, DEACTIVATE_TO_TAIL);",
        { ref: "3.6b.6", note: "an empty slab stops being one under the lock; its page is given back after" },
        choose(slabs, (x) =>
          givesUpUsed(and(listed(x), k.slab.at(x).inuse.eq(0), nrPartial(b).ge(mm.minPartial), isInUse(x, 1))),
        ),
        choose(slabs, (x) =>
          when(and(listed(x), k.slab.at(x).inuse.eq(0), nrPartial(b).ge(mm.minPartial)))
            .do(mine.at(x).set(mm.pages), decSlabsNode(b), giveUpSlab(x))
            .goto("next"),
        ),
        choose(slabs, (x) => addsListed(and(listed(x), isListed(x, 1)))),
        choose(slabs, (x) => when(listed(x)).do(mine.at(x).set(false), addPartial(b, x)).goto("next")),
        otherwise.goto("unlock"),
      ),
      unlock: call(
        "spin_unlock_irqrestore(&n->list_lock, flags);",
        spinUnlockIrqrestore,
        { which, flags },
        { done: "pages" },
        { ref: "3.6b.6" },
      ),
      pages: select("(model) is the page allocator modelled?", [[mm.pages, "nextEmpty"]], "done"),
      nextEmpty: step(
        "while (slab_to_discard) { .. discard_slab(s, slab);",
        { ref: "3.6b.6" },
        choose(slabs, (x) => when(mine.at(x)).do(mine.at(x).set(false), empty.set(x)).goto("freePage")),
        otherwise.goto("done"),
      ),
      freePage: call(
        "free_frozen_pages(page, order);",
        freeFrozenPages,
        { page: empty, allowSpin: true },
        { done: "nextEmpty" },
        { ref: "3.6b.6 3.10.F" },
      ),
    };
  },
);

/** Puts one slab on this CPU's partial list; with `drain`, a full list goes to the node first. */
export const putCpuPartial = program(
  "put_cpu_partial",
  {
    exits: ["done"],
    params: { b: value(id(bucket)), slab: value(id(slabs)), drain: value(bool) },
    locals: { flags: bool, c: id(cpu) },
    kernel: "v6.18 mm/slub.c put_cpu_partial()",
    tag: "S",
  },
  (self, { b, slab, drain }, { flags, c }) => {
    const which = cpuSlabLock(c, b);
    const { partial } = cpuSlabOf(c, b);
    return {
      lock: call(
        "local_lock_irqsave(&s->cpu_slab->lock, flags);",
        localLockIrqsave,
        { which: thisCpuSlabLock(b), c, flags },
        { done: "put" },
        { ref: "3.6b.1" },
      ),
      put: step(
        "if (drain && oldslab->slabs >= s->cpu_partial_slabs) slab_to_put = oldslab; .. this_cpu_write(s->cpu_slab->partial, slab);",
        { ref: "3.6b.2 3.6b.3 3.6b.4", note: "read and write are one step: c->partial is touched under c->lock only" },
        addsSlab(slab),
        when(and(drain, nrCpuPartial(c, b).ge(mm.cpuPartialSlabs)))
          .do(
            setEach(slabs, (x) => k.detached.at(self).at(x).set(partial.at(x))),
            setEach(slabs, (x) => partial.at(x).set(x.eq(slab))),
          )
          .goto("unlockSpill"),
        otherwise.do(partial.at(slab).set(true)).goto("unlock"),
      ),
      unlock: call(
        "local_unlock_irqrestore(&s->cpu_slab->lock, flags);",
        localUnlockIrqrestore,
        { which, flags },
        { done: "done" },
        { ref: "3.6b.5" },
      ),
      unlockSpill: call(
        "local_unlock_irqrestore(&s->cpu_slab->lock, flags);",
        localUnlockIrqrestore,
        { which, flags },
        { done: "spill" },
        { ref: "3.6b.5" },
      ),
      spill: call("__put_partials(s, slab_to_put);", putPartials, { b }, { done: "done" }, { ref: "3.6b.6" }),
    };
  },
);
