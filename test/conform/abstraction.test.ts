/** What is a state of a kernel in the model's names, and when has it none? */
import { describe, expect, it } from "vitest";
import { Abstraction, type NamedSlab } from "../../conform/recording/abstraction.ts";
import { applied, cellsOf, difference, fits } from "../../conform/recording/cells.ts";
import type { Concrete, ConcreteSlab } from "../../conform/recording/concrete.ts";

/** A slab of 8 objects of 64 bytes: the n-th is at its address and n times 64. */
const slabAt = (first: bigint, free: readonly number[], inuse: number, frozen: boolean): ConcreteSlab => ({
  first,
  stride: 64,
  objects: 8,
  freelist: free.map((n) => first + BigInt(64 * n)),
  inuse,
  frozen,
});

const [S, T] = [0x100n, 0x200n];
const [atS, atT] = [0x10000n, 0x20000n];
const o = (first: bigint, n: number): bigint => first + BigInt(64 * n);

function concrete(more: {
  slab?: bigint;
  freelist?: readonly bigint[];
  partial?: readonly bigint[];
  tid?: number;
  slabs?: ReadonlyMap<bigint, ConcreteSlab>;
  deferred?: readonly bigint[];
}): Concrete {
  return {
    irqsOff: false,
    buckets: [
      {
        cpu: { slab: more.slab ?? S, freelist: more.freelist ?? [], partial: [], locked: false, tid: more.tid ?? 40 },
        sheaves: null,
        node: { partial: more.partial ?? [], locked: false },
      },
    ],
    slabs: more.slabs ?? new Map([[S, slabAt(atS, [], 8, true)]]),
    deferred: { objects: more.deferred ?? [], slabs: [], queued: false },
  };
}

/** s0: two free objects on c->freelist, one held that has a name; s1: a page. */
const heap: readonly NamedSlab[] = [
  { slab: S, objects: [o(atS, 4), o(atS, 1), o(atS, 7)] },
  { slab: null, objects: [] },
];
const named = (appear: readonly bigint[] = []) =>
  new Abstraction(heap, concrete({ freelist: [o(atS, 4), o(atS, 1)] }), { objects: 3, appear });

describe("a state of a kernel", () => {
  it("has names for its objects, and counts none that are hidden", () => {
    const cells = cellsOf(named().view(concrete({ freelist: [o(atS, 4), o(atS, 1)], tid: 42 }), false));
    expect(cells).toMatchObject({
      "cpu[CPU0].irqsOff": false,
      "cpuSlab[CPU0][A].slab": "s0",
      "cpuSlab[CPU0][A].freelist": "s0.o0 s0.o1",
      "cpuSlab[CPU0][A].tid": 2,
      "slab[s0].inuse": 3,
      "slab[s0].frozen": true,
    });
  });

  it("leaves hidden free objects at the end of a list out, and out of inuse where the slab's own list has them", () => {
    const slabs = new Map([[S, slabAt(atS, [7, 0, 2], 5, false)]]);
    const cells = cellsOf(named().view(concrete({ slab: 0n, partial: [S], slabs }), false));
    expect(cells).toMatchObject({
      "node[A].partial": "s0",
      "slab[s0].freelist": "s0.o2",
      "slab[s0].inuse": 2,
      "cpuSlab[CPU0][A].slab": null,
    });
  });

  it("does not say what interrupts are in code that the model leaves out", () => {
    expect(cellsOf(named().view(concrete({}), true))).not.toHaveProperty("cpu[CPU0].irqsOff");
  });

  it("has names for what is deferred", () => {
    const cells = cellsOf(named().view(concrete({ deferred: [o(atS, 7), o(atS, 4)] }), false));
    expect(cells["deferFree[CPU0].objects"]).toBe("s0.o0 s0.o2");
  });
});

describe("a new slab", () => {
  const fresh = (free: readonly number[]) =>
    new Map([
      [S, slabAt(atS, [], 8, false)],
      [T, slabAt(atT, free, 8, true)],
    ]);

  it("is not looked at before somebody can reach it, and is the first page then", () => {
    const names = named([o(atT, 5)]);
    expect(cellsOf(names.view(concrete({ slabs: fresh([]) }), false))).not.toHaveProperty("slab[s1].inuse");
    const loaded = cellsOf(names.view(concrete({ slab: T, slabs: fresh([]) }), false));
    expect(loaded).toMatchObject({ "cpuSlab[CPU0][A].slab": "s1", "slab[s1].inuse": 3 });
  });

  it("has its objects named by its list, what a call returned first", () => {
    const names = named([o(atT, 5)]);
    const freelist = [3, 0, 1, 2, 4, 6, 7].map((n) => o(atT, n));
    const cells = cellsOf(names.view(concrete({ slab: T, freelist, slabs: fresh([]) }), false));
    expect(cells["cpuSlab[CPU0][A].freelist"]).toBe("s1.o1 s1.o2");
    expect(names.nameOf(o(atT, 5))).toBe("s1.o0");
  });

  it("is refused where more objects are out than calls returned", () => {
    const freelist = [3, 0, 1, 2, 4, 6].map((n) => o(atT, n));
    expect(() => named([o(atT, 5)]).view(concrete({ slab: T, freelist, slabs: fresh([]) }), false)).toThrow(
      /2 objects out, and 1 of them turn up/,
    );
  });
});

describe("there is no state in the model where", () => {
  it("a hidden object is the next to be handed out", () => {
    expect(() => named().view(concrete({ freelist: [o(atS, 0)] }), false)).toThrow(/takes too many/);
  });

  it("a hidden object stands before a named one", () => {
    expect(() => named().view(concrete({ freelist: [o(atS, 4), o(atS, 0), o(atS, 1)] }), false)).toThrow(
      /stands before one that it has/,
    );
  });

  it("a slab can be reached that the scenario has not named", () => {
    const names = named([o(atT, 5)]);
    const all = new Map([T, 0x300n].map((slab) => [slab, slabAt(slab << 8n, [], 8, true)]));
    names.view(concrete({ slab: T, slabs: all }), false);
    expect(() => names.view(concrete({ slab: 0x300n, slabs: all }), false)).toThrow(/does not name/);
  });

  it("an object was handed out that has no name", () => {
    expect(() => named().nameOf(o(atS, 0))).toThrow(/no name/);
    expect(named().nameOf(0n)).toBeNull();
  });
});

describe("cells", () => {
  it("of which one is not looked at fit either way", () => {
    expect(fits({ a: 1 }, { a: 1, b: 2 })).toBe(true);
    expect(fits({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(fits({ a: null }, { a: "s0" })).toBe(false);
  });

  it("are told by what has changed, and that is undone by applying it", () => {
    const [before, after] = [
      { a: 1, b: "s0", c: true },
      { a: 2, b: "s0" },
    ];
    const told = difference(before, after);
    expect(told).toEqual({ changed: { a: 2 }, gone: ["c"] });
    expect(applied(before, told)).toEqual(after);
  });
});
