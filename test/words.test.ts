/** Is there one word for one thing? Words that had two meanings, or stood beside the field's own, do not come back. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

interface Gone {
  readonly folder: string;
  readonly word: RegExp;
  /** A line that would be found. */
  readonly example: string;
  /** What is written instead. */
  readonly instead: string;
}

const GONE: readonly Gone[] = [
  {
    folder: "checker/engine",
    word: /\b(Shard)?Frame\b|#frame\b/,
    example: "constructor(frame: Frame)",
    instead: "a frame is a context on top of another; where things lie in memory is a memory map",
  },
  {
    folder: "checker/engine",
    word: /\bruns? of (states|roots|pairs|those|the (places|table|stash|pairs)|a log)\b/i,
    example: "a run of states",
    instead: "a run is an execution; states that stand one after the other are a range",
  },
  {
    folder: "checker/engine",
    word: /\bFew\b|\bfewOf\b|\btakeFew\b/,
    example: "class Few",
    instead: "ample sets, or the reductions of a search",
  },
  {
    folder: "checker",
    word: /\b(mayGoAlone|aloneOf|aloneIn)\b/,
    example: "this.#mayGoAlone(state)",
    instead: "the open steps of a context that goes on alone are an ample set",
  },
  {
    folder: "checker",
    word: /\b([Pp]rey\w*|[Hh]unt(s|er|ed|ing)?|SpecHunter|[Ff]elt(In|Among)?|unfelt)\b/,
    example: "export interface Prey {",
    instead: "mutation testing has mutants, trials, and mutants that infect",
  },
];

const sourcesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));

describe.each(GONE)("$example", ({ folder, word, example, instead }) => {
  it(`is not in ${folder}/: ${instead}`, () => {
    const sources = sourcesBelow(folder);
    expect(sources.length).toBeGreaterThan(20);
    const found = sources.flatMap((path) =>
      readFileSync(join(root, folder, path), "utf8")
        .split("\n")
        .flatMap((line, i) => (word.test(line) ? [`${folder}/${path}:${i + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it("would be found", () => expect(word.test(example)).toBe(true));
});
