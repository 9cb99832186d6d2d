/** Of which does a short run take some, so that every one has its turn in the course of the commits? */
import { execFileSync } from "node:child_process";
import { SpecError } from "../spec/problems.ts";
import { PROJECT } from "./specs.ts";

/** Some of the names, beginning where the commit's hash says. */
export function rotated(names: readonly string[], count: number, commit: string): readonly string[] {
  const first = Number.parseInt(commit.slice(0, 8), 16) % names.length;
  return [...names.slice(first), ...names.slice(0, first)].slice(0, count);
}

/** The commit that is checked out. */
export function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: PROJECT, encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new SpecError([
      { where: "--sample", what: `the commit is not known (${why})`, mend: "run it in a clone, or name what to take" },
    ]);
  }
}
