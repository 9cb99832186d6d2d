/** Is prose wrapped? Tables, blocks of code and links are as wide as what they hold; all else has at most 80 columns. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COLUMNS } from "../checker/text/prose.ts";

const root = join(import.meta.dirname, "..");

/** Folders that hold what is not written here, or is written for machines. */
const OTHERS = ["node_modules", "results", "pages", "coverage", "schemas"];
/** The documents in a folder and in those below it, as paths from the root. */
const documentsIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return OTHERS.includes(entry.name) || entry.name.startsWith(".") ? [] : documentsIn(path);
    return path.endsWith(".md") ? [path] : [];
  });

const documents = documentsIn("");

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
  it("is asked of all documents", () => {
    expect(documents.length).toBeGreaterThan(20);
    expect(documents).toEqual(
      expect.arrayContaining(["README.md", "docs/language.md", "docs/decisions/0001-a-transition-relation-is-data.md"]),
    );
  });

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
  // Decisions tell what was there then; findings and soundness name files of a kernel, too.
  const told = ["CONTRIBUTING.md", "README.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md"];
  const named = told.flatMap((name) =>
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
