/** `results claims`: verdicts come from searches, and a ledger that cannot be believed is no success. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lights, project } from "./environment.ts";

const one = { configuration: { lights: 1 }, claims: ["C1"], designs: ["D1"] };
const two = { configuration: { lights: 2 }, claims: ["C1"], designs: ["D1"] };
const at = project({
  dark: lights([], one),
  "broken/lit": lights(["toggle", "toggle"], { ...two, expect: { verdict: "violated", violated: ["someDark"] } }),
});
afterAll(at.remove);
const read = (file: string) => readFileSync(join(at.dir, "results", file), "utf8");

describe("claims", () => {
  beforeAll(async () => {
    await at.run("results", "claims");
  });

  it("tells what each search found, and where it is not what was expected", () => {
    const mail = read("claims.txt");
    expect(mail).toContain(
      'C1: "nobody needs the lights"\n  an architect, on the plan\n  in again: moot: it is day\n  some light is always off\n',
    );
    expect(read("claims.md")).toContain(
      "| claim | said | in again | why |\n| --- | --- | --- | --- |\n| C1 | nobody needs the lights | moot | it is day |\n\n",
    );
    expect(mail).toMatch(/one: holds within these bounds\n {8}dark: plain; \d+ states\n/);
    expect(mail).toMatch(
      /more: NOT as the reference expected: does not hold in this model\n {8}when\n {8}broken\/lit: .*someDark in \d+\n? *steps/,
    );
    expect(mail).toContain("not expressible: it is a matter of taste");
    expect(mail).toContain(
      "dark (plain): What if a task does nothing?\n    holds; light=1 context=1; 2 states; not cross-checked\n",
    );
    expect(mail).toMatch(
      /D1: as built \(the plan\)\n {4}one: holds \(dark \(plain\)\); expected holds\n {4}more: violates someDark/,
    );
    expect(read("claims.md")).toContain(
      "| D1 | as built | the plan | holds [dark](dark.txt) (plain) | **someDark** [broken/lit]",
    );
  });

  it("says of each spec which release it asks about, and what that release is", async () => {
    const ledger = project({
      dark: lights([], { ...one, version: "again" }),
      "broken/lit": lights(["toggle", "toggle"], { ...two, expect: { verdict: "violated", violated: ["someDark"] } }),
    });
    const { printed } = await ledger.run("results", "claims");
    const page = readFileSync(join(ledger.dir, "results", "claims.md"), "utf8");
    ledger.remove();
    expect(printed).toContain("again: the same.\nplain: as built.\n");
    expect(page).toContain("holds [dark](dark.txt) (again) | **someDark** [broken/lit](broken/lit.txt) (plain)");
    expect(page).toMatch(/\[dark\]\(dark\.txt\): again; \d+ states/);
    expect(page).toContain("| [dark](dark.txt) | again | What if");
  });

  it("keeps the ledgers of two models apart, each in files of its own", async () => {
    const lamps = async () => ({ default: { ...(await import("../spec/fixtures/lights.ts")).default, name: "lamps" } });
    const both = project(
      {
        dark: lights([], one),
        "broken/lit": lights(["toggle", "toggle"], {
          ...two,
          model: "lamps",
          expect: { verdict: "violated", violated: ["someDark"] },
        }),
      },
      { lights: () => import("../spec/fixtures/lights.ts"), lamps },
    );
    const { printed } = await both.run("results", "claims");
    const page = (name: string) => readFileSync(join(both.dir, "results", name), "utf8");
    const [first, second] = [page("claims.md"), page("claims-lamps.md")];
    both.remove();
    expect(printed).toMatch(/lights:\n[\s\S]*lamps:\n/);
    expect(first).toContain("[dark](dark.txt)");
    expect(first).not.toContain("broken/lit");
    expect(second).toContain("[broken/lit](broken/lit.txt)");
    expect(second).not.toContain("[dark]");
  });

  it("takes the record of a search that is about the relation of today, and no other", async () => {
    await at.run("results", "reports");
    const record = JSON.parse(read("dark.json"));
    at.put("results/dark.json", JSON.stringify({ ...record, states: 4711 }));
    await at.run("results", "claims");
    expect(read("claims.txt")).toContain("dark: plain; 4,711 states");
    at.put("results/dark.json", JSON.stringify({ ...record, states: 4711, key: "of another day" }));
    await at.run("results", "claims");
    expect(read("claims.txt")).toContain(`dark: plain; ${record.states} states`);
  });

  it("--check writes nothing: exit status 1 where a file is not what the searches give", async () => {
    await at.run("results", "claims");
    expect((await at.run("results", "claims", "--check")).status).toBe(0);
    at.put("results/claims.txt", "by hand");
    const ran = await at.run("results", "claims", "--check");
    expect([ran.status, ran.complained]).toEqual([
      1,
      "results/claims.txt: it is not what the specs give. Run `npm run results -- claims`\n",
    ]);
    expect(read("claims.txt")).toBe("by hand");
  });
});

describe("a ledger that cannot be believed", () => {
  it("is one with a sentence that no spec decides", async () => {
    const few = project({ dark: lights([], one) });
    const ran = await few.run("results", "claims");
    few.remove();
    expect(ran.status).toBe(1);
    expect(ran.complained).toMatch(/^no spec decides these; .*: C1, more; D1, more\n$/);
  });

  it("is one whose spec does not give what it pins", async () => {
    const wrong = project({
      dark: lights([], one),
      lit: lights(["toggle", "toggle"], { ...two, expect: { verdict: "holds" } }),
    });
    const ran = await wrong.run("results", "claims");
    wrong.remove();
    expect([ran.status, ran.complained]).toEqual([
      1,
      "lit: its search is not what it pins. Run `npm run check -- lit`\n",
    ]);
  });

  it("is one that rests on a large spec which nobody searched", async () => {
    const large = project({ small: lights([], one), dark: lights([], { ...one, size: "large" }) });
    const ran = await large.run("results", "claims");
    expect([ran.status, ran.complained.split("\n")[0]]).toEqual([
      1,
      "dark: it is large, and results/ has no search of it as it is today: left out. Run `npm run results -- --size large`",
    ]);
    await large.run("results", "reports", "--size", "large");
    expect((await large.run("results", "claims")).complained).not.toContain("left out");
    large.remove();
  });
});
