/** Is the report of a run that was killed again and again, while it wrote too, that of one that was not? */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { TIMES } from "../runs.ts";
import { inFolderOf } from "./folder.ts";
import { killed, run, start } from "./process.ts";

/** Of each search: 100 each night. */
const KILLS = Math.min(100, 5 * TIMES);

/** Milliseconds that a run has before it is killed, at most: a part of what its search takes. */
const LONGEST = 700;

it.each<readonly [string, readonly string[]]>([
  ["a violated spec of many levels", ["hook-cuts-freelist"]],
  [
    "a search of two threads",
    ["examples/freelist-8m.json", "--set", "lastTag=6", "--por", "off", "--symmetry", "off", "--workers", "2"],
  ],
  ["a reduced search", ["examples/freelist-8m.json", "--set", "lastTag=7", "--por", "on", "--symmetry", "on"]],
])(
  "%s",
  async (_, asked) => {
    const whole = await run([...asked, "--json", "-"]);
    expect(whole.complained).toBe("");
    let kills = 0;
    let searches = 0;
    while (kills < KILLS) {
      await inFolderOf(async (parent) => {
        const folder = join(parent, "kept");
        const more = ["--every", "0", "--json", "-"];
        const workers = asked.includes("--workers") ? ["--workers", String(1 + (kills % 2))] : [];
        for (;;) {
          const goesOn = existsSync(join(folder, "manifest.json"));
          const line = goesOn ? ["--resume", folder, ...workers] : [...asked, "--checkpoint", folder];
          const one = start([...line, ...more]);
          const isKilled = kills < KILLS && (await killed(folder, one, LONGEST * Math.random(), kills % 2 === 0));
          if (isKilled) {
            kills += 1;
            continue;
          }
          const ended = await one.ended;
          expect(ended.complained).toBe("");
          expect([ended.status, ended.printed]).toEqual([whole.status, whole.printed]);
          searches += 1;
          return;
        }
      });
    }
    expect([kills, searches > 0]).toEqual([KILLS, true]);
  },
  1000 * (300 + 40 * KILLS),
);
