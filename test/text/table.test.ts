/** Does a Markdown table keep its shape, whatever stands in its cells? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { markdownTable, plain } from "../../checker/text/table.ts";
import { runs } from "../runs.ts";

it("has figures to the right, and escapes what would begin a cell or end the table", () => {
  expect(
    markdownTable(
      ["what", { figures: "n" }],
      [
        ["a|b", 3],
        ["two\nlines", ""],
      ],
    ),
  ).toBe("| what | n |\n| --- | ---: |\n| a\\|b | 3 |\n| two lines |  |");
});

it("has a line for each row and a cell for each column, whatever is in them", () => {
  const cells = fc.oneof(fc.string(), fc.constantFrom("|", "\\|", "\n", "a | b"), fc.integer());
  fc.assert(
    fc.property(fc.array(fc.tuple(cells, cells)), (rows) => {
      const lines = markdownTable(["one", "two"], rows).split("\n");
      expect(lines).toHaveLength(rows.length + 2);
      for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(3);
    }),
    runs(200),
  );
});

it("takes no row of another length: the table would be of somebody else's figures", () => {
  expect(() => markdownTable(["one", "two"], [["a"]])).toThrow("a row of 1 cells in a table of 2 columns: a");
});

it("leaves no tag and no emphasis in words that are quoted", () => {
  expect(plain("<b> __slab_free")).toBe("&lt;b> \\_\\_slab\\_free");
});
