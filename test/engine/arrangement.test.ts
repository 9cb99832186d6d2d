/** Do three numbers of a root always have room, and stay where they are once they have it? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { FIRST_ARRANGEMENT, isWide, nextArrangement, TooWide, widest } from "../../checker/engine/store/arrangement.ts";
import { runs } from "../runs.ts";

const BITS = 32;
const counts = fc
  .tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 1 << 20 })))
  .map((all) => all.map((count) => ({ count, least: count + 1_000 })));
const before = fc.record({ alone: fc.nat(2), split: fc.integer({ min: 1, max: 31 }) });

it("there is room for what there must be room for, and another look changes nothing", () => {
  fc.assert(
    fc.property(before, counts, (arrangement, all) => {
      try {
        const next = nextArrangement(arrangement, all, BITS);
        expect(isWide(next, all, BITS)).toBe(true);
        expect(next.split).toBeGreaterThan(0);
        expect(next.split).toBeLessThan(BITS);
        expect(nextArrangement(next, all, BITS)).toEqual(next);
      } catch (error) {
        if (!(error instanceof TooWide)) throw error;
        // Whoever is alone: the two others, with what must still fit, do not fit a word together.
        const bits = all.map(({ least }) => Math.ceil(Math.log2(least))).sort((a, b) => a - b);
        expect((bits[0] as number) + (bits[1] as number)).toBeGreaterThan(BITS);
      }
    }),
    runs(2_000),
  );
});

it("what grows gets the word of its own, whichever of the three it is", () => {
  for (const one of [0, 1, 2]) {
    const all = [0, 1, 2].map((i) => (i === one ? { count: 400_000, least: 401_000 } : { count: 3_000, least: 4_000 }));
    const next = nextArrangement(FIRST_ARRANGEMENT, all, BITS);
    expect(next.alone).toBe(one);
    expect(widest(next, one, BITS)).toBe(Number.POSITIVE_INFINITY);
  }
});

it("nothing is moved while two numbers may still double", () => {
  const all = [100, 900, 5_000].map((count) => ({ count, least: count + 500 }));
  const held = nextArrangement({ alone: 2, split: 12 }, all, BITS);
  expect(held).toEqual({ alone: 2, split: 12 });
});
