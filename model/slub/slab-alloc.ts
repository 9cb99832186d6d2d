/**
 * ___slab_alloc(): the allocation slow path, in the order of the C, to be laid beside the source.
 *
 * Context: CPU pinned. Takes and releases c->lock; spin callers take n->list_lock.
 * `wrong` is the slab that the caller found not to be on the wanted node.
 * Return: `got`, null where the C returns NULL. `c` is the CPU afterwards: around new_slab() it may change.
 * Abstracts: pfmemalloc_match() always matches; the first pass that is restricted to a node is not tried apart.
 *
 * @kernel v6.18 mm/slub.c ___slab_alloc()
 */

import {
  and,
  bool,
  call,
  choose,
  either,
  exists,
  id,
  not,
  optional,
  or,
  orWord,
  otherwise,
  place,
  program,
  racy,
  result,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { pinCpu, unpinCpu } from "../machine/pin.ts";
import { cpu } from "../machine/sets.ts";
import { thisCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { bucket, object, slab as slabs } from "../mm/sets.ts";
import { allocSingleFromNewSlab } from "./alloc-single-from-new-slab.ts";
import { does, underCpuSlabLock } from "./cpu-slab-rows.ts";
import { deactivateSlab } from "./deactivate-slab.ts";
import { deferDeactivateSlab } from "./defer-free.ts";
import { freezeSlab } from "./freeze-slab.ts";
import { getFreelist } from "./get-freelist.ts";
import { getPartialNode } from "./get-partial-node.ts";
import { addsSlab } from "./lists.ts";
import { newSlab } from "./new-slab.ts";
import { putPartials } from "./put-cpu-partial.ts";
import { cpuSlabOf, incSlabsNode, k, linkOf, oneAtATime, stepTid } from "./state.ts";

export const slabAlloc = program(
  "___slab_alloc",
  {
    exits: ["done"],
    params: {
      b: value(id(bucket)),
      allowSpin: value(bool),
      wrong: value(optional(id(slabs))),
      c: place(id(cpu)),
      got: result(optional(id(object))),
    },
    locals: {
      slab: id(slabs),
      fresh: optional(id(slabs)),
      freelist: optional(id(object)),
      next: orWord(optional(id(object)), "garbage"),
      flags: bool,
      flushSlab: id(slabs),
      flushFreelist: optional(id(object)),
    },
    kernel: "v6.18 mm/slub.c ___slab_alloc()",
    tag: "S",
    abstracts: [
      "pfmemalloc_match() always matches",
      "node requests are free choices; no first pass restricted to a node",
    ],
  },
  (self, { b, allowSpin, wrong, c, got }, { slab, fresh, freelist, next, flags, flushSlab, flushFreelist }) => {
    const s = cpuSlabOf(c, b);
    const { lock, unlock } = underCpuSlabLock({ b, c, flags });
    const mismatch = and(mm.nodeMismatch, allowSpin);
    return {
      // reread_slab:
      reread: step(
        "slab = READ_ONCE(c->slab); if (!slab) goto new_slab;",
        { ref: "3.3.1" },
        when(racy(s.slab.isNull())).goto("newSlab"),
        otherwise.do(slab.set(racy(s.slab).known())).goto("nodeMatch"),
      ),
      nodeMatch: select("if (unlikely(!node_match(slab, node)))", [[mismatch, "nodeChoice"]], "lock"),
      nodeChoice: step(
        "if (!node_isset(node, slab_nodes) || !allow_spin) node = NUMA_NO_NODE; else goto deactivate_slab;",
        { ref: "3.3.2 3.3.3", note: "both tests are free choices, but for what the fast path has found" },
        when(and(not(mm.memorylessNode), wrong.eq(slab))).goto("lockDeactivate"),
        either(otherwise.goto("lockDeactivate"), otherwise.goto("lock")),
      ),
      lock: lock("recheck", "3.3.4"),
      recheck: step(
        "if (unlikely(slab != c->slab)) { local_unlock_cpu_slab(s, flags); goto reread_slab; }",
        { ref: "3.3.5" },
        when(s.slab.ne(slab)).goto("unlockReread"),
        otherwise.goto("freelist"),
      ),
      unlockReread: unlock("", "reread", "3.3.5"),
      freelist: step(
        "freelist = c->freelist; if (freelist) goto load_freelist;",
        { ref: "3.3.6" },
        when(s.freelist.notNull()).do(freelist.set(s.freelist)).goto("loadFreelist"),
        otherwise.goto("getFreelist"),
      ),
      getFreelist: call(
        "freelist = get_freelist(s, slab);",
        getFreelist,
        { slab, got: freelist },
        { done: "full" },
        { ref: "3.3.7" },
      ),
      full: step(
        "if (!freelist) { c->slab = NULL;",
        { ref: "3.3.8" },
        when(freelist.isNull()).do(s.slab.set(null)).goto("fullTid"),
        otherwise.goto("loadFreelist"),
      ),
      fullTid: does("c->tid = next_tid(c->tid);", "3.3.8", stepTid(c, b), "fullUnlock"),
      fullUnlock: unlock(" goto new_slab;", "newSlab", "3.3.8"),

      // load_freelist:
      loadFreelist: does("get_freepointer(s, freelist)", "3.3.9", next.set(linkOf(freelist)), "storeFreelist"),
      storeFreelist: step(
        "c->freelist = get_freepointer(s, freelist);",
        { ref: "3.3.10", note: "the object is handed out here" },
        when(next.eq("garbage")).fails("S4", "the slow path installs a link word that somebody owns"),
        otherwise
          .do(s.freelist.set(next.except("garbage")), got.set(freelist), linkOf(freelist).set("garbage"))
          .goto("loadTid"),
      ),
      loadTid: does("c->tid = next_tid(c->tid);", "3.3.11", stepTid(c, b), "loadUnlock"),
      loadUnlock: unlock(" return freelist;", "done", "3.3.12"),

      // deactivate_slab:
      lockDeactivate: lock("recheckDeactivate", "3.3.13"),
      recheckDeactivate: step(
        "if (slab != c->slab) { local_unlock_cpu_slab(s, flags); goto reread_slab; }",
        { ref: "3.3.13" },
        when(s.slab.ne(slab)).goto("unlockReread"),
        otherwise.goto("takeFreelist"),
      ),
      takeFreelist: does("freelist = c->freelist;", "3.3.13", freelist.set(s.freelist), "dropSlab"),
      dropSlab: does("c->slab = NULL;", "3.3.13", s.slab.set(null), "dropFreelist"),
      dropFreelist: does("c->freelist = NULL;", "3.3.13", s.freelist.set(null), "dropTid"),
      dropTid: does("c->tid = next_tid(c->tid);", "3.3.13", stepTid(c, b), "dropUnlock"),
      dropUnlock: unlock("", "deactivate", "3.3.13"),
      deactivate: call(
        "deactivate_slab(s, slab, freelist);",
        deactivateSlab,
        { b, slab, freelist },
        { done: "newSlab" },
        { ref: "3.3.14" },
      ),

      // new_slab:
      newSlab: select("(model) CONFIG_SLUB_CPU_PARTIAL?", [[mm.cpuPartial, "cpuPartial"]], "newObjects"),
      cpuPartial: step(
        "while (slub_percpu_partial(c)) {",
        { ref: "3.3.15" },
        when(racy(exists(slabs, (x) => s.partial.at(x)))).goto("lockPartial"),
        otherwise.goto("newObjects"),
      ),
      lockPartial: lock("recheckPartial", "3.3.15"),
      recheckPartial: step(
        "if (unlikely(c->slab)) { local_unlock_cpu_slab(s, flags); goto reread_slab; }",
        { ref: "3.3.15" },
        when(s.slab.notNull()).goto("unlockReread"),
        otherwise.goto("takePartial"),
      ),
      takePartial: step(
        "slab = slub_percpu_partial(c); slub_set_percpu_partial(c, slab);",
        { ref: "3.3.15 3.3.16", note: "which slab of the list is a free choice" },
        choose(slabs, (x) => when(s.partial.at(x)).do(s.partial.at(x).set(false), slab.set(x)).goto("partialMatch")),
        otherwise.goto("unlockNewObjects"),
      ),
      unlockNewObjects: unlock(" goto new_objects;", "newObjects", "3.3.16"),
      partialMatch: select(
        "if (likely(node_match(slab, node)) || !allow_spin)",
        [[mismatch, "partialChoice"]],
        "usePartial",
      ),
      partialChoice: step(
        "if (likely(node_match(slab, node)) || !allow_spin)",
        { ref: "3.3.17 3.3.18", note: "whether the slab is on the wanted node is a free choice" },
        either(otherwise.goto("usePartial"), otherwise.goto("unlockPartial")),
      ),
      usePartial: does("c->slab = slab;", "3.3.17", s.slab.set(slab), "partialFreelist"),
      partialFreelist: call(
        "freelist = get_freelist(s, slab);",
        getFreelist,
        { slab, got: freelist },
        { done: "loadFreelist" },
        { ref: "3.3.17" },
      ),
      unlockPartial: unlock(" slab->next = NULL;", "detachPartial", "3.3.18"),
      detachPartial: step(
        "slab->next = NULL;",
        { ref: "3.3.18" },
        addsSlab(slab),
        otherwise.do(k.detached.at(self).at(slab).set(true)).goto("putPartials"),
      ),
      putPartials: call("__put_partials(s, slab);", putPartials, { b }, { done: "cpuPartial" }, { ref: "3.3.18" }),

      // new_objects:
      newObjects: call(
        "slab = get_partial(s, node, &pc);",
        getPartialNode,
        { b, allowSpin, got: fresh, pcObject: freelist },
        { done: "gotPartial" },
        { ref: "3.3.19 3.3.20" },
      ),
      gotPartial: step(
        "if (slab) { if (IS_ENABLED(CONFIG_SLUB_TINY) || kmem_cache_debug(s)) { freelist = pc.object; .. return freelist; }",
        { ref: "3.3.20" },
        when(and(oneAtATime(b), fresh.notNull()))
          .do(got.set(freelist))
          .goto("done"),
        when(fresh.notNull()).do(slab.set(fresh.known())).goto("freezePartial"),
        otherwise.goto("unpin"),
      ),
      freezePartial: call(
        "freelist = freeze_slab(s, slab); goto retry_load_slab;",
        freezeSlab,
        { slab, got: freelist },
        { done: "retryLoad" },
        { ref: "3.3.20" },
      ),
      unpin: does("slub_put_cpu_ptr(s->cpu_slab);", "3.3.21", unpinCpu(self), "newPage"),
      newPage: call(
        "slab = new_slab(s, pc.flags, node);",
        newSlab,
        { b, allowSpin, got: fresh },
        { done: "pin" },
        { ref: "3.3.22" },
      ),
      pin: does("c = slub_get_cpu_ptr(s->cpu_slab);", "3.3.23", [...pinCpu(self), c.set(thisCpu(self))], "gotPage"),
      gotPage: step(
        "if (unlikely(!slab)) return NULL; if (.. kmem_cache_debug(s)) {..} freelist = slab->freelist; slab->freelist = NULL; .. slab->frozen = 1; inc_slabs_node(..);",
        { ref: "3.3.24 3.3.26 3.3.27", note: "the new slab is private: its fields change in one step" },
        when(fresh.isNull()).do(got.set(null)).goto("done"),
        when(oneAtATime(b)).do(slab.set(fresh.known())).goto("single"),
        otherwise
          .do(
            slab.set(fresh.known()),
            freelist.set(k.slab.at(fresh).freelist),
            k.slab.at(fresh).freelist.set(null),
            k.slab.at(fresh).inuse.set(mm.objects),
            k.slab.at(fresh).frozen.set(true),
            incSlabsNode(b),
          )
          .goto("retryLoad"),
      ),
      single: call(
        "freelist = alloc_single_from_new_slab(s, slab, orig_size, gfpflags);",
        allocSingleFromNewSlab,
        { b, slab, allowSpin, got: freelist },
        { done: "gotSingle" },
        { ref: "3.3.25" },
      ),
      gotSingle: step(
        "if (unlikely(!freelist)) { if (!allow_spin) return NULL; goto new_objects; } .. return freelist;",
        { ref: "3.3.25" },
        when(or(freelist.notNull(), not(allowSpin)))
          .do(got.set(freelist))
          .goto("done"),
        otherwise.goto("newObjects"),
      ),

      // retry_load_slab:
      retryLoad: lock("conflict", "3.3.28"),
      conflict: step(
        "if (unlikely(c->slab)) {",
        { ref: "3.3.29" },
        when(s.slab.notNull()).do(flushSlab.set(s.slab.known())).goto("flushFreelist"),
        otherwise.goto("loadSlab"),
      ),
      flushFreelist: does("void *flush_freelist = c->freelist;", "3.3.29", flushFreelist.set(s.freelist), "flushSlab"),
      flushSlab: does("c->slab = NULL;", "3.3.29", s.slab.set(null), "flushDrop"),
      flushDrop: does("c->freelist = NULL;", "3.3.29", s.freelist.set(null), "flushTid"),
      flushTid: does("c->tid = next_tid(c->tid);", "3.3.29", stepTid(c, b), "flushUnlock"),
      flushUnlock: unlock("", "flush", "3.3.29"),
      flush: select("if (unlikely(!allow_spin)) {", [[allowSpin, "flushDeactivate"]], "flushDefer"),
      flushDefer: call(
        "defer_deactivate_slab(flush_slab, flush_freelist);",
        deferDeactivateSlab,
        { slab: flushSlab, freelist: flushFreelist },
        { done: "retryLoad" },
        { ref: "3.3.29" },
      ),
      flushDeactivate: call(
        "deactivate_slab(s, flush_slab, flush_freelist);",
        deactivateSlab,
        { b, slab: flushSlab, freelist: flushFreelist },
        { done: "retryLoad" },
        { ref: "3.3.29" },
      ),
      loadSlab: does("c->slab = slab; goto load_freelist;", "3.3.30", s.slab.set(slab), "loadFreelist"),
    };
  },
);
