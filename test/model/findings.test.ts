/** Is the first page of `docs/findings.md` what the specs give? Each line's figures, and that its mend holds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, PROJECT, specNamed, specNames } from "../../checker/cli/specs.ts";
import { recordOf } from "../../checker/ledger/record.ts";
import { loadQuestion, loadSpec } from "../../checker/spec/load.ts";

const text = readFileSync(join(PROJECT, "docs/findings.md"), "utf8");
const page = /^## Open in 7\.3\.4\n([\s\S]*?)^## /m.exec(text)?.[1] ?? "";

/** The lines of the page's first table, without its head. */
const table = /^\| what happens[^\n]*\n\| ---[^\n]*\n((?:\| [^\n]*\n)+)/m.exec(page)?.[1] ?? "";

const rows = table
  .trimEnd()
  .split("\n")
  .map((line) => {
    const cells = line.slice(2, -2).split(" | ");
    const [, spec = "", frames = "", steps, window, , mend = ""] = cells;
    return { spec: spec.replaceAll("`", ""), frames, steps, window, mend: /`([^`]+)`/.exec(mend)?.[1] ?? "" };
  });

/** How the page writes kinds of context. */
const KINDS: Readonly<Record<string, string>> = {
  NMI: "nmi",
  task: "task",
  destroyer: "task",
  hardirq: "hardirq",
  hook: "hook",
};

const kindsIn = (frames: string): string[] =>
  frames
    .replace("two tasks", "task task")
    .split(/[^A-Za-z]+/)
    .flatMap((word) => KINDS[word] ?? []);

describe("what is open in 7.3.4", () => {
  it("is more than nothing", () => expect(rows.length).toBeGreaterThan(10));

  it("names specs that there are", () => {
    const named = [...page.matchAll(/`(7\.3\/[^`*]+)`/g)].map(([, name]) => name as string);
    expect(named.filter((name) => !specNames(folders).includes(name))).toEqual([]);
  });

  it.each(rows)(
    "$spec: frames, steps and window are what its search finds",
    async ({ spec, frames, steps, window }) => {
      const loaded = await loadSpec(specNamed(spec, folders), builtins);
      const { together, differences } = recordOf(check(loaded, { workers: 1, together: true }));
      if (!together) throw new Error(`${spec} shows nothing`);
      expect(differences).toEqual([]);
      expect(loaded.spec.asked.version).toBe("7.3");
      expect([together.kinds.toSorted(), together.steps, together.isLeast]).toEqual([
        kindsIn(frames).toSorted(),
        Number(steps),
        true,
      ]);
      const counted = (together.windows ?? []).filter(([open, of]) => open > 0 && open < of);
      expect(counted.map(([open, of]) => `${open} of ${of}`).join() || "-").toBe(window);
    },
  );

  it.each(rows)("$spec: $mend holds", async ({ mend }) => {
    const { expect: pinned, asked } = await loadQuestion(specNamed(mend, folders), builtins);
    expect([pinned?.verdict, asked.version]).toEqual(["holds", "7.3"]);
    expect(asked.variants.length).toBeGreaterThan(0);
  });
});
