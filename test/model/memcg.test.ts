/** Do the memory controller's programs move bytes as the kernel's do, and is a wrong account told? */

import { describe, expect, it } from "vitest";
import { and, element } from "../../checker/language/index.ts";
import { cpu } from "../../model/machine/sets.ts";
import { refillObjStock } from "../../model/memcg/refill-obj-stock.ts";
import { mc } from "../../model/memcg/state.ts";
import { objcg } from "../../model/mm/sets.ts";
import { ask, finally_, fires, nmi, once, problemsOf, task } from "./setup.ts";

const cpu0 = element(cpu, 0);
const [first, second] = [element(objcg, 0), element(objcg, 1)];
const stock = mc.objStock.at(cpu0);
const base = { slabs: ["A cpu0 free=3"], objects: 3, buckets: 1, memcg: true };

describe("charging one object", () => {
  it("takes a page where nothing is stocked, and stocks the rest", () => {
    const { violated, met } = ask({
      configuration: base,
      contexts: [task("task0", ["kmalloc A"])],
      properties: [
        "S16",
        once("stocked", and(stock.cached.eq(first), stock.bytes.eq(1), mc.objcg.at(first).pages.eq(1))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["stocked"]);
  });

  it("takes no page where the stock has enough", () => {
    const { violated } = ask({
      configuration: { ...base, accounts: ["cpu0 objcg0 bytes=1"] },
      contexts: [task("task0", ["kmalloc A"])],
      properties: ["S16", finally_("one page", mc.objcg.at(first).pages.eq(1))],
    });
    expect(violated).toEqual([]);
  });

  it("drains the stock of another objcg", () => {
    const { violated, met } = ask({
      configuration: { ...base, objcgs: 2, accounts: ["cpu0 objcg1 bytes=2"] },
      contexts: [task("task0", ["kmalloc A"])],
      properties: [
        "S16",
        once("drained", and(mc.objcg.at(second).pages.eq(0), stock.cached.eq(first), mc.objcg.at(second).refs.eq(1))),
      ],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["drained"]);
  });

  it("frees the object again where the limit is hit", () => {
    const { violated, result } = ask({
      configuration: { ...base, chargeFails: true },
      contexts: [task("task0", ["kmalloc A", "kfree #1"]), nmi("nmi0", ["kmalloc_nolock A"])],
      properties: ["S3", "S5", "S6", "S11", "S16", "S9"],
    });
    expect(violated).toEqual([]);
    expect(result.states).toBeGreaterThan(100);
  });
});

describe("freeing objects", () => {
  it("gives a whole page back once more than one is stocked", () => {
    const { violated, met } = ask({
      configuration: { ...base, slabs: ["A cpu0 free=1"], accounts: ["cpu0 objcg0 bytes=2"] },
      contexts: [task("task0", ["kfree s0.o1"])],
      properties: ["S16", once("given back", and(mc.objcg.at(first).pages.eq(1), stock.bytes.eq(1)))],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["given back"]);
  });

  it("adds to the account where the stock is being worked on", () => {
    const { violated, met } = ask({
      configuration: { ...base, slabs: ["A cpu0 free=1"] },
      contexts: [task("task0", ["kfree s0.o1"]), nmi("nmi0", ["kfree_nolock s0.o2"])],
      properties: ["S1", "S16", fires("atomic", refillObjStock, "atomic")],
    });
    expect(violated).toEqual([]);
    expect(met).toEqual(["atomic"]);
  });
});

describe("accounts of a spec", () => {
  const told = (configuration: object) =>
    problemsOf({ configuration: { ...base, ...configuration }, contexts: [task("task0", ["kmalloc A"])] }).map(
      ({ path, what }) => `${path}: ${what}`,
    );

  it("tells every wrong line at once", () => {
    expect(
      told({
        accounts: [
          "stock full",
          "cpu1 objcg0 bytes=1",
          "cpu0 objcg1 bytes=3",
          "s0.o0 objcg0",
          "objcg0 offline",
          "objcg0 offline",
        ],
      }),
    ).toEqual([
      '/configuration/accounts/0: "stock full" describes neither a stock, nor an object, nor an objcg',
      '/configuration/accounts/1: "cpu1 objcg0 bytes=1" is on a CPU that is not there',
      '/configuration/accounts/2: "cpu0 objcg1 bytes=3" is of an objcg that is not there',
      '/configuration/accounts/2: "cpu0 objcg1 bytes=3" is more than a stock keeps',
      '/configuration/accounts/3: "s0.o0 objcg0" names an object that nobody holds',
      '/configuration/accounts/5: "objcg0 offline" comes twice',
    ]);
  });

  it("asks for memcg where accounts are given without it", () => {
    expect(told({ memcg: false, accounts: ["cpu0 objcg0 bytes=1"] })).toEqual([
      "/configuration/memcg: nothing is charged here",
    ]);
  });

  it("wants a cgroup for reparent, and an objcg for each context", () => {
    const question = {
      configuration: { ...base, memcg: false },
      contexts: [task("task0", ["reparent"], { objcg: 1 })],
    };
    expect(problemsOf(question).map(({ path }) => path)).toEqual(["/contexts/0/objcg", "/contexts/0/script/0"]);
  });
});
