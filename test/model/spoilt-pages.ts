/** Which spoilt rows break the page side of the properties? */

import { element, lit, otherwise, patch, step, when } from "../../checker/language/index.ts";
import { rtSpinTrylock } from "../../model/locks/rt-mutex.ts";
import { l } from "../../model/locks/state.ts";
import { cpu } from "../../model/machine/sets.ts";
import { chainOf } from "../../model/machine/state.ts";
import { allocFrozenPagesNolock } from "../../model/page/alloc-frozen-pages-nolock.ts";
import { freeFrozenPages, parkPage } from "../../model/page/free-frozen-pages.ts";
import { freePages } from "../../model/page/free-pages.ts";
import { addPage, takeFirstPage } from "../../model/page/page-list.ts";
import { pfnScanner } from "../../model/page/pfn-scanner.ts";
import { rmqueue } from "../../model/page/rmqueue.ts";
import { p } from "../../model/page/state.ts";
import { hardirq, nmi, type Small, task } from "./setup.ts";
import type { Spoilt } from "./spoilt.ts";

const pages = (script: readonly string[], slabs: readonly string[], more: object = {}): Small => ({
  configuration: { buckets: 1, pages: true, slabs, ...more },
  contexts: [task("task0", script)],
});

/** An NMI on top of a free finds the lock of the page list held, and that of the zone where the free is there. */
const nmiFrees = (more: object = {}): Small => ({
  configuration: { buckets: 1, pages: true, pcpHigh: 1, slabs: ["page held", "page held"], ...more },
  contexts: [task("task0", ["free_page s0"]), nmi("nmi0", ["free_pages_nolock s1"])],
});

export const SPOILT_PAGES: readonly Spoilt[] = [
  {
    property: "S2",
    how: "a page that is handed out stays on its list",
    system: pages(["alloc_page", "alloc_page"], ["page pcp0"]),
    patches: [
      patch(takeFirstPage, ({ page, got }) => ({
        del: step("no list_del()", otherwise.do(got.set(page)).goto("done")),
      })),
    ],
  },
  {
    property: "S2",
    how: "a scanner frees whatever it looks at",
    system: pages(["scan"], ["A full"]),
    patches: [
      patch(pfnScanner, () => ({ get: step("get", when(lit(false)).goto("done"), otherwise.goto("free")) }), {
        removed: ["again", "put"],
      }),
    ],
  },
  {
    property: "S2",
    how: "a page is parked twice",
    system: nmiFrees(),
    patches: [
      patch(parkPage, ({ page }) => ({
        push: step(
          "push",
          when(p.page.at(page).parked).goto("done"),
          otherwise.do(p.page.at(page).parked.set(true)).goto("push"),
        ),
      })),
    ],
  },
  {
    property: "S4",
    how: "without SMP an NMI walks into the list that the frame below has just read",
    system: {
      version: "6.18.15",
      configuration: { buckets: 1, pages: true, smp: false, slabs: ["page pcp0", "page pcp0"] },
      contexts: [task("task0", ["alloc_page"]), nmi("nmi0", ["alloc_pages_nolock"])],
    },
    patches: [],
  },
  {
    property: "S4",
    how: "a page is linked before something else than the head",
    system: pages(["free_page s0"], ["page held", "page pcp0"]),
    patches: [
      patch(addPage, ({ page }) => ({
        link: step("link", otherwise.do(p.page.at(page).nextPage.set(lit(null))).goto("publish")),
      })),
    ],
  },
  {
    property: "S6",
    how: "a parked page falls off its list",
    system: nmiFrees(),
    patches: [patch(parkPage, () => ({ push: step("nothing", otherwise.goto("done")) }))],
  },
  {
    property: "S13",
    how: "a page is freed without its count being dropped",
    system: pages(["free_page s0"], ["page held"]),
    patches: [patch(freePages, () => ({ put: step("put", when(lit(false)).goto("done"), otherwise.goto("free")) }))],
  },
  {
    property: "S13",
    how: "a scanner drops a reference that it has not taken",
    system: pages(["scan"], ["page held"]),
    patches: [
      patch(pfnScanner, ({ page }) => ({
        get: step("get", when(p.page.at(page).refcount.eq(0)).goto("done"), otherwise.goto("again")),
      })),
    ],
  },
  {
    property: "S18",
    how: "a page goes on the CPU's list and on the zone's",
    system: pages(["free_page s0"], ["page held"]),
    patches: [
      patch(freeFrozenPages, ({ page }) => ({
        commit: step(
          "both",
          otherwise
            .do(p.zoneList.set(page), p.pcpList.at(element(cpu, 0)).set(page), p.page.at(page).nextPage.set(lit(null)))
            .goto("high"),
        ),
      })),
    ],
  },
  {
    property: "S18",
    how: "a page is linked to itself",
    system: pages(["free_page s0"], ["page held"]),
    patches: [
      patch(addPage, ({ page }) => ({
        link: step("link", otherwise.do(p.page.at(page).nextPage.set(page)).goto("publish")),
      })),
    ],
  },
  {
    property: "L2",
    how: "a page that was parked stays there",
    system: nmiFrees(),
    patches: [],
  },
  {
    property: "E39",
    how: "a hardirq tries a lock on top of a task that waits for another",
    system: {
      configuration: { preemptRt: true, buckets: 1, pages: true, slabs: ["page", "page", "page"] },
      contexts: [task("task0", ["alloc_page"]), task("task1", ["alloc_page"]), hardirq("irq0", ["alloc_pages_nolock"])],
    },
    patches: [
      patch(allocFrozenPagesNolock, ({ got }) => ({
        context: step(
          "no test",
          when(lit(false))
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.goto("freelist"),
        ),
      })),
    ],
  },
  {
    property: "E35",
    how: "an NMI gets a lock that somebody waits for, past the bit that says so, and must release it by wait_lock",
    system: {
      configuration: { preemptRt: true, buckets: 1, pages: true, slabs: ["page", "page", "page"] },
      variants: ["rt-interrupts-try"],
      contexts: [
        task("task0", ["alloc_page"]),
        task("task1", ["alloc_page"]),
        nmi("nmi0", ["alloc_pages_nolock", "free_pages_nolock #1"]),
      ],
    },
    patches: [
      patch(rtSpinTrylock, ({ self, which }) => {
        const { owner } = l.lock.at(which);
        return {
          fast: step(
            "no bit for waiters",
            when(owner.isNull())
              .do(owner.set(chainOf(self).known()))
              .goto("held"),
            otherwise.goto("owned"),
          ),
        };
      }),
    ],
  },
  {
    property: "guards",
    how: "the zone's list is looked at without its lock",
    system: pages(["alloc_page"], ["page"]),
    patches: [
      patch(rmqueue, ({ got }) => ({
        likely: step(
          "look at the zone",
          when(p.zoneList.isNull())
            .do(got.set(lit(null)))
            .goto("done"),
          otherwise.goto("buddy"),
        ),
      })),
    ],
  },
];
