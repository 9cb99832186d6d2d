/** What do searches say of a sentence? Each kind of reading, and what a search must be to say "never". */
import { describe, expect, it } from "vitest";
import { decide, type Searched } from "../../checker/ledger/decide.ts";
import type { SpecRecord } from "../../checker/ledger/record.ts";
import type { ClaimPart, Reading, Within } from "../../checker/spec/claim.ts";
import type { Spec } from "../../checker/spec/spec.ts";

const columns = { small: { size: 1 }, large: {} };
const part = (reading: Reading, within?: Within): ClaimPart => ({
  sentence: "",
  reads: { small: reading },
  author: true,
  expected: { small: true },
  ...(within ? { within } : {}),
});

/** A spec that selects S1, S2 and the witness w, and what its search found. */
const searched = (found: Partial<SpecRecord>, asked: Partial<Spec["asked"]> = {}): Searched => ({
  spec: {
    properties: ["S1", "S2"],
    sometimes: ["w"],
    happens: [{ program: "p", label: "a", to: "b" }],
    deadlock: true,
    asked: {
      configuration: { size: 1 },
      version: "v1",
      variants: [],
      contexts: [{ name: "t", kind: "task", script: [], options: { at: "here" } }],
      ...asked,
    },
  } as unknown as Spec,
  record: {
    verdict: "holds",
    whole: true,
    asked: ["S1", "S2"],
    violated: {},
    witnesses: {},
    ...found,
  } as unknown as SpecRecord,
});
const held = searched({});
const broken = searched({ verdict: "violated", violated: { S1: 9 } });
const cutShort = searched({ verdict: "violated", violated: { S2: 9 }, whole: false });

const holds = part({ kind: "holds", properties: ["S1"] });
const breaks = part({ kind: "breaks", properties: ["S1", "S2"] });
const truth = (one: ClaimPart, ...named: Searched[]) => decide(one, "small", columns, named)?.isTrue;

describe("a sentence", () => {
  it("holds where no spec violates it, and not where one does", () => {
    expect(truth(holds, held)).toBe(true);
    expect(truth(holds, held, broken)).toBe(false);
    const decision = decide(holds, "small", columns, [held, broken]);
    expect([decision?.by, decision?.others]).toEqual([[broken], [held]]);
  });

  it("is undecided without a spec, or with one that does not select what is read", () => {
    expect(truth(holds)).toBe(null);
    expect(truth(part({ kind: "holds", properties: ["S1", "S3"] }), held, broken)).toBe(null);
    expect(truth(part({ kind: "reachable", witness: "x" }), held)).toBe(null);
  });

  it("is undecided by a spec that selects what is read where it says nothing", () => {
    expect(truth(holds, searched({ asked: ["S2"] }))).toBe(null);
    expect(truth(breaks, searched({ asked: ["S2"] }))).toBe(null);
  });

  it("is not decided by a search that is not whole, but by what it found", () => {
    expect(truth(holds, cutShort)).toBe(null);
    expect(truth(part({ kind: "holds", properties: ["S2"] }), cutShort)).toBe(false);
  });

  it("of what breaks is true where one of the properties is violated, and false where all hold", () => {
    expect(truth(breaks, held, broken)).toBe(true);
    expect(truth(breaks, held)).toBe(false);
    expect(truth(part({ kind: "breaks", properties: ["S1", "S3"] }), held)).toBe(null);
    expect(truth(part({ kind: "breaks", properties: ["deadlock"] }), held)).toBe(false);
  });

  it("of what is reachable is true where a witness is met, a row of the spec among them", () => {
    const met = searched({ witnesses: { w: true, "p: a -> b": false } });
    expect(truth(part({ kind: "reachable", witness: "w" }), met)).toBe(true);
    expect(truth(part({ kind: "unreachable", witness: "w" }), met)).toBe(false);
    expect(truth(part({ kind: "reachable", witness: "p: a -> b" }), met)).toBe(false);
    expect(truth(part({ kind: "unreachable", witness: "p: a -> b" }), met)).toBe(true);
  });

  it("is decided by specs of its configuration, version, variants and contexts only", () => {
    expect(decide(holds, "large", columns, [held])).toBe(null);
    expect(truth(holds, searched({}, { configuration: { size: 2 } }))).toBe(null);
    const within = (one: Within) => truth(part({ kind: "holds", properties: ["S1"] }, one), held);
    expect([within({ versions: ["v1", "v2"] }), within({ versions: ["v2"] })]).toEqual([true, null]);
    expect([within({ variants: [] }), within({ variants: ["x"] })]).toEqual([true, null]);
    expect([within({ kind: "task" }), within({ kind: "nmi" })]).toEqual([true, null]);
    expect([within({ options: { at: "here" } }), within({ options: { at: "there" } })]).toEqual([true, null]);
    expect(
      truth(part({ kind: "holds", properties: ["S1"] }, { variants: [] }), searched({}, { variants: ["x"] })),
    ).toBe(null);
  });
});
