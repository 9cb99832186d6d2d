/** Does the table of bugs name specs that there are, in columns that their pins agree with, or say why there is none? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { loadQuestion } from "../../checker/spec/load.ts";
import type { Bug } from "../../checker/spec/model.ts";
import { BUGS } from "../../model/bugs.ts";

const known = specNames(folders);
const bugs = Object.entries<Bug>(BUGS);

/** What a spec pins. */
const pinned = async (name: string) => {
  const { expect: pin } = await loadQuestion(specNamed(name, folders), builtins);
  return pin;
};

describe("the table of bugs", () => {
  it("has each of them", () => {
    expect(Object.keys(BUGS)).toEqual(Array.from({ length: 34 }, (_, i) => `B${i + 1}`));
  });

  it("says of each which specs show it, or why none does", () => {
    expect(bugs.filter(([, bug]) => bug.shown.length === 0 && !bug.notShown).map(([id]) => id)).toEqual([]);
  });

  it("names specs that there are", () => {
    const named = bugs.flatMap(([, { shown, mended }]) => [...shown, ...mended]);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    const inWords = bugs.flatMap(([, { notShown = "" }]) =>
      [...notShown.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(inWords.filter((name) => !known.includes(name as string))).toEqual([]);
  });

  it.each(bugs.flatMap(([id, { shown }]) => shown.map((name) => [id, name] as const)))(
    "%s is shown by %s, which pins a violation",
    async (_, name) => {
      expect((await pinned(name))?.violated).not.toEqual([]);
    },
  );

  it.each(bugs.flatMap(([id, { mended }]) => mended.map((name) => [id, name] as const)))(
    "%s mended: %s pins that it holds",
    async (_, name) => {
      expect((await pinned(name))?.verdict).toBe("holds");
    },
  );
});
