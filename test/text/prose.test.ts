/** Markdown that commands write: prose at 80 columns, the rest as it is. */
import { describe, expect, it } from "vitest";
import { COLUMNS, wrapped } from "../../checker/text/prose.ts";

const long = "word ".repeat(30).trim();

describe("prose", () => {
  it("is wrapped, lines under the text of their item", () => {
    for (const mark of ["", "- ", "12. ", "  - "]) {
      const lines = wrapped(mark + long).split("\n");
      expect(lines).toHaveLength(2);
      expect(lines[0]?.startsWith(`${mark}word`)).toBe(true);
      expect(lines[1]?.startsWith(`${" ".repeat(mark.length)}word`)).toBe(true);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(COLUMNS);
      expect(lines.join(" ").split(/ +/)).toEqual((mark + long).split(/ +/));
    }
  });

  it("has 80 columns and no more", () => {
    expect(wrapped(`${"x".repeat(40)} ${"y".repeat(39)}`).split("\n")).toHaveLength(1);
    expect(wrapped(`${"x".repeat(40)} ${"y".repeat(40)}`).split("\n")).toHaveLength(2);
    expect(wrapped(`${"ü".repeat(40)} ${"ä".repeat(39)}`).split("\n")).toHaveLength(1);
  });

  it("ends where something else begins", () => {
    const document = "one\ntwo\n\nthree\n- four\n- five\n  six\n| a |\n| - |\n";
    expect(wrapped(document)).toBe("one two\n\nthree\n- four\n- five six\n| a |\n| - |\n");
  });

  it("never begins a line with what would be a list or a heading", () => {
    for (const word of ["-", "#", "2.", ">"]) {
      const [first, second] = wrapped(`${"x".repeat(79)} ${word} end`).split("\n");
      expect([first, second]).toEqual([`${"x".repeat(79)} ${word}`, "end"]);
    }
  });
});

describe("what is no prose", () => {
  it.each([
    ["a table", `| ${long} |\n| --- |`],
    ["a heading", `## ${long}`],
    ["a block of code", `\`\`\`\`text\n${long}\n\`\`\`\n${long}\n\`\`\`\``],
    ["an indented block", `    ${long}`],
    ["a comment", `<!-- ${long} -->`],
  ])("stays as it is: %s", (_, text) => expect(wrapped(`${text}\n`)).toBe(`${text}\n`));

  it("is wrapped once and for all", () => {
    const document = `# Title\n\n${long}\n\n- ${long}\n`;
    expect(wrapped(wrapped(document))).toBe(wrapped(document));
  });
});
