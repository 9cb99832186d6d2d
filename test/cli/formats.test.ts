/** `check --format` and `explain` as a user meets them: where text goes, what does not go together, names that are not known. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FORMAT_NAMES } from "../../checker/report/formats/index.ts";
import { lights, project } from "./environment.ts";

const violated = { expect: { verdict: "violated", violated: ["someDark"] } };
const at = project({
  "one-switch": lights(["toggle"], { claims: ["C1"], sometimes: ["allLit"] }),
  "broken/two-switches": lights(["toggle", "toggle"], { ...violated, claims: ["C1"], designs: ["D1"] }),
  dead: lights(["wait"], { variants: ["dead"], version: "again" }),
});
afterAll(at.remove);
const read = (file: string): string => readFileSync(join(at.dir, file), "utf8");

describe("--format", () => {
  it("prints the text by default, and another form instead", async () => {
    const text = (await at.run("check", "broken/two-switches")).printed;
    expect((await at.run("check", "broken/two-switches", "--format", "text")).printed).toBe(text);
    for (const format of FORMAT_NAMES) {
      const ran = await at.run("check", "broken/two-switches", "--format", format);
      expect([ran.status, ran.complained]).toEqual([0, ""]);
      if (format !== "text") expect(ran.printed).not.toContain("VERDICT");
    }
  });

  it("with --out writes a file, and prints the text", async () => {
    const text = (await at.run("check", "broken/two-switches")).printed;
    for (const format of FORMAT_NAMES) {
      const file = join(at.dir, `answer.${format}`);
      const ran = await at.run("check", "broken/two-switches", "--format", format, "--out", file);
      expect([ran.status, ran.printed]).toEqual([0, text]);
      const printed = (await at.run("check", "broken/two-switches", "--format", format)).printed;
      // A time and a date stand in the one that is to have them.
      if (format !== "junit") expect(read(`answer.${format}`).replaceAll(`${at.dir}/`, "")).toBe(printed);
    }
  });

  it("json is what --json - prints, and --json FILE writes", async () => {
    const file = join(at.dir, "outcome.json");
    await at.run("check", "one-switch", "--json", file);
    const { printed } = await at.run("check", "one-switch", "--format", "json");
    expect(printed).toBe(read("outcome.json"));
    expect((await at.run("check", "one-switch", "--json", "-")).printed).toBe(printed);
  });

  it("over all specs goes to a file beside the lines, or is all that is printed", async () => {
    const file = join(at.dir, "all.sarif");
    const ran = await at.run("check", "--all", "--format", "sarif", "--out", file);
    expect(ran.printed).toContain("one-switch");
    expect(JSON.parse(read("all.sarif")).version).toBe("2.1.0");
    const alone = await at.run("check", "--all", "--format", "sarif");
    expect(JSON.parse(alone.printed).version).toBe("2.1.0");
    expect(alone.status).toBe(ran.status);
  });

  it("is refused where it makes no sense", async () => {
    const complaint = async (...args: string[]) => {
      const ran = await at.run("check", ...args);
      expect([ran.status, ran.printed]).toEqual([2, ""]);
      return ran.complained;
    };
    expect(await complaint("--all", "--format", "mail")).toBe(
      "--format: mail is about one spec: it does not go with --all\n  name one spec; over all of them there is junit and sarif\n",
    );
    expect(await complaint("--all", "--out", "x")).toContain("--out: with --all it needs a format");
    expect(await complaint("one-switch", "--format", "itf", "--json", "-")).toContain(
      "itf and --json - would both be printed",
    );
    expect(await complaint("one-switch", "--format", "yaml")).toContain('"yaml" is not one of its values');
    const lost = await at.run("check", "one-switch", "--format", "aut", "--out", join(at.dir, "no/where.aut"));
    expect([lost.status, lost.complained]).toEqual([
      2,
      "--out: no/where.aut cannot be written: no such file or directory (ENOENT)\n  name a file that can, in a folder that exists\n",
    ]);
  });
});

describe("explain", () => {
  const explained = async (name: string): Promise<string> => {
    const ran = await at.run("explain", name);
    expect([ran.status, ran.complained]).toEqual([0, ""]);
    expect(ran.printed.split("\n").filter((line) => line.length > 72)).toEqual([]);
    return ran.printed;
  };

  it("tells of a property what it says, formally too, and who asks for it", async () => {
    expect(await explained("someDark")).toBe(
      [
        "Property someDark: never are all lights on",
        "  Formally:",
        "    in every reachable state: !(forAll l: light . on[l])",
        "  Asked by 3 specs: dead, one-switch, broken/two-switches",
        "  Expected to be violated in 1 spec: broken/two-switches",
        "",
      ].join("\n"),
    );
    expect(await explained("flipsFromDark")).toContain(
      "  At toggle: flip: on[i] = !on[i]; (of the model alone; step 1.10 1.2 of",
    );
    expect(await explained("returns")).toContain("spin: again fires at most 2 times in one call");
  });

  it("tells of a claim who said it, how it is read, and which specs decide it", async () => {
    expect(await explained("C1")).toBe(
      [
        'Claim C1: "nobody needs the lights"',
        "  an architect, on the plan",
        "  some light is always off",
        "      one: true where every spec that names C1 holds someDark; expected:",
        "        yes",
        "      more: true where every spec that names C1 holds someDark;",
        "        expected: yes",
        "      Decided by 2 specs: one-switch, broken/two-switches",
        "  What they found: results/claims.txt, or npm run claims",
        "",
      ].join("\n"),
    );
    expect(await explained("C3")).toContain("Not expressible: it is a matter of taste");
  });

  it("tells of designs, versions, variants, functions and rows", async () => {
    expect(await explained("D1")).toContain(
      "  more: expected to violate someDark\n  Looked at by 1 spec: broken/two-switches\n",
    );
    expect(await explained("again")).toBe("Version again: the same\n  Asked by 1 spec: dead\n");
    expect(await explained("dead")).toBe("Variant dead: switches do nothing\n  Asked by 1 spec: dead\n");
    expect(await explained("toggle")).toContain("  toggle: flip: on[i] = !on[i];\n");
    const row = await explained("toggle: flip");
    expect(row).toContain("Row toggle: flip\n  C: on[i] = !on[i];\n");
    expect(row).toContain("Asked here by flipsFromDark: only dark rooms are switched");
    expect(row).toContain("  It fires in (by results/) no spec\n");
    expect(await explained("toggle.flip")).toBe(row);
    at.put("results/one-switch.json", JSON.stringify({ fired: { toggle: "flip" } }));
    expect(await explained("toggle.flip")).toContain("  It fires in (by results/) 1 spec: one-switch\n");
  });

  it("alone lists all that may be explained, and asked", async () => {
    const { printed, status } = await at.run("explain");
    expect(status).toBe(0);
    for (const line of [
      "  someDark: never are all lights on",
      "  allLit: all lights are on",
      "  again: the same",
      "  dead: switches do nothing",
      "  D1: as built",
      "  C1, C3",
    ])
      expect(printed).toContain(`\n${line}\n`);
    expect(printed).toMatch(/^ {2}.*\btoggle\b/m);
  });

  it("offers names that are near one that is not known", async () => {
    const complaint = async (...args: string[]) => (await at.run("explain", ...args)).complained;
    expect(await complaint("someDrak")).toBe(
      'nolock explain: nothing is called "someDrak"\n  did you mean "someDark"?\n',
    );
    expect(await complaint("togle: flip")).toContain('did you mean "toggle: flip"?');
    expect(await complaint("zzzzzzzz")).toContain("`npm run explain` alone lists what may be explained");
    expect(await complaint("C1", "one-switch")).toContain("one name at a time, not C1, one-switch");
  });
});
