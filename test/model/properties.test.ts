/** Can each property fail? A small system with one row spoilt violates it; the same system unspoilt does not. */
import { describe, expect, it } from "vitest";
import { PROPERTIES } from "../../model/properties/index.ts";
import { ask } from "./setup.ts";
import { SPOILT_DEBUG } from "./spoilt-debug.ts";
import { SPOILT_DEFERRED } from "./spoilt-deferred.ts";
import { SPOILT_GATE } from "./spoilt-gate.ts";
import { SPOILT_HEAP } from "./spoilt-heap.ts";
import { SPOILT_LISTS } from "./spoilt-lists.ts";
import { SPOILT_LOCKS } from "./spoilt-locks.ts";
import { SPOILT_MEMCG } from "./spoilt-memcg.ts";
import { SPOILT_PAGES } from "./spoilt-pages.ts";
import { SPOILT_PROGRESS } from "./spoilt-progress.ts";

const SPOILT = [
  ...SPOILT_DEFERRED,
  ...SPOILT_HEAP,
  ...SPOILT_LISTS,
  ...SPOILT_LOCKS,
  ...SPOILT_GATE,
  ...SPOILT_MEMCG,
  ...SPOILT_PAGES,
  ...SPOILT_DEBUG,
  ...SPOILT_PROGRESS,
];

describe("properties", () => {
  for (const { property, how, system, patches } of SPOILT) {
    it(`${property}: ${how}`, () => {
      const chosen = { ...system, properties: [property] };
      if (patches.length > 0) expect(ask(chosen).violated).not.toContain(property);
      expect(ask({ ...chosen, patches }, 60_000).violated).toContain(property);
    });
  }

  it("each has a system that violates it", () => {
    const kinds = (name: string) => PROPERTIES[name]?.clauses.map((clause) => clause.kind) ?? [];
    const tested = new Set(SPOILT.map((s) => s.property));
    const witness = (kind: string) => kind === "happens" || kind === "sometimes";
    const asserted = Object.keys(PROPERTIES).filter((name) => !kinds(name).some(witness));
    expect(asserted.filter((name) => !tested.has(name))).toEqual([]);
    expect(asserted.length).toBeGreaterThan(15);
  });
});
