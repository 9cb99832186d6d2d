/** Is prose wrapped? Tables, blocks of code and links are as wide as what they hold; all else has at most 80 columns. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const COLUMNS = 80;
/** Decisions before this one were written before lines were wrapped. */
const FIRST_DECISION = "0013";

const decisions = readdirSync(join(root, "docs/decisions")).filter((name) => name >= FIRST_DECISION);
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "docs/glossary.md",
  ...decisions.map((name) => `docs/decisions/${name}`),
];

/** A fence opens a block of code, and one at least as long, of nothing else, closes it. */
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Lines of prose that are too long, as "number: line". */
function tooLong(text: string): string[] {
  const found: string[] = [];
  let fence = "";
  for (const [i, line] of text.split("\n").entries()) {
    const [, marks = ""] = FENCE.exec(line) ?? [];
    if (fence !== "") {
      if (marks.startsWith(fence) && line.trim() === marks) fence = "";
      continue;
    }
    if (marks !== "") {
      fence = marks;
      continue;
    }
    const isTable = line.startsWith("|");
    const isCode = line.startsWith("    ");
    // What a link leads to cannot be broken; what it reads as can.
    const prose = line.replace(/\]\([^)\s]*\)/g, "]").replace(/https?:\/\/\S+/g, "");
    if (!isTable && !isCode && [...prose].length > COLUMNS) found.push(`${i + 1}: ${line}`);
  }
  if (fence !== "") found.push(`a block of code that begins with ${fence} never ends`);
  return found;
}

describe("prose of at most 80 columns", () => {
  it("has decisions among its documents", () => expect(decisions.length).toBeGreaterThan(1));

  it.each(documents)("%s", (name) => {
    expect(tooLong(readFileSync(join(root, name), "utf8"))).toEqual([]);
  });

  const long = `${"word ".repeat(16)}word`;

  it("is noticed where it is not", () => {
    expect(tooLong(`${long}\n`)).toEqual([`1: ${long}`]);
    expect(tooLong(`- ${long}\n# ${long}\n> ${long}`)).toHaveLength(3);
    expect(tooLong(`${"x".repeat(80)}\n${"x".repeat(81)}`)).toEqual([`2: ${"x".repeat(81)}`]);
    expect(tooLong(`\`\`\`\`text\n\`\`\`\n\`\`\`\`\n${long}`)).toEqual([`4: ${long}`]);
    expect(tooLong(`\`\`\`text\n${long}`)).toHaveLength(1);
    expect(tooLong(`[${long}](x.md)`)).toHaveLength(1);
  });

  it("leaves out tables, code and where links lead", () => {
    expect(tooLong(`| ${long} |\n    ${long}\n\`\`\`text\n${long}\n\`\`\`\n`)).toEqual([]);
    expect(tooLong(`see [the page](https://example.org/${"x".repeat(90)})`)).toEqual([]);
    expect(tooLong(`see https://example.org/${"x".repeat(90)}`)).toEqual([]);
  });
});

describe("files that a document names", () => {
  const named = ["CONTRIBUTING.md", "docs/glossary.md", "README.md", "CHANGELOG.md"].flatMap((name) =>
    [
      ...readFileSync(join(root, name), "utf8").matchAll(
        /`((?:model|checker|docs|test|schema|specs|examples)\/[^`\s*]*)`/g,
      ),
    ].map(([, path]) => [name, path as string] as const),
  );

  it("are many", () => expect(named.length).toBeGreaterThan(40));

  it.each(named)("%s: %s", (_, path) => expect(isThere(path)).toBe(true));
});

function isThere(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  const last = parts.pop() as string;
  return readdirSync(join(root, ...parts)).includes(last);
}
