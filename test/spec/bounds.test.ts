/** Are bounds told, and within seconds? What once ended in a fault of the checker's, or took minutes without a word. */
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { lights, project } from "../cli/environment.ts";

const at = project(
  { small: lights(["toggle"]), "a-folder": lights([]) },
  {
    ...builtins,
    lights: () => import("./fixtures/lights.ts"),
  },
);
afterAll(at.remove);

/** What is said of a text as a spec. */
async function refusal(text: string): Promise<string> {
  at.put("mine.json", text);
  const { status, complained, printed } = await at.run("check", at.path("mine.json"));
  expect([status, printed]).toEqual([2, ""]);
  return complained;
}

const spec = (more: object): string => JSON.stringify({ ...lights(["toggle"]), ...more });

describe("a bound that is told", () => {
  it.each([
    ["a value that is no word", { size: {} }, "/size: {} is not one of the values\n  known: ci, large\n"],
    ["another", { size: { toString: 1 } }, '/size: {"toString":1} is not one of the values\n  known: ci, large\n'],
    [
      "a verdict that is no word",
      { expect: { verdict: {} } },
      "/expect/verdict: {} is not one of the values\n  known: ",
    ],
    ["a list for a word", { size: [["ci"]] }, '/size: [["ci"]] is not one of the values\n  known: ci, large\n'],
    ["null for a word", { size: null }, "/size: null is not one of the values\n  known: ci, large\n"],
  ])("%s", async (_, more, said) => {
    expect(await refusal(spec(more))).toContain(said);
  });

  it.each([
    ["lists", "[".repeat(5000) + "]".repeat(5000)],
    ["objects", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
    ["what never ends", "[{".repeat(20_000).replaceAll("{", '{"a":')],
  ])("%s nested 5,000 deep", async (_, text) => {
    expect(await refusal(text)).toMatch(/mine\.json:1: nested more than 64 deep\n {2}a spec is a few deep\n$/);
  });

  it("brackets within texts are not nested", async () => {
    expect((await at.run("check", "small")).status).toBe(0);
    at.put("mine.json", spec({ question: "[".repeat(5000) }));
    expect((await at.run("check", at.path("mine.json"))).status).toBe(0);
  });

  it("a thousand calls in a script, and scripts without end", async () => {
    const kernel = (contexts: object[]): string =>
      JSON.stringify({ question: "?", model: "slub", properties: ["S1"], contexts });
    const task = (name: string, calls: number): object => ({
      name,
      kind: "task",
      script: Array(calls).fill("kmalloc A"),
    });
    const said = "/model: the scripts have more than 10000 steps, all calls included\n  give them fewer calls\n";
    expect(await refusal(kernel([task("task0", 1000)]))).toContain(said);
    expect(await refusal(kernel(Array.from({ length: 300 }, (_, i) => task(`task${i}`, 1))))).toContain(said);
  });

  it("a file that nobody wrote", async () => {
    expect(await refusal(spec({ question: "?".repeat(300_000) }))).toMatch(/cannot be read: file too large \(EFBIG\)/);
  });

  it("more mistakes than anybody reads", async () => {
    const many = Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`k${i}`, 1]));
    const said = await refusal(spec(many));
    expect(said.split("\n").filter((line) => line.includes("is not a key"))).toHaveLength(50);
    expect(said).toMatch(/\nand 950 more\n$/);
    const names = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
    expect(await refusal(spec({ properties: names }))).toMatch(/\nand 19950 more\n$/);
  });

  it("more threads than any machine has use for", async () => {
    const { status, complained } = await at.run("check", "small", "--workers", "129");
    expect([status, complained]).toEqual([2, "--workers: 129 is more than 128\n  one for each core is enough\n"]);
    expect((await at.run("check", "small", "--workers", "128")).status).toBe(0);
  });
});

describe("a folder of specs", () => {
  it("with a folder that is named as a spec is told of it by each command", async () => {
    at.put("specs/odd.json/inner.txt", "");
    const { status, complained } = await at.run("check", "--all");
    expect([status, complained]).toEqual([2, expect.stringContaining("specs/odd.json: a folder, not a spec")]);
  });
});
