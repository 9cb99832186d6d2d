/**
 * What happens to the files of a model of one's own as they are loaded? Operators that JavaScript decides are watched and
 * change nothing else; models in several files, in folders without a package.json, with two copies of the language:
 * each works or is told.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { watched } from "../../bin/watch-operators.js";
import { runs } from "../runs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const home = mkdtempSync(join(tmpdir(), "nolock-"));
symlinkSync(root, join(home, "nolock"));
cpSync(join(root, "checker"), join(home, "other/checker"), { recursive: true });
symlinkSync(join(root, "node_modules"), join(home, "other/node_modules"));
afterAll(() => rmSync(home, { recursive: true }));

const LANGUAGE = "../nolock/checker/language/index.ts";
const imports = (from = LANGUAGE): string =>
  `import { and, bool, ghosts, invariant, not, otherwise, program, property, range, state, step, track, when } from "${from}";
import { defineModel } from "../nolock/checker/spec/model.ts";
`;
const model = (guard: string, more = ""): string => `${imports()}
const memory = state({ a: bool, b: bool });
const { a, b } = memory;
${more}
const script = program("script", { exits: [] }, () => ({
  flip: step("a = !a;",
    when(${guard}).do(a.set(not(a))).goto("flip"), otherwise.goto("flip")),
}));
export default defineModel({
  name: "own", title: "own", properties: {},
  build: () => ({ roots: [memory], contexts: [{ name: "cpu0", script }] }),
});
`;

let folders = 0;
/** What \`check\` says of a question about \`model.ts\` among these files. */
function check(files: Readonly<Record<string, string>>, main = "model.ts"): { said: string; status: number | null } {
  const folder = `locks${folders++}`;
  const all = { ...files, "spec.json": JSON.stringify({ question: "Own?", model: `./${main}`, properties: [] }) };
  for (const [name, text] of Object.entries(all)) {
    const path = join(home, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll("../nolock/", name.includes("/") ? "../../nolock/" : "../nolock/"));
  }
  const ran = spawnSync(process.execPath, ["bin/nolock.js", "check", join(home, folder, "spec.json")], {
    cwd: root,
    encoding: "utf8",
  });
  return { said: `${ran.stderr}${ran.stdout}`.replaceAll(join(home, folder), "."), status: ran.status };
}

describe("an operator that JavaScript decides", () => {
  const slips: [string, string, string][] = [
    ["a || b", "||", "write or(a, b)"],
    ["a && b", "&&", "write and(a, b)"],
    ["not(!a)", "!", "write not(a)"],
    ["a ? b : a", "?:", "write ite(test, a, b)"],
    ["a === b", "===", "write a.eq(b)"],
  ];
  it.each(slips)("%s is told with file and line, and how to mend it", (guard, operator, mend) => {
    const { said, status } = check({ "model.ts": model(guard) });
    expect(said).toContain(
      `JavaScript's "${operator}" was given a term, and decides while the file is loaded (./model.ts:9)`,
    );
    expect(said).toContain(mend);
    expect(status).toBe(2);
  });

  it("is told in a file that the model imports, too", () => {
    const both = "// A helper.\nexport const both = (x, y) =>\n  x && y;\n";
    const files = { "model.ts": `import { both } from "./helpers.ts";\n${model("both(a, b)")}`, "helpers.ts": both };
    expect(check(files).said).toContain(
      'JavaScript\'s "&&" was given a term, and decides while the file is loaded (./helpers.ts:3)',
    );
  });

  it("is right about what is no term, and where its line says so", () => {
    const more = `
const cpus = 2;
const extra = cpus > 1 && !(cpus === 3) ? not(b) : undefined;
const guard = extra === undefined ? a : and(a, extra);
const given = (x?: typeof a) => (x ? and(x, a) : a); // javascript decides
`;
    const { said, status } = check({ "model.ts": model("and(guard, given(b), given())", more) });
    expect(said).toContain("VERDICT");
    expect(status).toBe(0);
  });
});

describe("the files of a model", () => {
  it("may be several, in folders without a package.json, with and without an extension", () => {
    const files = {
      "model.ts": `import { memory, guard } from "./parts/cells";\n${model("guard").replace(/const memory = .*/, "")}`,
      "parts/cells.ts": `${imports()}import { both } from "./logic.js";\nexport const memory = state({ a: bool, b: bool });\nexport const guard = both(memory.a, memory.b);\n`,
      "parts/logic.ts": `${imports()}export const both = (x, y) => and(x, not(y));\n`,
    };
    const { said, status } = check(files);
    expect(said).toContain("VERDICT: holds");
    expect(status).toBe(0);
  });

  it("may be JavaScript, and are watched there as well", () => {
    expect(check({ "model.js": model("and(a, b)") }, "model.js").said).toContain("VERDICT: holds");
    expect(check({ "model.js": model("a && b") }, "model.js").said).toContain("model.js:9");
  });

  it("take the language from one place", () => {
    const other = join(home, "other/checker/language/index.ts");
    const two = `import { not as otherNot } from "${other}";\n${model("not(a)")}\nvoid otherNot;\n`;
    const { said, status } = check({ "model.ts": two });
    expect(said).toContain("./model.ts brings a second copy of the language");
    expect(said).toContain(`import it from ${join(root, "checker/language/index.ts")}, in every file`);
    expect(status).toBe(2);
    // A part of it by its own path is a second copy as well: the language is built, its parts are not.
    const part = model("and(a, b)").replace(
      "import {",
      `import { state as part } from "${root}/checker/language/places.ts";\nvoid part;\nimport {`,
    );
    expect(check({ "model.ts": part }).said).toContain("brings a second copy of the language");
  });
});

describe("a text with its operators watched", () => {
  /** What a text gives, with a \`$decides\` that looks on. */
  const meaning = (text: string, seen: unknown[] = []): unknown => {
    const body = text.replace(/^import .*?; (?=\()/, "");
    try {
      return new Function("$decides", "p", "q", "r", `return ${body}`)(
        (value: unknown, operator: string) => {
          seen.push(operator);
          return value;
        },
        true,
        0,
        "text",
      );
    } catch (error) {
      return String(error);
    }
  };
  const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
    leaf: fc.constantFrom(
      "p",
      "q",
      "r",
      "1",
      "'a && b'",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of one
      "`x${p ? q : r}y`",
      "/&&|!/.test(r)",
      "null",
      "undefined",
      "[p, !q]",
    ),
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      tie("leaf"),
      fc
        .tuple(tie("expression"), fc.constantFrom("&&", "||", "===", "!==", "==", "+", "<", ","), tie("expression"))
        .map(([x, o, y]) => `(${x} ${o} ${y})`),
      tie("expression").map((x) => `!${x}`),
      tie("expression").map((x) => `(${x})`),
      fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
      tie("expression").map((x) => `((z) => { if (${x}) return z; while (z && !z); return ${x}; })(p)`),
      tie("expression").map((x) => `(p /* ? : */ && // ||\n ${x})`),
    ),
  }));

  it("means the same", async () => {
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const after = await watched(`(${text})`, "x");
        expect(meaning(after)).toEqual(meaning(`(${text})`));
        expect(after.split("\n")).toHaveLength(text.split("\n").length);
      }),
      runs(300),
    );
  });

  it("hands on what each decides on, once, the inner first", async () => {
    const seen: unknown[] = [];
    meaning(await watched("(!(p && q) ? p === r : q || r)", "x"), seen);
    expect(seen).toEqual(["&&", "!", "?:", "===", "==="]);
  });
});
