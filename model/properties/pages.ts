/** The page side of S2, S4, S6, S13, S18 and L2: where a page is, and that a list of pages is not cut. */

import {
  and,
  atRest,
  count,
  type Expr,
  exists,
  forAll,
  happens,
  type Id,
  implies,
  invariant,
  ite,
  lit,
  not,
  or,
  property,
  setEach,
  standsIn,
  track,
  whenever,
  within,
} from "../../checker/language/index.ts";
import { rawSpinLock } from "../locks/raw-spinlock.ts";
import { rtSpinTrylock, rtSpinUnlock } from "../locks/rt-mutex.ts";
import { cpu } from "../machine/sets.ts";
import { chainOf, inHardirq, inNmi, m, type Self, sameCpu } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { slab } from "../mm/sets.ts";
import { drainParked } from "../page/drain-parked.ts";
import { freeFrozenPages, freeOnePage, parkPage } from "../page/free-frozen-pages.ts";
import { freePages } from "../page/free-pages.ts";
import { addPage, takeFirstPage } from "../page/page-list.ts";
import { pfnScanner } from "../page/pfn-scanner.ts";
import { p, pageList } from "../page/state.ts";
import { returned } from "../slub/calls.ts";
import { k } from "../slub/state.ts";
import { g } from "./ghosts.ts";

type Page = Expr<Id<"slab">>;

const isSlab = (x: Page) => k.slab.at(x).cache.notNull();
const one = (test: Expr<boolean>) => ite<number>(test, lit(1), lit(0));

/** Lists of the page allocator that a page is on; parked, or on the way back from there, counts as one. */
const lists = (x: Page) =>
  count(cpu, (c) => pageList(p.pcpList.at(c)).has(x))
    .plus(one(pageList(p.zoneList).has(x)))
    .plus(one(p.page.at(x).parked))
    .plus(one(p.page.at(x).draining));

const eachPage = (test: (x: Page) => Expr<boolean>) => implies(mm.pages, forAll(slab, test));

const parkedAreOut = () => setEach(slab, (x) => g.pageOut.at(x).set(or(g.pageOut.at(x), p.page.at(x).parked)));

/** A page is out from leaving a list that others can see until it is on one again. */
const trackPageOut = [
  track(takeFirstPage, "del", ({ page }) => g.pageOut.at(page).set(true)),
  track(addPage, "publish", ({ page }) => g.pageOut.at(page).set(false)),
  track(parkPage, "push", ({ page }) => g.pageOut.at(page).set(false)),
  track(freeOnePage, "parked", parkedAreOut, { to: "next" }),
  track(drainParked, "take", parkedAreOut, { to: "next" }),
];

const trackPageHeld = [
  track(returned, "check", ({ gotPage }) =>
    setEach(slab, (x) => g.pageHeld.at(x).set(or(g.pageHeld.at(x), gotPage.eq(x)))),
  ),
  track(freePages, "put", ({ page }) => g.pageHeld.at(page).set(false)),
];

/** What is freed is out, and no slab. */
const comesBack = ({ page }: { page: Page }) => and(g.pageOut.at(page), not(isSlab(page)));

export const pagesOfS2 = [
  invariant(eachPage((x) => implies(isSlab(x), lists(x).eq(0)))),
  whenever(takeFirstPage, "del", ({ page }) => and(not(g.pageOut.at(page)), not(isSlab(page)))),
  whenever(addPage, "publish", comesBack),
  whenever(parkPage, "push", comesBack),
  ...trackPageOut,
];

/** What is written was computed from a head that is still the head. */
export const pagesOfS4 = [
  whenever(takeFirstPage, "del", ({ head, page }) => head.eq(page)),
  whenever(addPage, "publish", ({ head, page }) => p.page.at(page).nextPage.eq(head)),
];

export const pagesOfS6 = [
  atRest(
    eachPage((x) =>
      lists(x)
        .plus(one(isSlab(x)))
        .plus(one(g.pageHeld.at(x)))
        .eq(1),
    ),
  ),
  atRest(eachPage((x) => not(p.page.at(x).draining))),
  ...trackPageHeld,
];

export const pagesOfS13 = [
  whenever(freeFrozenPages, "prepare", ({ page }) => p.page.at(page).refcount.eq(0)),
  whenever(pfnScanner, "put", ({ page }) => not(or(isSlab(page), g.pageHeld.at(page))), { to: "free" }),
  ...trackPageHeld,
];

export const pagesOfL2 = [atRest(eachPage((x) => not(p.page.at(x).parked)))];

export const pagesOfS18 = [
  invariant(eachPage((x) => lists(x).le(1))),
  invariant(
    implies(
      mm.pages,
      and(
        pageList(p.zoneList).acyclic(),
        forAll(cpu, (c) => pageList(p.pcpList.at(c)).acyclic()),
      ),
    ),
  ),
];

const noFalseOwner = ({ self }: { self: Self }) =>
  implies(or(inNmi(self), inHardirq(self)), m.chain.at(chainOf(self)).waitsFor.isNull());

export const E39 = property(
  "E39",
  "no task that waits for a lock is made the owner of another by an interrupt on top of it",
  whenever(rtSpinTrylock, "fast", noFalseOwner, { to: "held" }),
  whenever(rtSpinTrylock, "try", noFalseOwner, { to: "unlockHeld" }),
);

export const E35 = property(
  "E35",
  "no unlock in an NMI spins for a raw wait_lock that a frame below holds",
  whenever(
    rawSpinLock,
    "take",
    ({ self, lock }) => not(and(standsIn(self, within(rtSpinUnlock)), inNmi(self), sameCpu(lock, self))),
    { to: "(waits)" },
  ),
);

export const nmiUnlocksSlowly = property(
  "nmiUnlocksSlowly",
  "PREEMPT_RT: an NMI needs the raw wait_lock to release a lock, since somebody has come to wait for it",
  happens(rtSpinUnlock, "wake", ({ self }) => inNmi(self)),
);

/** Whether a page waits to be taken back, for witnesses. */
export const somePageParked = exists(slab, (x) => p.page.at(x).parked);
