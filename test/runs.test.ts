/**
 * Can a test not shrink unseen? None by chance stops after some seconds or keeps NOLOCK_RUNS from reaching it, and a named
 * suite has the folders that it names.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const isTest = (file: string): boolean => file.endsWith(".test.ts");
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);

/** Calls of a function in a text, from its name to the bracket that closes it. */
function calls(name: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\(`, "g"))].map(({ index }) => {
    let depth = 0;
    for (let at = text.indexOf("(", index); at < text.length; at++) {
      if (text[at] === "(") depth += 1;
      if (text[at] === ")") depth -= 1;
      if (depth === 0) return text.slice(index, at + 1);
    }
    throw new Error(`${name}( is never closed`);
  });
}

/** What is wrong with the tests by chance in a text. */
function shrinking(text: string): string[] {
  const limits = text.match(/\b(interruptAfterTimeLimit|skipAllAfterTimeLimit|maxSkipsPerRun)\b/g) ?? [];
  const literal = text.match(/\bnumRuns: \d/g) ?? [];
  const unsaid = [...calls("fc\\.assert", text), ...calls("fc\\.sample", text)].filter(
    (one) => !/\b(runs\(|RUNS\b)/.test(one),
  );
  return [...limits, ...literal, ...unsaid];
}

describe("a test by chance", () => {
  it("says by runs(..) how often it is tried, and nothing else stops it", () => {
    const own = files.filter((file) => file !== "runs.test.ts");
    const found = own.flatMap((file) =>
      shrinking(readFileSync(join(root, "test", file), "utf8")).map((what) => `${file}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    "fc.assert(fc.property(fc.nat(), (n) => n >= 0), { numRuns: 20 })",
    "fc.assert(fc.property(fc.nat(), (n) => n >= 0), { ...runs(20), interruptAfterTimeLimit: 5 })",
    "fc.assert(fc.property(fc.nat(), (n) => n >= 0))",
    "fc.sample(fc.nat(), 7)",
  ])("is seen where it does not: %s", (text) => {
    expect(shrinking(text)).not.toEqual([]);
    expect(shrinking("fc.assert(fc.property(fc.nat(), (n) => n >= 0), runs(20))")).toEqual([]);
  });
});

describe("a named suite", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };

  it.each(["test:quick", "test:trust"])("%s has tests in all that it names", (name) => {
    const named = (scripts[name] ?? "").split(" ").slice(2);
    expect(named.length).toBeGreaterThan(4);
    for (const path of named) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect([path, files.some((file) => isTest(file) && join("test", file).startsWith(path))]).toEqual([path, true]);
    }
  });

  it("of each night is all tests, more often", () => {
    expect(readFileSync(join(root, ".ci/nightly"), "utf8")).toMatch(/^stage env NOLOCK_RUNS=\d+ npm test$/m);
  });
});
