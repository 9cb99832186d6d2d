/** What became of the sentences about v1 to 6.18 in 7.3.4, where sheaves stand in the place of CPU slabs. */
import type { Later } from "../../checker/spec/model.ts";

const as =
  (is: Later["is"]) =>
  (why: string): Later => ({ release: "7.3", is, why });
const still = as("still so");
const moot = as("moot");
const other = as("other");

const NO_GATE = moot("no CPU slab, no local_lock_is_locked(), no gate: the lock of a CPU's sheaves is only tried");
const NO_FAST_PATH = moot("no tid and no lockless fast path: a sheaf is changed under its lock");
const NO_COST = moot("it speaks of cost");
const DEFERRED = still("the deferred list of each CPU is as it was, now with its work in one record");
const TRYLOCK = other("since 7.0 all that a nolock call wants it tries, on PREEMPT_RT too");

export const IN_73: Readonly<Record<string, Later>> = {
  C1: NO_GATE,
  C2: NO_GATE,
  C3: other("any failure goes to the next bucket, once (`7.3/nmi-gets-the-next-bucket`); there is no -EBUSY"),
  C4: other("the next bucket fails too where its own locks are busy (`7.3/two-hooks-two-buckets`)"),
  C5: still("by trylock of a stock with several slots (`7.3/memcg-references`)"),
  C6: NO_GATE,
  C7: other("entered by local_lock() it would be (`7.3/locks-sheaves`); it is tried"),
  C8: other("by trylock: what is locked by another task fails as well (`7.3/two-tasks`)"),
  C9: TRYLOCK,
  C10: still("can_spin_trylock() says no there (`7.3/nmi-refused`); without SMP in an NMI as well"),
  C11: NO_FAST_PATH,
  C12: NO_GATE,
  C13: still("shown by `7.3/hooks-from-nolock`"),
  C14: moot("there is no -EBUSY"),
  C15: still("and as little so: `7.3/null-without-memory-shortage`"),
  C16: still("so in an NMI (`7.3/nmi-asks-again`), not so where another CPU runs"),
  C17: other("the first pass asks that node, the page may come from any; the model has one node"),
  C18: still("list_lock is taken before the cmpxchg since then (`7.3/locks-list-afterwards`)"),
  C19: other(
    "kfree_nolock() waits for no slab lock (`7.3/nmi-frees-on-kfree`), but for objcg_lock (`7.3/memcg-last-object`)",
  ),
  C20: still("an object of kmalloc() is freed as well (`7.3/nmi-frees-on-kmalloc`)"),
  C21: still("it speaks of a report of KASAN"),
  C22: moot("the hooks of the memory controller are not pinned any more, and try"),
  D1: NO_GATE,
  D2: other("it is all local_trylock() now"),
  D3: moot("local_lock_irqsave_check() was not merged"),
  D4: other("the next bucket is as likely locked as any: all are tried"),
  D5: moot("pages of slabs are frozen"),
  D6: moot("pages of slabs are frozen"),
  D7: still("alloc_frozen_pages_nolock() is what new_slab() calls"),
  D8: still("can_spin_trylock() comes first (`7.3/nmi-refused`)"),
  D9: NO_GATE,
  D10: NO_GATE,
  D11: still("hooks run where a task owns a lock; a nolock call on top only tries (`7.3/hook-at-the-assertions`)"),
  D12: NO_GATE,
  D13: other(
    "the kunit test of 7.3 stands at each assertion of a lock, by kprobe and by NMI (`7.3/hook-at-the-assertions`)",
  ),
  D14: other("any failure goes to the next bucket (`7.3/one-bucket-only`)"),
  D15: still("of how hard an attack is the model says nothing"),
  D16: moot("nothing is asked whose answer an NMI would rely on"),
  D17: NO_COST,
  D18: still("nothing bounds the list"),
  D19: DEFERRED,
  D20: still("also where push and queueing are on two CPUs (`7.3/unpinned-work`)"),
  D21: DEFERRED,
  D22: moot("no deactivate_slab()"),
  D23: other("with SLUB_TINY every free is put off (`7.3/tiny-nmi`)"),
  D24: NO_COST,
  D25: NO_COST,
  E1: still("and nothing it finds is half-way (`7.3/hook-on-kmalloc`, `7.3/nmi-allocates-on-kmalloc`)"),
  E2: NO_GATE,
  E3: NO_GATE,
  E4: TRYLOCK,
  E5: moot("local_lock_irqsave_check() was not merged"),
  E6: DEFERRED,
  E7: moot("no deactivate_slab()"),
  E8: other("a trylock may fail where one before succeeded (`7.3/two-ordinary-tasks`)"),
  E9: TRYLOCK,
  E10: still("the link is at s->offset"),
  E11: other("a new slab that is given up was never counted (`7.3/counts-too-soon` breaks it)"),
  E13: moot("there is no CPU slab that another task could load"),
  E14: other("every instruction may have a probe, and none is in the middle of a freelist (E44)"),
  E15: moot("nothing is asked whose answer an NMI would rely on"),
  E16: other("not safe where the lock has no owner (`7.3/hook-in-list-unlock`, E47)"),
  E17: other("a nolock call tries; hooks inside an rt_mutex itself are E47"),
  E18: moot("NOKPROBE_SYMBOL() is gone with what it guarded"),
  E19: moot("no fast path on either configuration"),
  E20: other(
    "nolock calls are allowed there, as they only try (`7.3/memcg-charge-fails-raw-lock` says with what exception)",
  ),
  E21: NO_GATE,
  E22: other(
    "not so: it may begin in a section of a CPU's sheaves (`7.3/irq-work-below-section`), and disturbs nobody",
  ),
  E23: still("`7.3/callback-sleeps`"),
  E25: moot("frozen means that a debug check failed"),
  E26: still("so it does not try again (`7.3/new-slab-again`)"),
  E27: still("`7.3/debug-nmi` needs its NMI"),
  E29: still("also for kfree_nolock() and for hooks (`7.3/up-nmi-frees-into-barn`, `7.3/up-hook-on-list-lock`)"),
  E32: still("`7.3/asks-with-bit-lock`"),
  E33: moot("statistics are safe in an NMI"),
  E34: still("stocks are tried"),
  E35: still("the trylock waits as well (`7.3/hook-in-list-unlock`)"),
  E39: still("such callers are refused (`7.3/nmi-frees-isolated-page-contended`); in 7.2 not on every road"),
  E40: other("not so where a hook stands in an rt_mutex (`7.3/hook-in-list-unlock`)"),
  E43: still("such callers are refused"),
  E64: still("within the bounds of `7.3/wait-lock-tried`"),
  E65: still("rt_mutex is as it was"),
};
