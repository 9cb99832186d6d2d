/**
 * Does each room of checker/, model/ and conform/ use only what stands on floors below its own? `docs/architecture.md` draws the
 * floors, and the drawing is what is held here: so it cannot be wrong. Imports of types count like any other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** A floor: its rooms, each a folder, or several folders that use each other and are not told apart yet. */
type Floor = readonly (readonly string[])[];

/** The floors that a document draws, by top folder, the lowest first. */
function floorsIn(document: string): ReadonlyMap<string, readonly Floor[]> {
  const [, drawing] = /```floors\n(.*?)```/s.exec(document) ?? [];
  if (!drawing) throw new Error("docs/architecture.md has no block of floors");
  const found = new Map<string, Floor[]>();
  let house = "";
  for (const line of drawing.trimEnd().split("\n")) {
    if (!line.startsWith(" ")) {
      house = line.replace(/\/$/, "");
      found.set(house, []);
      continue;
    }
    const rooms = [...line.matchAll(/\(([^)]*)\)|\S+/g)].map(([whole, together]) => (together ?? whole).split(" "));
    found.get(house)?.unshift(rooms.map((folders) => folders.map((folder) => posix.join(house, folder))));
  }
  return found;
}

/** The sources below a folder, by path. */
function sourcesBelow(house: string): ReadonlyMap<string, string> {
  const paths = readdirSync(join(root, house), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|js)$/.test(path))
    .map((path) => `${house}/${path}`);
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

/** The files of this project that a source names: by imports, exports, types, and as what a thread is to run. */
const namedIn = (path: string, text: string): readonly string[] =>
  [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*"(\.[^"]*)"/g)].map(([, to]) =>
    posix.join(dirname(path), to as string),
  );

/** What is wrong with sources that are to stand on floors, a sentence each. */
function climbs(sources: ReadonlyMap<string, string>, floors: readonly Floor[], house: string): string[] {
  const placeOf = new Map(
    floors.flatMap((floor, level) => floor.flatMap((room) => room.map((folder) => [folder, { level, room }] as const))),
  );
  const problems: string[] = [];
  for (const [path, text] of sources) {
    const from = placeOf.get(dirname(path));
    if (!from) problems.push(`${dirname(path)} stands on no floor`);
    for (const named of namedIn(path, text)) {
      const to = placeOf.get(dirname(named));
      if (!from || !to || !named.startsWith(`${house}/`) || from.room === to.room) continue;
      if (to.level >= from.level) problems.push(`${path} uses ${named}, which does not stand below it`);
    }
  }
  const folders = new Set([...sources.keys()].map((path) => dirname(path)));
  for (const folder of placeOf.keys()) if (!folders.has(folder)) problems.push(`${folder} is drawn, and is no room`);
  return [...new Set(problems)];
}

/** Folders that a folder uses, by way of others too, within its room. */
function reachedFrom(folder: string, room: readonly string[], sources: ReadonlyMap<string, string>): Set<string> {
  const reached = new Set<string>();
  const queue = [folder];
  for (const at of queue)
    for (const [path, text] of sources) {
      if (dirname(path) !== at) continue;
      for (const to of namedIn(path, text).map((named) => dirname(named)))
        if (to !== at && room.includes(to) && !reached.has(to)) {
          reached.add(to);
          queue.push(to);
        }
    }
  return reached;
}

/** Sources that a house has at least: one that is not found must not look well built. */
const LEAST: Readonly<Record<string, number>> = { checker: 50, model: 50, conform: 20 };

const drawn = floorsIn(readFileSync(join(root, "docs/architecture.md"), "utf8"));

describe.each([...drawn])("%s", (house, floors) => {
  const sources = sourcesBelow(house);

  it("has rooms that use only what stands on floors below", () => {
    expect(sources.size).toBeGreaterThan(LEAST[house] as number);
    expect(climbs(sources, floors, house)).toEqual([]);
  });

  it("takes folders for one room only where each uses all others", () => {
    for (const room of floors.flat().filter(({ length }) => length > 1))
      for (const folder of room)
        expect([...reachedFrom(folder, room, sources), folder].sort()).toEqual(
          expect.arrayContaining([...room].sort()),
        );
  });

  it("has no file of 400 lines", () => {
    const long = [...sources].filter(([, text]) => text.trimEnd().split("\n").length >= 400);
    expect(long.map(([path]) => path)).toEqual([]);
  });
});

describe("what is seeded is found:", () => {
  const floors = drawn.get("checker") ?? [];
  const sources = sourcesBelow("checker");
  const seeded = (path: string, line: string): string[] =>
    climbs(new Map(sources).set(path, `${line}\n${sources.get(path) ?? ""}`), floors, "checker");

  it.each([
    ["an import", 'import { check } from "../answer/check.ts";'],
    ["an import of a type", 'import type { Outcome } from "../answer/outcome.ts";'],
    ["the type of an import", 'const of: import("../answer/outcome.ts").Outcome;'],
    ["an import for what it does", 'import "../answer/check.ts";'],
    ["an export", 'export * from "../answer/check.ts";'],
    ["an import over several lines", 'import {\n  check,\n} from "../answer/check.ts";'],
    ["a module that is loaded later", 'const loaded = await import("../answer/check.ts");'],
    ["a file for a thread", 'new Worker(new URL("../answer/check.ts", import.meta.url));'],
  ])("%s that closes a circle", (_, line) => {
    const said = seeded("checker/reference/step.ts", line);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("checker/reference/step.ts uses checker/answer/");
  });

  it("an import from a room on the same floor", () => {
    const [level = []] = floors;
    const [[one] = [], [other] = []] = level;
    const path = `${one}/seeded.ts`;
    const target = posix.relative(one as string, `${other}/x.ts`);
    expect(seeded(path, `import "${target}";`)).toEqual([`${path} uses ${other}/x.ts, which does not stand below it`]);
  });

  it("a room that nobody drew", () => {
    expect(seeded("checker/seeded/room.ts", "")).toEqual(["checker/seeded stands on no floor"]);
  });

  it("a drawn room that is gone", () => {
    const without = new Map([...sources].filter(([path]) => !path.startsWith("checker/text/")));
    expect(climbs(without, floors, "checker")).toEqual(["checker/text is drawn, and is no room"]);
  });
});
