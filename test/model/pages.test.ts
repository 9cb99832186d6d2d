/** Do pages go where the page allocator puts them, and what does the model refuse to do with a page? */

import { describe, expect, it } from "vitest";
import { and, element } from "../../checker/language/index.ts";
import { cpu } from "../../model/machine/sets.ts";
import { freeFrozenPages, freeOnePage, freePcppagesBulk, parkPage } from "../../model/page/free-frozen-pages.ts";
import { pfnScanner } from "../../model/page/pfn-scanner.ts";
import { p, pageList } from "../../model/page/state.ts";
import { deactivateSlab } from "../../model/slub/deactivate-slab.ts";
import { putPartials } from "../../model/slub/put-cpu-partial.ts";
import { slabFree } from "../../model/slub/slab-free.ts";
import { ask, fires, hardirq, nmi, once, problemsOf, task } from "./setup.ts";

const CHECKED = ["S2", "S4", "S6", "S9", "S13", "S18", "guards"];
const here = p.pcpList.at(element(cpu, 0));
const pages = { buckets: 1, pages: true };

describe("pages", () => {
  it("a refill of two leaves the second on the CPU's list", () => {
    const { violated, met } = ask({
      configuration: { ...pages, pcpBatch: 2, slabs: ["page", "page"] },
      contexts: [task("task0", ["alloc_page"])],
      properties: [...CHECKED, once("second", and(here.notNull(), p.zoneList.isNull()))],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["second"]);
  });

  it("a list that is too long gives a page back to the zone, for a caller that may wait for its lock", () => {
    const answer = (free: string) =>
      ask({
        configuration: { ...pages, pcpHigh: 1, slabs: ["page held"] },
        contexts: [task("task0", [free])],
        properties: [...CHECKED, fires("gives back", freePcppagesBulk, "count")],
      });
    expect(answer("free_page s0")).toMatchObject({ violated: [], met: ["gives back"] });
    expect(answer("free_pages_nolock s0")).toMatchObject({ violated: [], met: [] });
  });

  it("a drain empties the list of the CPU that it names", () => {
    const { violated } = ask({
      configuration: { ...pages, cpus: 2, slabs: ["page pcp1", "page pcp1"] },
      contexts: [task("task0", ["drain cpu1"])],
      properties: [...CHECKED, once("empty", pageList(p.zoneList).length().eq(2))],
    });
    expect(violated).toEqual([]);
  });

  it("a page is parked only where both locks are held below, and goes back with a free that has the zone's", () => {
    const { violated, met } = ask({
      configuration: { ...pages, pcpHigh: 1, slabs: ["page held", "page held", "page held"] },
      contexts: [
        task("task0", ["free_page s0"]),
        hardirq("irq0", ["free_page s1"]),
        nmi("nmi0", ["free_pages_nolock s2"]),
      ],
      properties: [
        ...CHECKED,
        fires("parks", parkPage, "push"),
        fires("goes back", freeOnePage, "next", undefined, { to: "add" }),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["goes back", "parks"]);
  });

  it("PREEMPT_RT: an NMI parks at once, a task does not", () => {
    const parks = fires("parks", freeFrozenPages, "context", undefined, { to: "tryPcp" });
    const configuration = { ...pages, preemptRt: true, slabs: ["page held"] };
    const by = (who: typeof task) =>
      ask({ configuration, contexts: [who("one", ["free_pages_nolock s0"])], properties: [...CHECKED, parks] }).met;
    expect(by(task)).toEqual(["parks"]);
    expect(by(nmi)).toEqual([]);
  });

  it("the last to put a page frees it, a scanner too", () => {
    const { violated, met } = ask({
      configuration: { ...pages, cpus: 2, slabs: ["page held"] },
      contexts: [task("task0", ["free_page s0"]), task("scanner", ["scan"], { cpu: 1 })],
      properties: [...CHECKED, fires("scanner frees", pfnScanner, "put", undefined, { to: "free" })],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["scanner frees"]);
  });

  it("the pages of empty slabs go back by the ordinary way, from each of the three places", () => {
    const given = (script: string[], more: object, where: ReturnType<typeof fires>) =>
      ask({
        configuration: { ...pages, minPartial: 0, ...more },
        contexts: [task("task0", script)],
        properties: [...CHECKED, "S11", where],
      });
    const slowFree = fires("given up", slabFree, "discard");
    expect(given(["kfree s0.o1"], { slabs: ["A partial free=1"] }, slowFree)).toMatchObject({
      violated: [],
      met: ["given up"],
    });
    const flush = fires("given up", deactivateSlab, "discard");
    expect(given(["flush A"], { slabs: ["A cpu0 free=2"] }, flush)).toMatchObject({ violated: [], met: ["given up"] });
    const spill = fires("given up", putPartials, "nextEmpty", undefined, { to: "freePage" });
    const full = { cpuPartial: true, slabs: ["A full", "A full"] };
    expect(given(["kfree s0.o0", "kfree s0.o1", "kfree s1.o0"], full, spill)).toMatchObject({
      violated: [],
      met: ["given up"],
    });
  });
});

describe("what the model refuses about pages", () => {
  const told = (script: string[], slabs: string[] = ["page"], more: object = pages) =>
    problemsOf({ configuration: { ...more, slabs }, contexts: [task("task0", script)] }).map((one) => one.what);

  it("pages where the spec has none", () => {
    expect(told(["alloc_page"], ["page"], { buckets: 1 })).toEqual(['"alloc_page" needs the page allocator']);
    expect(told(["kmalloc A"], ["page held"], { buckets: 1 })).toEqual(['"page held" needs the page allocator']);
  });

  it("a page that nobody holds, that is not there, or that a call does not return", () => {
    expect(told(["free_page s0"])).toEqual(["nobody holds s0 at the start"]);
    expect(told(["free_page s7"])).toEqual(["there is no page s7"]);
    expect(told(["scan", "free_page #1"])).toEqual(["call 1 of this script returns no page"]);
    expect(told(["free_page #1"])).toEqual(["call 1 of this script returns no page"]);
  });

  it("a list of a CPU that is not there", () => {
    expect(told(["drain cpu3"])).toEqual(["there is no CPU 3"]);
    expect(told(["scan"], ["page pcp1"])).toEqual(['"page pcp1" is on a CPU that is not there']);
  });

  it("a page that two free, and a caller that may spin in an NMI", () => {
    const two = [task("task0", ["free_page s0"]), task("task1", ["free_pages_nolock s0"])];
    const problems = problemsOf({ configuration: { ...pages, slabs: ["page held"] }, contexts: two });
    expect(problems.map((one) => one.what)).toEqual(['s0 is also freed by "task0"']);
    const spins = problemsOf({
      configuration: { ...pages, slabs: ["page held"] },
      contexts: [nmi("nmi0", ["free_page s0"])],
    });
    expect(spins.map((one) => one.mend)).toEqual(["use free_pages_nolock"]);
  });
});
