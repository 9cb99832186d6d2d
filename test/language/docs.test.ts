/**
 * Is `docs/language.md` true? Its files are written as a reader would write them, in a folder beside the clone; its
 * commands run there and print what it shows; its tables name what there is.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as language from "../../checker/language/index.ts";
import { defineModel } from "../../checker/spec/model.ts";
import { mistakes } from "./mistakes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const text = readFileSync(join(root, "docs/language.md"), "utf8");
const reference = text.slice(text.indexOf("\n# Reference"));

const fences = [...text.matchAll(/(?:<!-- file: (\S+) -->\n)?```(\w+)\n([\s\S]*?)```/g)].map(
  ([, marked, kind, body = ""]) => ({ kind, body, file: marked ?? /^\/\/ file: (\S+)\n/.exec(body)?.[1] }),
);

const home = mkdtempSync(join(tmpdir(), "nolock-"));
mkdirSync(join(home, "locks"));
symlinkSync(root, join(home, "nolock"));
for (const { file, body } of fences) if (file) writeFileSync(join(home, "locks", file), body);
afterAll(() => rmSync(home, { recursive: true }));

/** Commands with what the document shows of their output: pieces of whole lines, in order, with gaps between. */
const commands = fences
  .filter(({ kind }) => kind === "text")
  .flatMap(({ body }) => body.split(/^\$ /m).slice(1))
  .map((part) => {
    const [command = "", ...lines] = part.trimEnd().split("\n");
    return {
      command,
      pieces: lines
        .join("\n")
        .split(/^\.\.$/m)
        .map((piece) => piece.replace(/^\n|\n$/g, "")),
    };
  });

const inHome = (line: string): string => line.replaceAll("../locks", join(home, "locks"));

/** What a reader sees who types a command in the clone. */
function run(command: string): string {
  const [npm, script, verb = "", dashes, ...args] = command.split(" ");
  expect([npm, script, dashes]).toEqual(["npm", "run", "--"]);
  const ran = spawnSync(process.execPath, ["bin/nolock.js", verb, ...args.map(inHome)], {
    cwd: root,
    encoding: "utf8",
  });
  return `\n${ran.stderr}${ran.stdout}\n`.replaceAll(home, "/home/you").replaceAll(/ +$/gm, "");
}

describe("the files that the document shows", () => {
  it("are all marked with their name, and are text, TypeScript or JSON", () => {
    expect(fences.filter(({ kind, file }) => (kind === "text") === (file !== undefined))).toEqual([]);
    expect(new Set(fences.map(({ kind }) => kind))).toEqual(new Set(["ts", "json", "text"]));
  });

  it("have no mistake that types catch, checked as the document says", () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const ran = spawnSync(process.execPath, [tsc, "-p", join(home, "locks")], { cwd: root, encoding: "utf8" });
    expect(ran.stdout).toBe("");
    expect(ran.status).toBe(0);
  });
});

describe("the commands that the document shows", () => {
  it("are those that it teaches with", () => {
    expect(commands.map(({ command }) => command.split("/").at(-1))).toEqual([
      "bit.json",
      "ticket.json",
      "peterson.json",
      "peterson.json --set variants=turnFirst",
      "nmi.json",
      "nmi.json --set variants=spins",
      "nmi.json --program nmi",
      "ring.json",
      "begin.json",
      "raw.json",
      "raw.json --set preemptRt=true",
      "raw-irqsave.json",
      "slips.json",
      "logic.json",
    ]);
  });

  it.each(commands)("$command prints what is shown", ({ command, pieces }) => {
    const printed = run(command);
    let from = 0;
    for (const piece of pieces) {
      const at = printed.indexOf(piece === "" ? "\n" : `\n${piece}\n`, from);
      if (at < 0) expect(printed.slice(from)).toContain(`\n${piece}\n`);
      from = at + piece.length;
    }
  });
});

describe("the tables", () => {
  it("name everything that a model can import", () => {
    const notForModels = ["AuthorError", "decides", "Expr", "LinkError", "languageCopies", "Universe"];
    const names = Object.keys(language).filter((name) => !notForModels.includes(name));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(reference))).toEqual([]);
  });

  it("name everything that a row may say of itself", () => {
    const source = readFileSync(join(root, "checker/language/programs.ts"), "utf8");
    const meta = source.slice(source.indexOf("export interface RowMeta {"), source.indexOf("export interface StepRow"));
    const keys = [...meta.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, key]) => key as string);
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !new RegExp(`\`${key}\\b`).test(reference))).toEqual([]);
  });

  it("name everything that a model and a spec may say", () => {
    const schema = JSON.parse(readFileSync(join(root, "schema/spec.schema.json"), "utf8")) as { properties: object };
    const specific = ["contexts", "claims", "uncut", "show"]; // of models whose specs list contexts: README.md
    const keys = Object.keys(schema.properties).filter((key) => !specific.includes(key));
    const model = defineModel({ name: "", title: "", properties: {}, build: () => ({ roots: [], contexts: [] }) });
    for (const key of [...keys, ...Object.keys(model)])
      expect(reference).toMatch(new RegExp(`\`${key.replace("$", "\\$")}\\b`));
  });

  it("name every kind of model error", () => {
    const source = readFileSync(join(root, "checker/language/evaluate.ts"), "utf8");
    const union = source.slice(source.indexOf("export type ModelErrorKind ="), source.indexOf("/** A step that means"));
    const kinds = [...union.matchAll(/"([^"]+)"/g)].map(([, kind]) => kind as string);
    expect(kinds.length).toBeGreaterThan(5);
    expect(kinds.filter((kind) => !reference.includes(`\`${kind}\``))).toEqual([]);
  });

  it("list the messages of the linker, and no others", () => {
    const table = reference.slice(reference.indexOf("## What the linker refuses"));
    const rows = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, row]) => row as string);
    const escaped = (part: string) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const patterns = rows.map((row) => new RegExp(`^${row.split("..").map(escaped).join(".*")}`));
    const messages = mistakes.flatMap((m) => m.problems);
    expect(messages.filter((message) => !patterns.some((p) => p.test(message)))).toEqual([]);
    expect(rows.filter((_, i) => !messages.some((message) => patterns[i]?.test(message)))).toEqual([]);
  });
});
