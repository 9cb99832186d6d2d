/** Do the paths of the allocator meet what the kernel's meet, and do the versions differ where they should? */

import { describe, expect, it } from "vitest";
import { and, context, element, exists, not, rowsOf, standsIn } from "../../checker/language/index.ts";
import { chain, cpu } from "../../model/machine/sets.ts";
import { m } from "../../model/machine/state.ts";
import { object, slab } from "../../model/mm/sets.ts";
import { p, pageList } from "../../model/page/state.ts";
import { deactivateSlab } from "../../model/slub/deactivate-slab.ts";
import { doSlabFree } from "../../model/slub/do-slab-free.ts";
import { getFreelist } from "../../model/slub/get-freelist.ts";
import { getPartialNode } from "../../model/slub/get-partial-node.ts";
import { putCpuPartial, putPartials } from "../../model/slub/put-cpu-partial.ts";
import { slabAlloc } from "../../model/slub/slab-alloc.ts";
import { slabAllocNode } from "../../model/slub/slab-alloc-node.ts";
import { slabAllocWrapper } from "../../model/slub/slab-alloc-wrapper.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { k } from "../../model/slub/state.ts";
import { ask, finally_, fires, hook, nmi, once, problemsOf, task } from "./setup.ts";

const CHECKED = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S9", "S11", "S13", "S21", "L1", "guards"];
const who = (i: number) => element(context, i);

describe("the fast paths", () => {
  it("an NMI between read and cmpxchg makes the cmpxchg fail", () => {
    const { violated, met } = ask({
      configuration: { buckets: 1, slabs: ["A cpu0 free=2", "A partial free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [...CHECKED, "cmpxchgFails", "fastPath", "nmiAllocates"],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["cmpxchgFails", "fastPath", "nmiAllocates"]);
  });

  it("the link word that was read may be anybody's by then, and is not installed", () => {
    const { violated, met } = ask({
      configuration: { buckets: 1, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [
        ...CHECKED,
        fires("garbage is read", slabAllocNode, "cmpxchg", ({ next }) => next.eq("garbage"), { to: "redo" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["garbage is read"]);
  });

  it("pop and push of the same object change tid: no ABA", () => {
    const { violated, met } = ask({
      configuration: { buckets: 1, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kmalloc A", "kfree #1"])],
      properties: [
        ...CHECKED,
        fires(
          "same head, other tid",
          slabAllocNode,
          "cmpxchg",
          ({ self, c, b, obj }) =>
            and(k.cpuSlab.at(c).at(b).freelist.eq(obj), not(k.cpuSlab.at(c).at(b).seen.at(self))),
          { to: "redo" },
        ),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["same head, other tid"]);
  });

  it("a request for another node loads from the list in place in a nolock call, else only where that node has no slabs", () => {
    const answer = (call: string, memorylessNode: boolean) => {
      const { violated, met } = ask({
        configuration: { buckets: 1, nodeMismatch: true, memorylessNode, slabs: ["A cpu0 free=2", "A partial free=2"] },
        contexts: [task("task0", [call])],
        properties: [...CHECKED, fires("with a list", slabAlloc, "freelist", undefined, { to: "loadFreelist" })],
      });
      expect(violated).toEqual([]);
      return met;
    };
    expect(answer("kmalloc_nolock A", false)).toEqual(["with a list"]);
    expect(answer("kmalloc A", false)).toEqual([]);
    expect(answer("kmalloc A", true)).toEqual(["with a list"]);
  });

  it("only a caller that may spin deactivates the slab of another node", () => {
    const deactivates = fires("deactivates", slabAlloc, "dropFreelist");
    const answer = (call: string) =>
      ask({
        configuration: { buckets: 1, nodeMismatch: true, slabs: ["A cpu0 free=2", "A partial free=2"] },
        contexts: [task("task0", [call])],
        properties: [deactivates],
      }).met;
    expect(answer("kmalloc A")).toEqual(["deactivates"]);
    expect(answer("kmalloc_nolock A")).toEqual([]);
  });

  it("PREEMPT_RT has none: a free takes c->lock, an allocation goes to the slow path", () => {
    const { violated, met } = ask({
      configuration: { preemptRt: true, buckets: 1, slabs: ["A cpu0 free=1"] },
      contexts: [task("task0", ["kmalloc A", "kfree #1"])],
      properties: [
        ...CHECKED,
        "fastPath",
        fires("locked free", doSlabFree, "lockedStore"),
        fires("slow", slabAlloc, "storeFreelist"),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["locked free", "slow"]);
  });
});

describe("the slow paths", () => {
  it("get_freelist() races with a free on another CPU", () => {
    const { violated, met } = ask({
      configuration: { cpus: 2, buckets: 1, slabs: ["A cpu0 free=0", "A partial free=2"] },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kfree s0.o0"], { cpu: 1 })],
      properties: [
        ...CHECKED,
        fires("cmpxchg fails", getFreelist, "cmpxchg", undefined, { to: "read" }),
        fires("remote free", slabAlloc, "full", ({ freelist }) => freelist.notNull()),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["cmpxchg fails", "remote free"]);
  });

  it("put_cpu_partial() spills a full list to the node", () => {
    const { violated, met } = ask({
      configuration: {
        cpuPartial: true,
        buckets: 1,
        minPartial: 0,
        slabs: ["A cpu0 free=0", "A full", "A full", "A full"],
      },
      contexts: [task("task0", ["kfree s1.o0", "kfree s2.o0", "kfree s1.o1", "kmalloc A"])],
      properties: [
        ...CHECKED,
        fires("spill", putCpuPartial, "put", undefined, { to: "unlockSpill" }),
        fires("to the node", putPartials, "next", undefined, { to: "unlock" }),
        fires("from the CPU's list", slabAlloc, "usePartial"),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["from the CPU's list", "spill", "to the node"]);
  });

  it("get_partial_node() takes further slabs for the CPU's list under list_lock", () => {
    const { violated, met } = ask({
      configuration: { cpuPartial: true, buckets: 1, slabs: ["A cpu0 free=0", "A partial free=1", "A partial free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [...CHECKED, fires("further", getPartialNode, "another", undefined, { to: "put" })],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["further"]);
  });

  it("an empty slab is given up where the node has enough, and its page can be had again", () => {
    const page = element(slab, 0);
    const { violated, met } = ask({
      configuration: { pages: true, buckets: 1, minPartial: 0, slabs: ["A partial free=1"] },
      contexts: [task("task0", ["kfree s0.o1", "kmalloc A"])],
      properties: [
        ...CHECKED,
        fires("given up", slabFree, "discard"),
        finally_(
          "slab or free",
          k.slab
            .at(page)
            .cache.isNull()
            .eq(pageList(p.pcpList.at(element(cpu, 0))).has(page)),
        ),
        once(
          "again",
          and(
            k.slab.at(page).frozen,
            exists(object, (x) => k.object.at(x).link.isNull()),
          ),
        ),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["again", "given up"]);
  });

  it("between unfreezing and list_lock a deactivated slab is on no list: a free leaves it alone", () => {
    const { violated, met } = ask({
      configuration: {
        cpus: 2,
        buckets: 1,
        nodeMismatch: true,
        objects: 3,
        slabs: ["A cpu0 free=1", "A partial free=3"],
      },
      contexts: [task("task0", ["kmalloc A"]), task("task1", ["kfree s0.o1"], { cpu: 1 })],
      properties: [
        ...CHECKED,
        once(
          "left alone",
          and(
            standsIn(who(0), rowsOf(deactivateSlab, "decide", "add")),
            standsIn(who(1), rowsOf(slabFree, "after")),
            not(k.slab.at(element(slab, 0)).frozen),
          ),
        ),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["left alone"]);
  });

  it("a task that was moved while it asked for a page goes on with the CPU it is on", () => {
    const { violated, met } = ask({
      configuration: { cpus: 2, migration: true, buckets: 1, slabs: ["page"] },
      contexts: [task("task0", ["kmalloc_nolock A"])],
      properties: [
        ...CHECKED,
        fires("other CPU", slabAlloc, "gotPage", ({ c }) =>
          and(c.eq(element(cpu, 1)), m.chain.at(element(chain, 0)).cpu.eq(element(cpu, 1))),
        ),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["other CPU"]);
  });
});

describe("kmalloc_nolock()", () => {
  const over = (version: string, slabs: string[], call: string, variants: string[] = []) =>
    ask({
      version,
      variants,
      configuration: { slabs },
      contexts: [task("task0", [`kmalloc ${call}`]), nmi("nmi0", [`kmalloc_nolock ${call}`])],
      properties: [...CHECKED, "S15", "ebusyFirst", "secondBucket", "nilAfterTwo"],
    });
  const LAST = ["A cpu0 free=2", "B cpu0 free=0", "B partial free=2"];

  it("finds the bucket locked and takes the next; past the largest there is none", () => {
    const found = over("6.18", ["A cpu0 free=0", "A partial free=2", "B cpu0 free=2"], "A");
    expect(found.violated).toEqual([]);
    expect(found.met).toEqual(["ebusyFirst", "secondBucket"]);
    const none = over("6.18", LAST, "B");
    expect(none.violated).toEqual([]);
    expect(none.met).toEqual(["ebusyFirst"]);
  });

  it("v1 looks the bucket after the largest up; v5 does not", () => {
    expect(over("v1", LAST, "B").violated).toEqual(["S15"]);
    expect(over("v5", LAST, "B").violated).toEqual([]);
  });

  it("with both buckets locked below there is nothing after two attempts", () => {
    const { violated, met } = ask({
      version: "v5",
      configuration: { slabs: ["A cpu0 free=0", "A partial free=2", "B cpu0 free=0", "B partial free=2"] },
      contexts: [
        task("task0", ["kmalloc A"]),
        hook("hook0", ["kmalloc_nolock B"], { at: "unlock" }),
        nmi("nmi0", ["kmalloc_nolock A"]),
      ],
      properties: [...CHECKED, "nilAfterTwo", "secondBucket"],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["nilAfterTwo", "secondBucket"]);
  });

  it("v1 deactivates where 6.18 defers, and spins over the holder below", () => {
    const heap = { buckets: 1, slabs: ["A cpu0 free=0", "page", "page"] };
    const contexts = [task("task0", ["kmalloc_nolock A"]), nmi("nmi0", ["kmalloc_nolock A"])];
    const spins = fires("deactivates", deactivateSlab, "walk");
    expect(ask({ version: "v1", configuration: heap, contexts, properties: [spins] }).met).toEqual(["deactivates"]);
    expect(ask({ version: "6.18", configuration: heap, contexts, properties: ["S9"] }).violated).toEqual([]);
  });

  it("PREEMPT_RT: an NMI or a hardirq gets NULL before it touches anything", () => {
    const { met } = ask({
      configuration: { preemptRt: true, slabs: ["A cpu0 free=2"] },
      contexts: [task("task0", ["kmalloc A"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: [
        "nmiAllocates",
        once("in __slab_alloc()", standsIn(who(1), rowsOf(slabAllocWrapper))),
        once("in __slab_alloc_node()", standsIn(who(1), rowsOf(slabAllocNode))),
      ],
    });
    expect(met).toEqual([]);
  });
});

describe("what the model refuses", () => {
  const told = (small: Parameters<typeof problemsOf>[0]) => problemsOf(small).map((one) => one.what);

  it("a spinning call in an NMI or a hook, with PREEMPT_RT too", () => {
    for (const preemptRt of [false, true]) {
      const found = told({ configuration: { preemptRt }, contexts: [nmi("nmi0", ["kmalloc A"])] });
      expect(found).toEqual(["kmalloc() may spin, and is forbidden in an NMI"]);
    }
  });

  it("a slab on a CPU's partial list without a free object, or where there are no such lists", () => {
    const contexts = [task("task0", ["kmalloc A"])];
    expect(told({ configuration: { cpuPartial: true, slabs: ["A cpuPartial0 free=0"] }, contexts })).toEqual([
      '"A cpuPartial0 free=0": a partial slab has a free object',
    ]);
    expect(told({ configuration: { slabs: ["A cpuPartial0 free=1"] }, contexts })).toEqual([
      '"A cpuPartial0 free=1": CPUs have no partial lists',
    ]);
  });
});
