/** The lint rules that types cannot replace: each seeded mistake must be caught, or the rule guards nothing. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "nolock-"));
for (const part of ["biome.json", "lint"]) cpSync(join(root, part), join(dir, part), { recursive: true });
afterAll(() => rmSync(dir, { recursive: true }));

/** What Biome says of a text that stands in that file of a project with our configuration. */
function lint(file: string, text: string): string {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const ran = spawnSync(process.execPath, [biome, "lint", file], { cwd: dir, encoding: "utf8" });
  const said = ran.stdout + ran.stderr;
  expect(said).toContain("Checked 1 file");
  return said;
}

describe("a row of the model", () => {
  const message = "JavaScript's own logic does not see into expressions";
  const source = "export const guards = (a: boolean, b: boolean) => [a && b, a || b, !a, a ? b : a];\n";

  it("may not say && || ! ?:", () => {
    const free = ["kernel", "questions", "claims"];
    const folders = readdirSync(join(root, "model"), { withFileTypes: true }).filter((one) => one.isDirectory());
    expect(folders.length).toBeGreaterThan(8);
    for (const { name } of folders)
      expect(lint(`model/${name}/seeded.ts`, source).split(message)).toHaveLength(free.includes(name) ? 1 : 5);
  });

  it("is not meant where no rows stand", () => {
    expect(lint("checker/seeded.ts", source)).not.toContain(message);
  });
});

describe("a file", () => {
  const message = "Write files by checker/text/files.ts";
  const ways = [
    'import { writeFileSync } from "node:fs";\nwriteFileSync("a", "b");\n',
    'import { appendFileSync } from "node:fs";\nappendFileSync("a", "b");\n',
    'import { createWriteStream } from "node:fs";\ncreateWriteStream("a");\n',
    'import * as fs from "node:fs";\nfs.writeFileSync("a", "b");\n',
    'import { promises } from "node:fs";\nawait promises.writeFile("a", "b");\n',
  ];

  it("is written in one place, whole or not at all", () => {
    for (const way of ways) expect(lint("checker/commands/seeded.ts", way)).toContain(message);
    for (const folder of ["checker/crosscheck", "model/slub", "bench", "examples"])
      expect(lint(`${folder}/seeded.ts`, ways[0] as string)).toContain(message);
    expect(lint("checker/text/files.ts", ways[0] as string)).not.toContain(message);
    expect(lint("test/seeded.ts", ways[0] as string)).not.toContain(message);
  });
});

describe("imports", () => {
  it("go from model/ to the language and the interface of models only", () => {
    const said = (from: string): string => lint("model/slub/seeded.ts", `export { x } from "${from}";\n`);
    expect(said("../../checker/reference/search.ts")).toContain("A model knows no search");
    expect(said("../../checker/language/nodes.ts")).toContain("A model knows no search");
    expect(said("../../checker/language/index.ts")).not.toContain("A model knows no search");
    expect(said("../../checker/spec/model.ts")).not.toContain("A model knows no search");
  });

  it("go from checker/ to model/ in one file only", () => {
    const text = 'export { x } from "../../model/index.ts";\n';
    expect(lint("checker/cli/seeded.ts", text)).toContain("The checker knows no kernel");
    expect(lint("checker/cli/models.ts", text)).not.toContain("The checker knows no kernel");
  });
});
