/** Is each version the code of the release that it is named after, where releases of 6.18 differ? And what settings say. */
import { describe, expect, it } from "vitest";
import { leftOut } from "../../checker/report/text.ts";
import model from "../../model/index.ts";
import { drainPagesZone } from "../../model/page/free-pages.ts";
import { getRandomU32 } from "../../model/random/get-random.ts";
import { kmallocNolock } from "../../model/slub/kmalloc-nolock.ts";
import { newSlab } from "../../model/slub/new-slab.ts";
import { outcomeOf } from "../web/pages.ts";
import { type Answer, ask, fires, hardirq, hook, nmi, problemsOf, softirq, task } from "./setup.ts";

const goesOn = fires("goes on", kmallocNolock, "bucket");
const SLABS = ["A cpu0 free=1", "A partial free=1", "page"];

describe("the releases", () => {
  it("are named in what each version says of itself, and 6.18 as shipped is the default", () => {
    expect(Object.keys(model.versions)).toEqual(["6.18", "6.18.15", "6.18-rc1", "v5", "v3", "v2", "v1", "7.3", "7.2"]);
    expect(model.versions["6.18"]).toContain("as shipped in 6.18.35");
    expect(model.versions["6.18.15"]).toContain("as shipped in 6.18.15");
    expect(model.versions["6.18-rc1"]).toContain("the merge window's code");
  });

  it("PREEMPT_RT: whoever is not preemptible gets NULL at once, before 6.18.15 only an NMI or a hardirq", () => {
    const met = (version: string, frame: ReturnType<typeof hook>) =>
      ask({
        version,
        configuration: { preemptRt: true, buckets: 1, slabs: SLABS },
        contexts: [task("task0", ["kmalloc A"]), frame],
        properties: [goesOn],
      }).met.length > 0;
    const asks = (version: string) => [
      met(version, hook("hook0", ["kmalloc_nolock A"])),
      met(version, hook("hook0", ["kmalloc_nolock A"], { at: "rt_spin_unlock entry" })),
      met(version, hardirq("irq0", ["kmalloc_nolock A"])),
      met(version, nmi("nmi0", ["kmalloc_nolock A"])),
    ];
    for (const version of ["6.18", "6.18.15"]) expect(asks(version)).toEqual([false, true, false, false]);
    for (const version of ["6.18-rc1", "v5", "v1"]) expect(asks(version)).toEqual([true, true, false, false]);
  });

  it("without SMP an NMI gets NULL at once in 6.18 only, a softirq never", () => {
    const met = (version: string, frame: ReturnType<typeof nmi>) =>
      ask({
        version,
        configuration: { smp: false, buckets: 1, slabs: SLABS },
        contexts: [task("task0", ["kmalloc A"]), frame],
        properties: [goesOn],
      }).met.length > 0;
    const asks = (version: string) => [
      met(version, nmi("nmi0", ["kmalloc_nolock A"])),
      met(version, softirq("softirq0", ["kmalloc_nolock A"])),
    ];
    expect(asks("6.18")).toEqual([false, true]);
    for (const version of ["6.18.15", "6.18-rc1", "v5"]) expect(asks(version)).toEqual([true, true]);
  });

  it("without SMP a drain of a page list has interrupts off from 6.18.15 on", () => {
    const cutInside = (version: string, smp: boolean) =>
      ask({
        version,
        configuration: { smp, pages: true, buckets: 1, slabs: ["page pcp0", "page pcp0"] },
        contexts: [task("task0", ["drain cpu0"]), hardirq("irq0", ["alloc_page"])],
        properties: [fires("drains", drainPagesZone, "count")],
      }).cuts("irq0");
    const INSIDE = "drain_pages_zone: count";
    for (const version of ["6.18", "6.18.15"]) expect(cutInside(version, false)).not.toContain(INSIDE);
    expect(cutInside("6.18-rc1", false)).toContain(INSIDE);
    expect(cutInside("6.18", true)).toContain(INSIDE);
  });
});

describe("a new slab and the random generator", () => {
  const answer = (version: string, call: string, freelistRandom = true): Answer =>
    ask({
      version,
      configuration: { buckets: 1, freelistRandom, slabs: ["page"] },
      contexts: [task("task0", [call])],
      properties: ["S9", fires("asks", getRandomU32, "take"), fires("own state", newSlab, "ownState")],
    });

  it("is asked by who may spin, and until the mend of Feb 2026 by all", () => {
    expect(answer("6.18", "kmalloc A")).toMatchObject({ violated: [], met: ["asks"] });
    expect(answer("6.18", "kmalloc_nolock A")).toMatchObject({ violated: [], met: ["own state"] });
    for (const version of ["6.18.15", "6.18-rc1", "v5", "v2", "v1"]) {
      const system = { configuration: { buckets: 1, freelistRandom: true, slabs: ["page"] }, version };
      const asked = ask({
        ...system,
        contexts: [task("task0", ["kmalloc_nolock A"])],
        properties: ["S9", fires("asks", getRandomU32, "take")],
      });
      expect([version, asked.violated, asked.met]).toEqual([version, [], ["asks"]]);
    }
  });

  it("leaves locks as it found them, on PREEMPT_RT too", () => {
    for (const preemptRt of [false, true]) {
      const { violated, met } = ask({
        configuration: { preemptRt, buckets: 1, freelistRandom: true, slabs: ["page"] },
        contexts: [task("task0", ["kmalloc A", "kfree #1"])],
        properties: ["S9", "S10", "S1", fires("asks", getRandomU32, "take")],
      });
      expect([violated, met]).toEqual([[], ["asks"]]);
    }
  });
});

describe("helpers out of line", () => {
  const cuts = (outOfLine: string[], version = "6.18") =>
    ask({
      version,
      configuration: { buckets: 1, outOfLine, slabs: ["A cpu0 free=0", "A partial free=1"] },
      contexts: [task("task0", ["kmalloc A"]), hook("hook0", ["kmalloc_nolock A"])],
    }).cuts("hook0");

  it("may be probed; inlined they are closed with ___slab_alloc()", () => {
    const of = (rows: ReadonlySet<string>) =>
      ["get_freelist: read", "freeze_slab: read", "___slab_alloc: freelist"].map((row) => rows.has(row));
    expect(of(cuts([]))).toEqual([false, false, false]);
    expect(of(cuts(["get_freelist"]))).toEqual([true, false, false]);
    expect(of(cuts(["freeze_slab"]))).toEqual([false, true, false]);
    expect(of(cuts([], "v5"))).toEqual([true, true, true]);
  });
});

describe("a cache that is destroyed", () => {
  it("is said to be no kmalloc cache, in the report of each spec that destroys one", async () => {
    const specs = [
      "deferred/destroy-waits.json",
      "deferred/destroy-waits.json@preemptRt",
      "deferred/serialised-barriers.json",
      "deferred/no-barrier.json",
      "deferred/two-barriers.json",
    ];
    for (const name of specs) {
      const said = leftOut(await outcomeOf(`specs/${name}`))
        .join(" ")
        .replace(/\s+/g, " ");
      expect(said, name).toContain("stands for a cache of kmem_cache_create(): kmalloc caches never are");
    }
    expect(leftOut(await outcomeOf("specs/slabs/nmi-on-kmalloc.json")).join(" ")).not.toContain("kmem_cache_create");
  });
});

describe("settings that do not fit", () => {
  const told = (configuration: object, version = "6.18", variants: string[] = []) =>
    problemsOf({
      configuration: { ...configuration },
      version,
      variants,
      contexts: [task("task0", ["kmalloc A"])],
    }).map(({ path, what }) => `${path}: ${what}`);

  it("are told where they stand", () => {
    expect(told({ memorylessNode: true })).toEqual(["/configuration/memorylessNode: nobody asks for a node here"]);
    expect(told({ memorylessNode: true, nodeMismatch: true })).toEqual([]);
    expect(told({ tiny: true, freelistRandom: true, slabs: ["A partial free=1"] })).toEqual([
      "/configuration/tiny: SLUB_TINY leaves SLAB_FREELIST_RANDOM out",
    ]);
    expect(told({ memcgStockFull: true })).toEqual(["/configuration/memcg: nothing is charged here"]);
    for (const [version, variants] of [
      ["v1", []],
      ["6.18", ["memcg-v1"]],
    ] as const)
      expect(told({ memcg: true, memcgStockFull: true }, version, [...variants])).toEqual([
        "/configuration/memcgStockFull: v1's stock of pages has one slot, and no lock of its own",
      ]);
  });
});
