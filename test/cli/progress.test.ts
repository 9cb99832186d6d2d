/** Commands about many specs: how far they are, how they end at a signal, and what is not linked twice. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Attendance } from "../../checker/cli/attend.ts";
import { forEach } from "../../checker/cli/progress.ts";
import { Relations } from "../../checker/cli/relations.ts";
import { main } from "../../checker/commands/main.ts";
import { type Loaded, loadSpec, loadUnlinked } from "../../checker/spec/load.ts";
import type { Spec } from "../../checker/spec/spec.ts";
import { lights, project } from "./environment.ts";

const at = project({ a: lights(["toggle"]), b: lights(["wait"]), c: lights(["toggle", "toggle"]) });
afterAll(at.remove);

/** A process in which each look takes a second; the signal comes at a look, if at all. */
function attended(signalAt = Number.POSITIVE_INFINITY, terminal: boolean | null = true) {
  const written: string[] = [];
  const clock = { time: 0 };
  let listener: (() => void) | null = null;
  const attendance: Attendance = {
    terminal,
    columns: () => 80,
    write: (text) => written.push(text),
    now: () => clock.time,
    memory: () => 0,
    turn: async () => {
      clock.time += 1000;
      if (clock.time >= 1000 * signalAt) listener?.();
    },
    onSignal: (end) => {
      const before = listener;
      listener = () => {
        listener = null;
        before?.();
        end();
      };
      return () => {
        listener = before;
      };
    },
  };
  return { attendance, written, isReleased: () => listener === null };
}

const items = ["one", "two", "three", "four"];

describe("how far a command is that is about many", () => {
  it("is a line that is rewritten on a terminal, and is gone at the end", async () => {
    const { attendance, written, isReleased } = attended();
    const done: string[] = [];
    const body = async (item: string) => done.push(item) > 0;
    expect(await forEach(items, (item) => item, body, attendance)).toBe(4);
    expect(done).toEqual(items);
    expect(written).toEqual(["\r\x1b[K2 of 4 done, at three, 0:02", "\r\x1b[K3 of 4 done, at four, 0:03", "\r\x1b[K"]);
    expect(isReleased()).toBe(true);
  });

  it("is a line every ten seconds where there is no terminal, and nothing in a file", async () => {
    const many = Array.from({ length: 25 }, (_, i) => `item ${i}`);
    const { attendance, written } = attended(Number.POSITIVE_INFINITY, false);
    await forEach(
      many,
      (item) => item,
      async () => true,
      attendance,
    );
    expect(written).toEqual(["10 of 25 done, at item 10, 0:10\n", "20 of 25 done, at item 20, 0:20\n"]);
    const silent = attended(Number.POSITIVE_INFINITY, null);
    await forEach(
      many,
      (item) => item,
      async () => true,
      silent.attendance,
    );
    expect(silent.written).toEqual([]);
  });

  it("ends at a signal with what was done", async () => {
    const { attendance, written, isReleased } = attended(3);
    const done: string[] = [];
    expect(
      await forEach(
        items,
        (item) => item,
        async (item) => done.push(item) > 0,
        attendance,
      ),
    ).toBe(2);
    expect(done).toEqual(["one", "two"]);
    expect(written.at(-1)).toBe("interrupted: what was found until now follows; once more ends it at once\n");
    expect(isReleased()).toBe(true);
  });

  it("ends where the last was not done to its end", async () => {
    expect(
      await forEach(
        items,
        (item) => item,
        async (item) => item !== "three",
        undefined,
      ),
    ).toBe(2);
  });
});

/** Runs a command that a signal ends after so many seconds. */
async function cutAt(seconds: number, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(args, {
    folders: { specs: join(at.dir, "specs"), results: join(at.dir, "results"), docs: join(at.dir, "docs") },
    builtins: { lights: () => import("../spec/fixtures/lights.ts") },
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    attendance: attended(seconds).attendance,
  });
  return { status, printed: out.join(""), complained: err.join("") };
}

describe("a command that a signal ends", () => {
  const part = "interrupted: 1 of 3 specs were looked at: what is above is about these, and nothing was written\n";

  it("says of how many specs its answer is, and nothing of what the others may have: exit status 3", async () => {
    const coverage = await cutAt(2, "results", "coverage");
    expect(coverage).toEqual({
      status: 3,
      printed: "lights: 1 of 1 source rows fired in 1 specs; 0 explained, 0 not\n",
      complained: part,
    });
    const steps = await cutAt(2, "print", "--steps");
    expect([steps.status, steps.complained]).toEqual([3, part]);
    expect(steps.printed).toContain("toggle: flip");
    expect((await cutAt(2, "results", "contexts")).complained).toBe(part);
  });

  /** What the results have, if there is the folder at all. */
  const results = (): string[] => (existsSync(join(at.dir, "results")) ? readdirSync(join(at.dir, "results")) : []);

  it("writes no claims", async () => {
    expect((await cutAt(2, "results", "claims")).status).toBe(3);
    expect(results()).toEqual([]);
  });

  it("has no index to show", async () => {
    const { status, printed, complained } = await cutAt(2, "results", "index");
    expect([status, printed, complained]).toEqual([3, "", "interrupted: 1 of 3 specs were looked at\n"]);
    expect(results()).toEqual([]);
  });
});

describe("what linking told", () => {
  const builtins = { lights: () => import("../spec/fixtures/lights.ts") };
  const file = (name: string) => ({ source: name, name, path: join(at.dir, "specs", `${name}.json`) });
  const kept = join(at.dir, "kept");
  mkdirSync(kept);
  const unlinkable = (spec: Spec): Loaded => ({
    source: spec.name,
    spec,
    get system(): never {
      throw new Error("it was linked");
    },
  });

  it("is kept: a spec of which it is known is not linked again", async () => {
    const first = new Relations(kept);
    const { hash } = (await loadSpec(file("a"), builtins)).system;
    expect(first.of(await loadUnlinked(file("a"), builtins))).toBe(hash);
    first.keep();
    const again = new Relations(kept);
    const { spec } = await loadUnlinked(file("a"), builtins);
    expect(again.of(unlinkable(spec))).toBe(hash);
    expect(readdirSync(kept)).toEqual(["relations.json"]);
  });

  it("is about the whole question: any other is linked", async () => {
    const { spec } = await loadUnlinked(file("a"), builtins);
    const relations = new Relations(kept);
    expect(() => relations.of(unlinkable(spec))).not.toThrow();
    const others: Spec[] = [
      { ...spec, deadlock: false },
      { ...spec, name: "other" },
      { ...spec, properties: [] },
      { ...spec, sometimes: ["allLit"] },
      { ...spec, happens: [{ program: "toggle", label: "flip", to: null }] },
      { ...spec, uncut: [{ frame: "nmi0", rows: "toggle", why: "so" }] },
      { ...spec, asked: { ...spec.asked, variants: ["dead"] } },
      { ...spec, asked: { ...spec.asked, configuration: { ...spec.asked.configuration, lights: 3 } } },
    ];
    for (const other of others) expect(() => relations.of(unlinkable(other))).toThrow("it was linked");
  });

  it("is not kept of a model of one's own, nor where there is no folder", async () => {
    const own = { ...(await loadSpec(file("b"), builtins)), modelFile: "/somewhere/lights.ts" };
    const relations = new Relations(kept);
    relations.of(own);
    relations.keep();
    expect(Object.keys(JSON.parse(readFileSync(join(kept, "relations.json"), "utf8")))).toHaveLength(1);
    const nowhere = new Relations(null);
    expect(nowhere.of(own)).toBe(own.system.hash);
    nowhere.keep();
  });

  it("is found out again where the file was cut off", async () => {
    writeFileSync(join(kept, "relations.json"), '{"half');
    const loaded = await loadSpec(file("c"), builtins);
    const relations = new Relations(kept);
    expect(relations.of(loaded)).toBe(loaded.system.hash);
    relations.keep();
    expect(new Relations(kept).of(unlinkable(loaded.spec))).toBe(loaded.system.hash);
  });
});
