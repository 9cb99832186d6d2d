/** `compare`: are questions found again whatever their files are called, and is each difference told? */
import { afterAll, describe, expect, it } from "vitest";
import { lights, project } from "./environment.ts";

const dark = { verdict: "violated", violated: ["someDark"] };
const holds = { verdict: "holds", violated: [] };

const before = project({
  kept: lights(["toggle"], { expect: dark }),
  renamed: lights(["toggle", "toggle"], { expect: dark }),
  gone: lights(["toggle", "toggle", "toggle"], { expect: dark }),
  "only-there": lights(["toggle"], { configuration: { lights: 3 }, expect: holds }),
  unanswered: lights([]),
  refused: lights(["no such call"], { expect: holds }),
});
const now = project({
  kept: lights(["toggle"], { configuration: { lights: 2 }, question: "Said otherwise.", expect: dark }),
  "folder/other": lights(["toggle", "toggle"], { expect: dark }),
  gone: lights(["toggle", "toggle", "toggle"], { expect: holds }),
  "only-here": lights(["toggle"], { configuration: { lights: 1 }, expect: dark }),
});
afterAll(() => {
  before.remove();
  now.remove();
});

describe("compare", () => {
  it("tells what is answered otherwise, what only one asks, and what cannot be read", async () => {
    const ran = await now.run("compare", before.dir);
    expect(ran.printed.split("\n")).toEqual([
      "gone -> gone: violated no more someDark",
      "only-there: asked there only",
      "2 questions are answered alike, 1 not; 1 are asked there only, 1 here only; 1 there cannot be read as of today",
      "",
    ]);
    expect(ran.complained).toContain('"no" is not an operation of the model');
    expect(ran.status).toBe(1);
  });

  it("tells what is violated now, seen from the other side", async () => {
    expect((await before.run("compare", now.dir)).printed).toContain("gone -> gone: violated now someDark\n");
  });

  it("counts what both ask about only", async () => {
    const more = project({
      kept: lights(["toggle"], { expect: dark }),
      other: lights(["toggle", "toggle"], { expect: dark, without: [], properties: ["someDark"] }),
      fewer: lights(["toggle", "toggle", "toggle"], { properties: [], deadlock: true, expect: holds }),
      three: lights(["toggle"], { configuration: { lights: 3 }, expect: holds }),
    });
    try {
      const ran = await more.run("compare", before.dir);
      expect(ran.printed).toMatch(/^4 questions are answered alike, 0 not;/m);
      expect(ran.status).toBe(0);
    } finally {
      more.remove();
    }
  });

  it("wants one folder with specs in it", async () => {
    expect((await now.run("compare")).complained).toContain("0 trees are named");
    expect((await now.run("compare", "a", "b")).complained).toContain("2 trees are named");
    const nothing = await now.run("compare", "no-such-tree");
    expect(nothing.complained).toContain("no-such-tree: there is no folder specs/ in it");
    expect(nothing.status).toBe(2);
  });
});
