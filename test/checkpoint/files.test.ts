/** Is what is not a checkpoint of this search, whole and as it was written, refused by name, and never searched? */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Checkpoint } from "../../checker/engine/checkpoint/checkpoint.ts";
import { aboutOf, readManifest } from "../../checker/engine/checkpoint/manifest.ts";
import { engineSearch, engineSearching } from "../../checker/engine/search/search.ts";
import { SpecError } from "../../checker/spec/problems.ts";
import freelist from "../../examples/freelist.ts";
import { linkExample } from "../examples/link-example.ts";
import { runs } from "../runs.ts";
import { checkpointIn, inFolder } from "./folder.ts";

const system = linkExample(freelist, { processes: 3, objects: 2, lastTag: 4 });
const about = aboutOf(system);
const OPTIONS = { exploreAll: true, slice: 50, fitFrom: 1 };

/** Keeps a search that is cut in the middle of a level. */
function keep(folder: string, looks = 30): void {
  const checkpoint = checkpointIn(folder, about, false, 5);
  const end = new AbortController();
  const work = engineSearching(system, { ...OPTIONS, checkpoint, signal: end.signal });
  for (let look = 0; !work.next().done; look++) if (look === looks) end.abort();
  checkpoint.end();
}

/** What is said of a folder: why it is refused, or how many states are found. */
function goOn(folder: string): number | string {
  let checkpoint: Checkpoint;
  try {
    checkpoint = checkpointIn(folder, about, true);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  const { states } = engineSearch(system, { ...OPTIONS, checkpoint });
  checkpoint.end();
  return states;
}

const filesIn = (folder: string): readonly string[] => readdirSync(folder).sort();

describe("a folder", () => {
  it("has a manifest, states, and those that were still to be expanded; nothing else when it is given back", () => {
    inFolder((folder) => {
      keep(folder);
      expect(filesIn(folder).map((name) => name.replace(/\d+/, "N"))).toEqual(
        expect.arrayContaining(["manifest.json", "whole-N.states", "whole-N.todo"]),
      );
      expect(filesIn(folder)).not.toContain("lock");
      expect(goOn(folder)).toBe(4502);
    });
  });

  it("is gone where nothing was written, if it was not there", () => {
    inFolder((folder) => {
      const inside = join(folder, "new");
      const checkpoint = Checkpoint.begin(inside, about, null, { every: 30, complain: () => {} });
      engineSearch(system, { ...OPTIONS, checkpoint });
      checkpoint.end();
      expect(existsSync(inside)).toBe(false);
    });
  });

  it("is taken by one run", () => {
    inFolder((folder) => {
      const first = checkpointIn(folder, about, false);
      const refused = `another run has this folder: process ${process.pid} on ${hostname()}`;
      expect(() => checkpointIn(folder, about, false)).toThrow(refused);
      first.end();
      checkpointIn(folder, about, false).end();
    });
  });

  it.each([
    ["was killed", (owner: object) => ({ ...owner, pid: 2 ** 30 })],
    ["had this number before", (owner: object) => ({ ...owner, started: "1" })],
    ["ran before the machine was started again", (owner: object) => ({ ...owner, boot: "another" })],
  ])("is free where the process that had it %s", (_, changed) => {
    inFolder((folder) => {
      const checkpoint = checkpointIn(folder, about, false);
      const owner = JSON.parse(readFileSync(join(folder, "lock"), "utf8"));
      checkpoint.end();
      writeFileSync(join(folder, "lock"), JSON.stringify(changed(owner)));
      checkpointIn(folder, about, false).end();
      expect(filesIn(folder)).toEqual([]);
    });
  });

  it("is not free where the process runs on another machine, or nobody knows", () => {
    inFolder((folder) => {
      for (const text of [JSON.stringify({ pid: 1, host: "elsewhere", boot: null, started: null }), ""]) {
        writeFileSync(join(folder, "lock"), text);
        expect(() => checkpointIn(folder, about, false)).toThrow("remove the file");
      }
    });
  });

  it("that has a checkpoint is not begun in again", () => {
    inFolder((folder) => {
      keep(folder);
      expect(() => checkpointIn(folder, about, false)).toThrow(`--resume ${folder}`);
      expect(filesIn(folder)).not.toContain("lock");
    });
  });
});

describe("refused by name is", () => {
  it("a file with another bit, or that is cut off, wherever", () => {
    const seen = { refused: 0 };
    inFolder((kept) => {
      keep(kept);
      const where = fc.record({
        file: fc.constantFrom(...filesIn(kept)),
        at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        bit: fc.option(fc.nat(7)),
      });
      fc.assert(
        fc.property(where, ({ file, at, bit }) =>
          inFolder((folder) => {
            for (const name of filesIn(kept)) copyFileSync(join(kept, name), join(folder, name));
            const path = join(folder, file);
            const bytes = readFileSync(path);
            const byte = Math.floor(at * bytes.length);
            if (bit === null) truncateSync(path, byte);
            else {
              bytes[byte] = (bytes[byte] as number) ^ (1 << bit);
              writeFileSync(path, bytes);
            }
            const said = goOn(folder);
            // The blank behind the manifest may be another blank.
            if (typeof said === "number") expect([said, file, byte]).toEqual([4502, "manifest.json", bytes.length - 1]);
            else expect(said).toMatch(new RegExp(`${file}.*(checksum|cut off|version|no manifest)`, "s"));
            seen.refused += Number(typeof said === "string");
          }),
        ),
        runs(150),
      );
    });
    expect(seen.refused).toBeGreaterThan(0.9 * runs(150).numRuns);
  });

  it("a file that is missing, or another one by its name", () => {
    inFolder((folder) => {
      keep(folder);
      const [first, second] = filesIn(folder).filter((name) => name.endsWith(".states")) as [string, string];
      const [one, other] = [join(folder, first), join(folder, second)];
      renameSync(one, `${one}.away`);
      expect(goOn(folder)).toContain(`${first}: it cannot be read: no such file`);
      copyFileSync(other, one);
      expect(goOn(folder)).toContain(first);
    });
  });

  it("a checkpoint of another relation, or by other sources, or of a later format", () => {
    inFolder((folder) => {
      keep(folder);
      const refused = (other: object): string => {
        try {
          Checkpoint.resume(folder, { ...about, ...other }, { every: 1, complain: () => {} });
        } catch (error) {
          if (error instanceof SpecError) return error.message;
          throw error;
        }
        return "not refused";
      };
      const larger = aboutOf(linkExample(freelist, { processes: 3, objects: 2, lastTag: 5 }));
      expect(refused(larger)).toContain("of another relation");
      expect(refused({ program: "0".repeat(64) })).toContain("by another version of the checker");
      expect(refused({ layout: "0".repeat(64) })).toContain("by another version of the checker");
      const path = join(folder, "manifest.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"format":1', '"format":2'));
      expect(refused({})).toContain("format 2, and this one reads 1");
    });
  });

  it("a folder without a checkpoint", () => {
    inFolder((folder) => {
      expect(goOn(folder)).toContain("there is no checkpoint");
      expect(goOn(join(folder, "nowhere"))).toContain("there is no checkpoint");
    });
  });
});

describe("what a process that was killed left is no matter:", () => {
  it("a file that was being written, and one that no manifest names", () => {
    inFolder((folder) => {
      keep(folder);
      const [states] = filesIn(folder).filter((name) => name.endsWith(".states")) as [string];
      const half = readFileSync(join(folder, states)).subarray(0, 100);
      const { pieces } = readManifest(folder).searches.whole as { readonly pieces: readonly { file: string }[] };
      const last = basename(pieces.at(-1)?.file ?? "", ".states");
      const next = last.replace(/\d+/, (digits) => String(Number(digits) + 1).padStart(4, "0"));
      for (const name of [".nolock-7-1", `${next}.states`, `${next}.todo`]) writeFileSync(join(folder, name), half);
      writeFileSync(join(folder, "notes.txt"), "of the user");
      const checkpoint = checkpointIn(folder, about, true, 1000);
      const left = filesIn(folder);
      checkpoint.end();
      expect(left.filter((name) => name.includes(next) || name.startsWith(".nolock"))).toEqual([]);
      expect(left).toContain("notes.txt");
      expect(goOn(folder)).toBe(4502);
    });
  });
});
