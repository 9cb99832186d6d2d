/**
 * Why does nobody notice a mutant of a row? `npm run mutants` fails where one survives without a reason here, and where a reason is
 * given for one that is noticed.
 */

const forAll = (why: string, ...mutants: string[]): [string, string][] => mutants.map((name) => [name, why]);

/** Other ways to write the same. Every spec goes the same way with them. */
export const EQUIVALENTS: Readonly<Record<string, string>> = Object.fromEntries([
  ...forAll(
    "debugCaches says no more than that some bucket has debug[b]: where it is false, so is debug of every bucket",
    "___slab_alloc: gotPartial / without: debugCaches (-> done)",
    "___slab_alloc: gotPage / without: debugCaches (-> single)",
    "get_partial_node: take / without: debugCaches (-> single)",
    "__slab_free: entry / without: debugCaches (-> debug)",
    "kmalloc_nolock: unsupported / without: debugCaches (-> gate)",
  ),
  ...forAll(
    "while a slab is a CPU's, or off every list and about to be one's, others only free to it, and each free changes the freelist and the counters: one says as much as the other",
    "get_freelist: cmpxchg / without: slab[slab].freelist == freelist (-> done)",
    "get_freelist: cmpxchg / without: slab[slab].inuse == inuse (-> done)",
    "deactivate_slab: cmpxchg / without: slab[slab].freelist == old (-> decide) (1)",
    "deactivate_slab: cmpxchg / without: slab[slab].inuse == inuse (-> decide) (1)",
    "deactivate_slab: cmpxchg / without: slab[slab].frozen (-> decide) (1)",
    "deactivate_slab: cmpxchg / without: slab[slab].freelist == old (-> decide) (2)",
    "deactivate_slab: cmpxchg / without: slab[slab].inuse == inuse (-> decide) (2)",
    "deactivate_slab: cmpxchg / without: slab[slab].frozen (-> decide) (2)",
    "freeze_slab: cmpxchg / without: slab[slab].freelist == freelist (-> done)",
    "freeze_slab: cmpxchg / without: slab[slab].inuse == inuse (-> done)",
    "freeze_slab: cmpxchg / without: slab[slab].frozen == frozen (-> done)",
  ),
  ...forAll(
    "what it would let pass is the unlock of a lock that is not held: a question of a property, and nobody asks it here",
    "spin_unlock_irqrestore: unlock / always: !smp (-> irqRestore)",
    "spin_unlock: unlock / always: !smp (-> done)",
    "raw_spin_unlock_irqrestore: unlock / always: !smp (-> irqRestore)",
    "slab_unlock: release / always: slab[slab].bitLock == self (-> preempt)",
    "slab_unlock: release / always: !smp (-> preempt)",
  ),
  ...forAll(
    "a slab is given up with no object in use, and new_slab() writes its freelist anew",
    "new_slab: choice / not done: slab[s].inuse = 0 (-> random)",
    "__put_partials: next / not done: slab[s].freelist = nil (-> next)",
    "__put_partials: next / not done: slab[s].inuse = 0 (-> next)",
    "__slab_free: discard / not done: slab[slab].inuse = 0 (-> pages)",
    "free_to_partial_list: freeSlab / not done: slab[slab].inuse = 0 (-> pages)",
    "free_deferred_objects: freeSlab / not done: slab[slab].inuse = 0 (-> pages)",
    "deactivate_slab: discard / not done: slab[slab].inuse = 0 (-> pages)",
  ),
  ...forAll(
    "the local holds that already: nothing was got on any way there",
    "new_slab: choice / not done: got = nil (-> done)",
    "new_slab: gotPage / not done: got = nil (-> done)",
    "rmqueue_bulk: none / not done: got = nil (-> done)",
  ),
  ...forAll(
    "every step that changes c->freelist changes c->tid: where tid is as it was, so is the freelist",
    "__slab_alloc_node: cmpxchg / without: cpuSlab[c][b].freelist == obj (-> done)",
    "do_slab_free: cmpxchg / without: cpuSlab[c][b].freelist == freelist (-> done)",
  ),
  ...forAll(
    "the last two ways do the same",
    "kmalloc_nolock: retry / always: canRetry (-> done)",
    "kmalloc_nolock: retry / always: !canRetry (-> done)",
  ),
  ...forAll(
    "the link of an object that is on a deferred list is nobody's already",
    "free_deferred_objects: restore / not done: object[x].link = garbage (-> check)",
  ),
  ...forAll(
    "who may spin always gets its object from a new slab of a debug cache: no trylock is in its way",
    "___slab_alloc: gotSingle / always: freelist != nil || !allowSpin (-> done)",
  ),
  ...forAll(
    "slabs on the deferred list are frozen but those of debug caches and SLUB_TINY",
    "free_deferred_objects: nextSlab / without: tiny || debugCaches (-> freeSlab)",
  ),
  ...forAll(
    "flags, or saved, says what interrupts were; where the lock leaves them as they are nobody reads it",
    "local_lock_irqsave: migrateDisable / not done: flags = false (-> lock)",
    "spin_lock_irqsave: flags / not done: flags = false (-> lock)",
    "local_lock_irqsave_check: migrateDisable / not done: flags = false (-> owned)",
    "local_lock_irqsave_check: migrateDisable / not done: saved = false (-> owned)",
    "spin_trylock_irqsave: flags / not done: flags = false (-> lock)",
    "local_trylock_irqsave: context / not done: flags = false (-> busy)",
    "local_trylock_irqsave: migrateDisable / not done: flags = false (-> rt)",
    "local_lock_irqsave_check: irqSave / not done: saved = cpu[chain[frame[self].chain].cpu].irqsOff (-> acquire)",
  ),
  ...forAll(
    "the local is set again, or read no more, before anybody asks for it",
    "___slab_alloc: pin / not done: c = chain[frame[self].chain].cpu (-> gotPage)",
    "do_slab_free: lockedFreelist / not done: freelist = cpuSlab[c][b].freelist (-> lockedStore)",
    "local_lock_irqsave_check: tryIrqSave / not done: c = chain[frame[self].chain].cpu (-> tryTest)",
    "local_lock_irqsave_check: migrateDisable / not done: c = chain[frame[self].chain].cpu (-> owned)",
    "local_trylock: context / not done: c = chain[frame[self].chain].cpu (-> busy)",
    "local_trylock_irqsave: context / not done: c = chain[frame[self].chain].cpu (-> busy)",
    "local_trylock_irqsave: migrateDisable / not done: c = chain[frame[self].chain].cpu (-> rt)",
    "local_trylock_irqsave: irqSave / not done: c = chain[frame[self].chain].cpu (-> try)",
    "local_lock_irqsave_check: irqSave / not done: c = chain[frame[self].chain].cpu (-> acquire)",
  ),
  ...forAll(
    "on PREEMPT_RT nobody holds a snapshot of tid",
    "do_slab_free: lockedTid / not done: for each c: context . cpuSlab[c][b].seen[c] = false (-> lockedUnlock)",
  ),
  ...forAll(
    "whether the work is busy is asked by kmem_cache_destroy() alone, and these specs have none",
    "defer_deactivate_slab: queue / not done: irqWork[c][deferred frees].busy = irqWorkSync (-> unpin)",
    "defer_free: queueThat / not done: irqWork[c][deferred frees].busy = irqWorkSync (-> unpin)",
  ),
  ...forAll(
    "on UP the trylock never fails, so that nothing is undone",
    "pcp_spin_trylock: unpin / not done: cpu[chain[frame[self].chain].cpu].irqsOff = !(smp || preemptRt) ? saved : cpu[chain[frame[self].chain].cpu].irqsOff (-> busy)",
  ),
  ...forAll(
    "who sleeps does not run before it is woken",
    "rt_spin_lock: woken / always: chain[frame[self].chain].blockedOn == nil (-> waitLockAgain)",
  ),
  ...forAll(
    "in_nmi() implies in_hardirq(): nmi_enter() counts both",
    "local_trylock: context / without: cpu[chain[frame[self].chain].cpu].nmiCount > 0 (-> busy)",
    "alloc_frozen_pages_nolock: context / without: cpu[chain[frame[self].chain].cpu].nmiCount > 0 (-> done)",
    "__free_frozen_pages: context / without: cpu[chain[frame[self].chain].cpu].nmiCount > 0 (-> park)",
    "local_trylock_irqsave: context / without: cpu[chain[frame[self].chain].cpu].nmiCount > 0 (-> busy)",
  ),
  ...forAll(
    "without SMP nobody that may wait finds a spinlock held: interrupts are off while it is, or its holder is not to be interrupted by who takes it",
    "spin_lock_irqsave: up / always: lock[which].holder == nil (-> held)",
    "spin_lock: up / always: lock[which].holder == nil (-> held)",
  ),
]);

/** What no spec notices, though one could be written that does. */
export const SURVIVORS: Readonly<Record<string, string>> = Object.fromEntries([
  ...forAll(
    "a gap: two waiters of one rt_mutex must be awake while nobody owns it, which takes three tasks that contend for it. A test of the primitive has them (test/model/locks.test.ts), no spec has",
    "rt_spin_lock: retry / always: !(exists c: chain . c != frame[self].chain && chain[c].waitsFor == which && chain[c].blockedOn == nil) (-> contentionEnd)",
  ),
  ...forAll(
    "a gap: where a spec waits for the end of a work there is one kind of work only",
    "irq_work_single: finish / first irqWork in the place of which (-> waiter) (1)",
    "irq_work_single: finish / first irqWork in the place of which (-> waiter) (2)",
  ),
  ...forAll(
    "no spec has a constructor (or another reason to leave offset 0 alone) and gives a slab up whose objects were written to",
    "new_slab: choice / not done: for each s2: slot . object[object(slab: s, slot: s2)].spoilt = false (-> random)",
    "new_slab: gotPage / not done: for each s: slot . object[object(slab: page, slot: s)].spoilt = false (-> random)",
    "do_slab_free: defer / not done: object[x].spoilt = object[x].spoilt || ctor (-> done)",
  ),
  ...forAll(
    "no spec drains a CPU's partial list of slabs whose pages are then looked for",
    "__put_partials: next / not done: detached[self][s] = pages (-> next)",
  ),
  ...forAll(
    "the mark makes a wrong read of an object's link visible; nobody reads it, so that states differ and nothing else",
    "alloc_single_from_partial: take / not done: object[object].link = garbage (-> full)",
    "alloc_single_from_new_slab: take / not done: object[object].link = garbage (-> locked)",
  ),
  ...forAll(
    "no spec of PREEMPT_RT has tasks that wait, move and are passed over at once in every combination: what the scheduler may not choose it would not reach anew",
    "schedule: switch / without: !standsIn(chain[c].top, irq_work_run_list: wait) (-> switch) (2)",
    "schedule: switch / without: chain[cpu[c].current].blockedOn == nil (-> switch)",
    "schedule: switch / without: !standsIn(chain[cpu[c].current].top, irq_work_run_list: wait) (-> switch)",
  ),
  ...forAll(
    "with the variant every free of these specs is deferred at once, or the search of the mutant does not end in its bound",
    "do_slab_free: slab / always: !allowSpin (-> defer)",
  ),
  ...forAll(
    "no spec has the work's list filled anew while kmem_cache_destroy() waits for it, on the same CPU",
    "irq_work_single: finish / here in the place of c (-> waiter) (1)",
  ),
  ...forAll(
    "a page comes back from the allocator as it was given up; that it might not is not modelled",
    "new_slab: gotPage / not done: slab[page].inuse = 0 (-> random)",
    "new_slab: gotPage / not done: slab[page].frozen = false (-> random)",
  ),
  ...forAll(
    "in specs of this variant nobody asks the gate with the lock held below and interrupts enabled",
    "kmalloc_nolock: gate / never: preemptRt ? lock[local(localLockOfCpu(cpu: chain[frame[self].chain].cpu, localLock: cpuSlab(b)))].owner == frame[self].chain : lock[local(localLockOfCpu(cpu: chain[frame[self].chain].cpu, localLock: cpuSlab(b)))].holder != nil (-> retry)",
    "kmalloc_nolock: gate / without: cpu[chain[frame[self].chain].cpu].irqsOff (-> retry)",
  ),
  ...forAll(
    "in specs of this variant the lock that the gate finds is of the same bucket",
    "do_slab_free: gate / always: exists b: bucket . chain(b, b2 -> next(b2)).has(b) && (preemptRt ? lock[local(localLockOfCpu(cpu: chain[frame[self].chain].cpu, localLock: cpuSlab(b)))].owner == frame[self].chain : lock[local(localLockOfCpu(cpu: chain[frame[self].chain].cpu, localLock: cpuSlab(b)))].holder != nil) (-> defer)",
  ),
  ...forAll(
    "the check of D3 and E5 was proposed and dropped: its specs come there with interrupts off already, or never find the lock taken",
    "local_lock_irqsave_check: tryIrqSave / not done: cpu[chain[frame[self].chain].cpu].irqsOff = true (-> tryTest)",
    "local_lock_irqsave_check: owned / never: lock[local(localLockOfCpu(cpu: here, localLock: which))].owner == frame[self].chain (-> warnOwned)",
    "local_lock_irqsave_check: irqSave / not done: cpu[chain[frame[self].chain].cpu].irqsOff = true (-> acquire)",
    "local_lock_irqsave_check: tryUndo / not done: cpu[chain[frame[self].chain].cpu].irqsOff = saved (-> warn)",
  ),
  ...forAll(
    "no spec of this variant asks from there by a context that is not refused before",
    "kmalloc_nolock: context / without: cpu[chain[frame[self].chain].cpu].nmiCount > 0 (-> done)",
    "kmalloc_nolock: context / without: cpu[chain[frame[self].chain].cpu].irqsOff (-> done)",
    "kmalloc_nolock: context / without: cpu[chain[frame[self].chain].cpu].softirqCount > 0 (-> done)",
    "local_trylock_irqsave: context / without: cpu[chain[frame[self].chain].cpu].hardirqCount > 0 (-> busy)",
  ),
  ...forAll(
    "with this version a task that may spin drains the stock at every second charge: no spec has room for a third",
    "refill_obj_stock: test / never: allowSpin (-> drain)",
  ),
  ...forAll(
    "no spec asks an account anything after its last reference is gone",
    "obj_cgroup_put: put / not done: objcg[objcg].refs = 0 (-> pages)",
  ),
  ...forAll(
    "no spec has two contexts that change one account by atomics between each other's read and cmpxchg",
    "obj_cgroup_charge_atomic: cmpxchg / always: objcg[objcg].charged == old (-> charged)",
  ),
  ...forAll(
    "what is counted after a flush and what before it is not told apart",
    "cgroup_rstat_flush: next / not done: rstat[c].counted = false (-> next)",
  ),
  ...forAll(
    "the variant violates S12 with and without",
    "___slab_alloc: count / always: fresh != nil (-> pin)",
    "___slab_alloc: count / never: fresh != nil (-> pin)",
    "___slab_alloc: count / not done: node[b].nrSlabs = accounting ? (node[b].nrSlabs + 1 > 8 ? 8 : node[b].nrSlabs + 1) : node[b].nrSlabs (-> pin)",
    "free_deferred_objects: freeSlab / not done: node[b].nrSlabs = accounting ? (node[b].nrSlabs > -8 ? node[b].nrSlabs - 1 : -8) : node[b].nrSlabs (-> pages)",
  ),
  ...forAll(
    "interrupts are off already where these specs come there",
    "local_trylock_irqsave: irqSave / not done: cpu[chain[frame[self].chain].cpu].irqsOff = true (-> try)",
    "local_trylock_irqsave: undo / not done: cpu[chain[frame[self].chain].cpu].irqsOff = saved (-> busy)",
  ),
  ...forAll(
    "v1 goes on to the largest bucket; no spec has one that is refused in the middle",
    "kmalloc_nolock: retry / always: canRetry (-> supported)",
  ),
]);
