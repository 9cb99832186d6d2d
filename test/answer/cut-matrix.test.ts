/** The cut matrix and the coverage of a run: what a "holds" is worth. */
import { describe, expect, it } from "vitest";
import { cutMatrix } from "../../checker/answer/cut-matrix.ts";
import { search } from "../../checker/reference/search.ts";
import { coverageOf } from "../../checker/report/coverage.ts";
import { counterSystem } from "../report/counter.ts";

const system = counterSystem(["task0", "nmi0", "task1", "nmi1"]);
const result = search(system, { exploreAll: true });
const labelAt = (program: string, row: string, script: number): number =>
  system.labels.find((l) => l?.program === program && l.rowLabel === row && l.script === script)?.id as number;
const taskStore = labelAt("increment", "store", 0);

describe("a cut matrix", () => {
  it("has a row for each place that the frame cut, or would have if it still could", () => {
    const { frames, unexplained, stale } = cutMatrix(system, result, []);
    expect(frames.map((f) => f.frame)).toEqual(["nmi0", "nmi1"]);
    expect(frames[0]?.rows).toEqual([
      { program: "increment", label: "load", isCut: true, why: null },
      { program: "increment", label: "store", isCut: true, why: null },
    ]);
    expect(unexplained).toEqual([]);
    expect(stale).toEqual([]);
  });

  const cuts = result.cuts.map((labels) => new Set([...labels].filter((id) => id !== taskStore)));
  const less = { open: result.open, cuts, fired: result.fired };

  it("names each cell that stays empty", () => {
    expect(cutMatrix(system, less, []).unexplained).toEqual([
      "nmi0 never cuts increment: store",
      "nmi1 never cuts increment: store",
    ]);
  });

  it("takes a reason for a row or for a whole program", () => {
    const uncut = [
      { frame: "nmi0", rows: "increment: store", why: "it is masked" },
      { frame: "nmi1", rows: "increment", why: "it is late" },
    ];
    const { frames, unexplained, stale } = cutMatrix(system, less, uncut);
    expect(unexplained).toEqual([]);
    expect(stale).toEqual([]);
    expect(frames.map((f) => f.rows.map((r) => r.why))).toEqual([
      [null, "it is masked"],
      [null, "it is late"],
    ]);
  });

  it("reports a reason that explains nothing", () => {
    const uncut = [
      { frame: "nmi0", rows: "increment: load", why: "it is cut, though" },
      { frame: "nmi7", rows: "increment", why: "there is no such frame" },
    ];
    const { unexplained, stale } = cutMatrix(system, less, uncut);
    expect(unexplained).toHaveLength(2);
    expect(stale.map((text) => text.split(",")[0])).toEqual([
      "nmi0 is said never to cut increment: load",
      "nmi7 is said never to cut increment",
    ]);
  });

  it("asks about places where the frame had already been", () => {
    expect([...(result.open[1] as ReadonlySet<number>)]).toContain(taskStore);
  });

  it("does not ask about places where it may not come", () => {
    const masked = { open: result.open.map(() => new Set<number>()), cuts, fired: result.fired };
    expect(cutMatrix(system, masked, []).unexplained).toEqual([]);
  });

  it("tells a frame that comes over an idle CPU only from one that never comes", () => {
    const never = result.cuts.map(() => new Set<number>());
    expect(cutMatrix(system, { open: never, cuts: never, fired: result.fired }, []).unexplained).toEqual([
      "nmi0 cuts nothing: it comes at most where its CPU runs nothing",
      "nmi1 cuts nothing: it comes at most where its CPU runs nothing",
    ]);
  });

  it("says when a frame never came", () => {
    const never = result.cuts.map(() => new Set<number>());
    expect(cutMatrix(system, { open: never, cuts: never, fired: [] }, []).unexplained).toEqual([
      "nmi0 never comes",
      "nmi1 never comes",
    ]);
  });
});

describe("coverage", () => {
  it("counts source rows, not their splices", () => {
    expect(coverageOf(system, result)).toEqual({ rowCount: 4, alternativeCount: 4, rows: [], alternatives: [] });
  });

  it("lists a row only where no splice of it fired", () => {
    const without = (...labels: number[]) => ({
      fired: result.fired.map((n, id) => (labels.some((l) => holdsCommand(l, id)) ? 0 : n)),
    });
    const nmiStore = labelAt("increment", "store", 1);
    expect(coverageOf(system, without(taskStore)).rows).toEqual([]);
    expect(coverageOf(system, without(taskStore, nmiStore)).rows).toEqual([{ program: "increment", label: "store" }]);
  });

  const holdsCommand = (label: number, id: number): boolean =>
    system.labels[label]?.entries.flat().some((c) => c.id === id) ?? false;
});
