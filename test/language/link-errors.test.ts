/** Does the linker find an author's mistakes, all at once, and say where, what, and how to mend it? */
import { describe, expect, it } from "vitest";
import { LinkError } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import { countingFrom, mistakes } from "./mistakes.ts";

const problemsOf = (link: () => unknown): readonly string[] => {
  try {
    link();
  } catch (error) {
    if (error instanceof LinkError) return error.problems;
    throw error;
  }
  return [];
};

describe("the linker refuses", () => {
  it("does not mind what tells elements apart where none is renamed, as a mutant may", () => {
    const telling = mistakes.filter(({ problems }) => problems.every((text) => /may be renamed/.test(text)));
    expect(telling.length).toBeGreaterThan(4);
    for (const { options } of telling) expect(link({ ...options, renames: false }).renamable).toEqual({});
  });

  it.each(mistakes)("$name", ({ options, problems }) => {
    expect(problemsOf(() => link(options))).toEqual(problems);
  });
});

describe("a message", () => {
  it("begins with where, and is one line without a stack", () => {
    for (const problem of mistakes.flatMap((m) => m.problems)) expect(problem).toMatch(/^[^\n]+$/);
    const first = mistakes[0];
    expect(() => link(first?.options as never)).toThrow(/^the model cannot be linked:\n {2}p, row "orphan": [^\n]*$/);
  });
});

it("a program that calls itself as deep as it says is unrolled", () => {
  const { labels } = link(countingFrom(2));
  expect(labels.map((label) => label?.name)).toEqual([undefined, "script/begin/work", "script/begin/again/work"]);
});
