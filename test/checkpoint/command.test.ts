/** A search that is kept, as somebody at a command line meets it: how it ends, and how it goes on. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { inFolderOf } from "./folder.ts";
import { killed, run, start } from "./process.ts";

const FREELIST = ["examples/freelist-8m.json", "--set", "lastTag=6", "--por", "off", "--symmetry", "off"];
const LONG = 600_000;

const inKept = (body: (folder: string) => Promise<void>): Promise<void> =>
  inFolderOf((parent) => body(join(parent, "kept")));

describe("a search that is kept goes on", () => {
  it(
    "where memory ended it, with more of it; with less it is refused",
    () =>
      inKept(async (folder) => {
        const cut = await run([...FREELIST, "--checkpoint", folder, "--memory", "24M"]);
        expect(cut.status).toBe(3);
        expect(cut.printed).toContain("the memory limit was reached");
        expect(cut.complained).toMatch(/keeps [\d,]{7,} states, to level \d+; to go on: .* --resume/);
        const little = await run(["--resume", folder, "--memory", "6M"]);
        expect([little.status, little.complained]).toEqual([2, expect.stringContaining("6 MiB are too little")]);
        expect(await run(["--resume", folder, "--memory", "1G"])).toEqual(await run([...FREELIST, "--memory", "1G"]));
      }),
    LONG,
  );

  it(
    "where a limit of states or steps ended it, with a larger one or the same",
    () =>
      inKept(async (folder) => {
        const limited = [...FREELIST, "--max-depth", "12"];
        const cut = await run([...limited, "--checkpoint", folder]);
        expect([cut.status, cut.complained.includes("to level 12;")]).toEqual([3, true]);
        const again = await run(["--resume", folder]);
        expect([again.status, again.printed]).toEqual([cut.status, cut.printed]);
        const further = ["--max-states", "200000", "--max-depth", "100"];
        const more = await run(["--resume", folder, ...further]);
        expect(more.printed).toBe((await run([...FREELIST, ...further])).printed);
      }),
    LONG,
  );

  it(
    "where a signal ended it, in another form of the engine and by another number of threads",
    () =>
      inKept(async (folder) => {
        const { child, ended } = start([...FREELIST, "--checkpoint", folder]);
        while (!existsSync(join(folder, "lock"))) await wait(5);
        await wait(300);
        child.kill("SIGTERM");
        const cut = await ended;
        expect(cut.printed).toContain("it was interrupted");
        expect(readdirSync(folder)).not.toContain("lock");
        const then = ["--engine", "js"];
        const goesOn = existsSync(join(folder, "manifest.json"));
        const line = goesOn ? ["--resume", folder] : [...FREELIST, "--checkpoint", folder];
        expect((await run([...line, ...then])).printed).toBe((await run([...FREELIST, ...then])).printed);
      }),
    LONG,
  );

  it("but a short one writes nothing", () =>
    inKept(async (folder) => {
      const asked = ["examples/freelist.json", "--checkpoint", folder];
      expect(await run(asked)).toEqual(await run(["examples/freelist.json"]));
      expect(existsSync(folder)).toBe(false);
    }));
});

describe("a disk that is full", () => {
  /** What is kept when the system takes no more is what was there before. */
  const goesOnFrom = async (folder: string, limits: string): Promise<void> => {
    const whole = await run(FREELIST);
    const full = await run([...FREELIST, "--checkpoint", folder, "--every", "0"], limits);
    expect([full.status, full.printed]).toEqual([74, whole.printed]);
    expect(full.complained).toMatch(/cannot be written: (file too large|no space left on device).* level \d+ stands/);
    expect(full.complained.match(/cannot be written/g)).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    expect(await run(["--resume", folder])).toEqual(whole);
  };

  it(
    "ends no search, and what was written before goes on",
    () => inKept((folder) => goesOnFrom(folder, "ulimit -f 300")),
    LONG,
  );

  it.runIf(process.getuid?.() === 0)(
    "the same on a file system that is full",
    () =>
      inKept(async (folder) => {
        mkdirSync(folder);
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
        try {
          await goesOnFrom(folder, "true");
        } finally {
          execFileSync("umount", [folder]);
        }
      }),
    LONG,
  );
});

describe("refused is", () => {
  it(
    "another question, and a folder that is in use",
    () =>
      inKept(async (folder) => {
        const first = start([...FREELIST, "--checkpoint", folder, "--every", "0"]);
        const files = (): number => (existsSync(folder) ? readdirSync(folder).length : 0);
        while (files() < 8) await wait(2);
        // It has the folder as long as it lives, however quick the machine is.
        first.child.kill("SIGSTOP");
        const taken = await run(["--resume", folder]);
        expect([taken.status, taken.complained]).toEqual([2, expect.stringContaining("another run has this folder")]);
        expect(await killed(folder, first, 0, false)).toBe(true);
        const begun = await run([...FREELIST, "--checkpoint", folder]);
        expect([begun.status, begun.complained]).toEqual([2, expect.stringContaining("has a checkpoint already")]);
        const other = await run(["--resume", folder, "--set", "lastTag=7"]);
        expect([other.status, other.complained]).toEqual([2, expect.stringContaining("cannot be asked otherwise")]);
        const spec = await run(["examples/freelist.json", "--resume", folder]);
        expect([spec.status, spec.complained]).toEqual([2, expect.stringContaining("of another relation")]);
        expect((await run(["--resume", folder])).printed).toBe((await run(FREELIST)).printed);
      }),
    LONG,
  );

  it("the reference, and a time or a folder that is none", async () => {
    const reference = await run(["examples/freelist.json", "--engine", "reference", "--checkpoint", "/tmp/nowhere"]);
    expect([reference.status, reference.complained]).toEqual([2, expect.stringContaining("cannot go on from a file")]);
    const time = await run(["examples/freelist.json", "--checkpoint", "/tmp/nowhere", "--every", "soon"]);
    expect([time.status, time.complained]).toEqual([2, expect.stringContaining("not a number of seconds")]);
    const folder = await run(["examples/freelist.json", "--checkpoint", "/dev/null/below"]);
    expect([folder.status, folder.complained]).toEqual([2, expect.stringContaining("nothing can be written there")]);
    const alone = await run(["examples/freelist.json", "--every", "3"]);
    expect([alone.status, alone.complained]).toEqual([2, expect.stringContaining("--checkpoint or --resume")]);
  });
});
