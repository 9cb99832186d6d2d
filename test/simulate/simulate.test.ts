/** `nolock simulate` and `replay` as a user meets them: walks by chance and by hand, traces saved and taken again. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { lights, project } from "../cli/environment.ts";

const at = project({
  "two-switches": lights(["toggle", "toggle"]),
  "one-switch": lights(["toggle"]),
  waits: lights(["wait"]),
});
afterAll(at.remove);

const file = (name: string): string => join(at.dir, name);
const read = (name: string) => JSON.parse(readFileSync(file(name), "utf8"));

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** A seed whose walk violates the property, and one whose walk does not. */
async function seeds(): Promise<{ readonly bad: string; readonly good: string }> {
  const statuses = new Map<number, string>();
  for (let seed = 1; statuses.size < 2; seed++) {
    const { status } = await at.run("simulate", "two-switches", "--seed", String(seed));
    statuses.set(status, String(seed));
  }
  return { bad: statuses.get(12) as string, good: statuses.get(0) as string };
}

describe("a walk at random", () => {
  it("that violates a property ends there, with the sentence of the property and the command for the same walk", async () => {
    const { bad } = await seeds();
    const { status, printed } = await at.run("simulate", "two-switches", "--seed", bad);
    expect(status).toBe(12);
    expect(printed).toContain(`SIMULATE: someDark after 2 steps at random, seed ${bad}\n`);
    expect(printed).toContain("  *** someDark violated: never are all lights on ***\n");
    expect(printed).toContain("  1 task0 toggle: flip");
    expect(printed).toContain(`Again: npm run simulate -- two-switches --seed ${bad}\n`);
    expect((await at.run("simulate", "two-switches", "--seed", bad)).printed).toBe(printed);
  });

  it("that violates nothing says where it ended", async () => {
    const { good } = await seeds();
    const { status, printed } = await at.run("simulate", "two-switches", "--seed", good);
    expect(status).toBe(0);
    expect(printed).toContain("SIMULATE: nothing is violated after 2 steps at random");
    expect(printed).toContain("The end: no script goes on.");
  });

  it("says its seed where none was given", async () => {
    const { printed } = await at.run("simulate", "two-switches");
    const seed = /seed (\d+)/.exec(printed)?.[1] as string;
    expect((await at.run("simulate", "two-switches", "--seed", seed)).printed).toBe(printed);
  });

  it("that cannot go on is a deadlock", async () => {
    const { status, printed } = await at.run("simulate", "waits");
    expect(status).toBe(11);
    expect(printed).toContain("*** DEADLOCK ***");
  });

  it("is one of several, up to the first that finds something", async () => {
    const found = await at.run("simulate", "two-switches", "--seed", "1", "--runs", "50");
    expect(found.status).toBe(12);
    expect(found.printed).toMatch(/seed \d+, walk \d+ of\s+50/);
    const none = await at.run("simulate", "one-switch", "--seed", "1", "--runs", "5", "--save", file("none.json"));
    expect(oneLine(none.printed)).toContain(
      "nothing is violated in 5 walks at random, seeds 1 to 5; each came to an end.",
    );
    expect(none.printed).toContain("That proves nothing");
    expect(none).toMatchObject({ status: 0, complained: "--save: no walk found anything: none.json is not written\n" });
  });

  it("takes at most as many steps as are asked for", async () => {
    const { printed } = await at.run("simulate", "two-switches", "--steps", "1", "--seed", "1");
    expect(printed).toContain("nothing is violated after 1 steps at random");
    expect(printed).toContain("--seed 1 --steps 1");
  });
});

describe("a saved trace", () => {
  it("of a walk is taken again by check, with or without the spec", async () => {
    const { bad } = await seeds();
    await at.run("simulate", "two-switches", "--seed", bad, "--save", file("walk.json"));
    expect(read("walk.json")).toMatchObject({ nolock: "trace 1", spec: "two-switches", found: "someDark" });
    for (const words of [[], ["two-switches"]]) {
      const { status, printed } = await at.run("replay", file("walk.json"), ...words);
      expect(status).toBe(0);
      expect(printed).toMatch(/REPLAY: .*walk\.json, 2 of 2 steps; the relation is the\s+one that it was saved from\./);
      expect(printed).toContain("someDark violated: never are all lights on");
      expect(printed).toContain("It ends with someDark, as it was saved.");
    }
  });

  it("of a counterexample is the one that was shown", async () => {
    const checked = await at.run("check", "two-switches", "--save-trace", file("found.json"), "--json", "-");
    const { trace } = JSON.parse(checked.printed);
    const steps = read("found.json").steps as { context: string; row: string }[];
    expect(steps.map(({ context, row }) => [context, row])).toEqual(
      trace.map((step: { context: string; program: string; label: string }) => [
        step.context,
        `${step.program}: ${step.label}`,
      ]),
    );
    expect((await at.run("replay", file("found.json"))).status).toBe(0);
  });

  it("is not written where there is no counterexample", async () => {
    const { status, complained } = await at.run("check", "one-switch", "--save-trace", file("no.json"));
    expect([status, complained]).toEqual([0, "--save-trace: there is no counterexample: no.json is not written\n"]);
  });

  it("keeps what was changed by --set", async () => {
    await at.run("check", "one-switch", "--set", "lights=1", "--save-trace", file("set.json"));
    expect(read("set.json").changed).toEqual(["lights=1"]);
    expect((await at.run("replay", file("set.json"))).status).toBe(0);
  });

  it("of another relation is tried by its names; what is possible instead is said", async () => {
    await at.run("check", "two-switches", "--save-trace", file("two.json"));
    const same = await at.run("replay", file("two.json"), "two-switches", "--set", "lights=3");
    expect(same.status).toBe(1);
    expect(oneLine(same.printed)).toContain("steps are found by their names.");
    expect(same.printed).toContain("It was saved for someDark, and ends with nothing that is violated.");
    const stuck = await at.run("replay", file("two.json"), "one-switch");
    expect(stuck.status).toBe(1);
    expect(stuck.printed).toMatch(/Step 1 is not possible here: task0 task0\/then0\/flip -> task0\/then1/);
    expect(stuck.printed).toContain("Possible here:\n  task0 task0/then0/flip -> (end) (alternative 0.0, light0)\n");
  });

  it("is not searched, nor told in another form", async () => {
    const { status, complained } = await at.run("replay", file("two.json"), "--json", "-", "--por", "on");
    expect(status).toBe(2);
    expect(complained.match(/^--(json|por): there is no such option$/gm)).toHaveLength(2);
  });

  it("that was changed by hand is refused, or does not replay", async () => {
    await at.run("check", "two-switches", "--save-trace", file("good.json"));
    const good = read("good.json");
    const replayed = (text: string) => {
      at.put("bad.json", text);
      return at.run("replay", file("bad.json"));
    };
    const broken = await replayed("{");
    expect([broken.status, broken.complained]).toEqual([
      2,
      expect.stringContaining("a trace is strict JSON: no comments, no trailing commas"),
    ]);
    const many = await replayed(
      JSON.stringify({ ...good, relationHash: 7, steps: [{ ...good.steps[0], at: 1 }], x: 1 }),
    );
    expect(many.status).toBe(2);
    expect(many.complained).toContain('"x" is not a key of a trace here');
    expect(many.complained).toContain("/steps/0/at: 1 is not a text");
    expect(many.complained).toContain("/relationHash: 7 is not a text");
    const [first, second] = good.steps;
    const swapped = await replayed(JSON.stringify({ ...good, steps: [second, first] }));
    expect(swapped.status).toBe(1);
    expect(swapped.printed).toContain("Step 1 is not possible here");
    expect(oneLine(swapped.printed)).toContain("Yet the relation is the same: the file was changed.");
    const cut = await replayed(JSON.stringify({ ...good, steps: [first] }));
    expect([cut.status, cut.printed]).toEqual([1, expect.stringContaining("It was saved for someDark")]);
    const other = await replayed(JSON.stringify({ ...good, found: null }));
    expect([other.status, other.printed]).toEqual([1, expect.stringContaining("and ends with someDark")]);
    expect((await at.run("replay", file("nowhere.json"))).complained).toContain("no such file");
  });
});

describe("a walk by hand", () => {
  it("lists the steps, takes what is picked, goes back, and ends with the scenario", async () => {
    const typed = ["1", "u", "u", "2", "1", "s", "9", "what", "?", `save ${file("hand.json")}`, "q", "1"];
    const { status, printed } = await at.talk(typed, "simulate", "two-switches", "--guided");
    expect(status).toBe(12);
    expect(printed).toContain("   1 task0 toggle: flip  on[i] = !on[i];\n       | light light0; -> flip\n");
    expect(printed).toContain(
      ">  1 task0 toggle: flip  on[i] = !on[i];\n     | light light1 is chosen; on[light1]: false -> true\n",
    );
    expect(printed).toContain("this is the initial state: there is no step to take back");
    expect(printed).toContain("  *** someDark violated: never are all lights on ***\n");
    expect(printed).toContain("on[light1] = true (was false)");
    expect(printed).toContain('"9" is no step here and no command');
    expect(printed).toContain('"what" is no step here and no command');
    expect(printed).toContain("u          take the last step back\n");
    expect(printed).toContain("hand.json: 2 steps\n");
    expect((await at.run("replay", file("hand.json"))).status).toBe(0);
  });

  it("ends where the input ends, and with chance takes what the seed says", async () => {
    const { status, printed } = await at.talk(["r", "r", "r"], "simulate", "one-switch", "--guided", "--seed", "5");
    expect(status).toBe(0);
    expect(printed).toContain("The end: no script goes on.");
    expect(printed).toContain("chance takes no step here");
  });

  it("says what an expression is where it stands, and what is wrong with one", async () => {
    const typed = ["= on[light0]", "1", "= count l: light . on[l]", "= on", "= on[light0] +", "= task0.i", "q"];
    const { printed } = await at.talk(typed, "simulate", "two-switches", "--guided");
    expect(printed).toContain("\n> false\n> ");
    expect(printed).toContain("\n> 1\n> ");
    expect(printed).toContain('"on", at its end: on has one for each light; expected: [light0], [light1]\n');
    expect(printed).toContain('"on[light0] +", at "on[light0] +": + wants a number, and this is a condition');
    expect(printed).toContain('"task0.i", at "i": task0 has no such local');
  });

  it("goes on where a file cannot be written, and does not go with --runs", async () => {
    const ran = await at.talk([`save ${file("no/such/folder.json")}`, "1"], "simulate", "one-switch", "--guided");
    expect(ran.complained).toContain("cannot be written: no such file or directory (ENOENT)");
    expect(ran.printed).toContain("The end: no script goes on.");
    expect((await at.run("simulate", "one-switch", "--guided", "--runs", "2")).status).toBe(2);
  });

  it("is driven through the standard input of a real process", async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const asked = ["simulate", "examples/peterson.json", "--guided"];
    const child = spawn(process.execPath, ["bin/nolock.js", ...asked], { cwd: root });
    let printed = "";
    child.stdout.on("data", (text) => {
      printed += text;
    });
    // Each answer follows its question.
    const answers = ["1", "1", "u", "q"];
    child.stdout.on("data", () => {
      if (printed.endsWith("> ")) child.stdin.write(`${answers.shift()}\n`);
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect([status, answers]).toEqual([0, []]);
    expect(printed).toContain("Next:\n");
    expect(printed).toMatch(/All 1 steps, with what changed:|Steps that change what is shared \(1/);
  });
});
