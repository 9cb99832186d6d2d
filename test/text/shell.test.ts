/** Does a shell read a command as it was meant, in one line and in several? */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandLines, commandText } from "../../checker/text/shell.ts";
import { runs } from "../runs.ts";

/** What a shell makes of a command: its words. */
const readBy = (text: string): string[] =>
  JSON.parse(
    execFileSync(
      "sh",
      ["-c", `"$0" -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${text}`, process.execPath],
      {
        encoding: "utf8",
      },
    ),
  );

const word = fc.string({ unit: fc.constantFrom(..."ab-_=,.'\"$`\\ !*;&|<>()#~"), minLength: 1, maxLength: 120 });

describe("a command", () => {
  it("is read by a shell as it was meant, whatever its words are", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const meant = words.map((one) => one.replace(/\s+/g, " "));
        expect(readBy(commandText(words))).toEqual(meant);
        const lines = commandLines(["--", ...words], { first: "Reproduce: ", rest: "  " });
        expect(lines.filter((line) => line.length > 72)).toEqual([]);
        expect(readBy(lines.join("\n").slice("Reproduce: ".length))).toEqual(["--", ...meant]);
      }),
      runs(25),
    );
  });

  it("stays in one line where it fits, and is not broken within a word that fits in a line", () => {
    const words = ["npm", "run", "check", "--", "nmi-on-kmalloc"];
    expect(commandLines(words, { first: "Reproduce: " })).toEqual(["Reproduce: npm run check -- nmi-on-kmalloc"]);
    expect(
      commandLines([...words, "--set", "slabs=A cpu0 free=1,B partial free=2,page", "--shortest", "switches"]),
    ).toEqual([
      "npm run check -- nmi-on-kmalloc --set \\",
      "'slabs=A cpu0 free=1,B partial free=2,page' --shortest switches",
    ]);
  });
});
