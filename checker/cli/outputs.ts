/**
 * What becomes of files that a command is to write? That they can be written is tried before anything takes long; what
 * was found is printed before they are; and where one cannot be written in the end, the answer is still given.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";
import { isPrintedTo, systemError, tryToWrite, writeWhole } from "../text/files.ts";
import type { Environment } from "./environment.ts";

/** Option to the file that it names, "--json" to "out.json"; undefined where it is not given. */
export type Outputs = Readonly<Record<string, string | undefined>>;

interface Asked {
  readonly files?: Outputs;
  /** Their folders are made. */
  readonly pages?: Outputs;
  /** Paths of what the command reads. */
  readonly read?: readonly string[];
}

/** Throws `SpecError` for files that cannot be written, that two options name, or that are read. */
export function tryOutputs({ files = {}, pages = {}, read = [] }: Asked): void {
  const problems: LocatedProblem[] = [];
  const taken = new Map(read.map((path) => [resolve(path), "it is what is read"]));
  const attempt = (where: string, path: string, prepare: () => void): void => {
    const why = whyUnwritable(() => {
      prepare();
      const file = tryToWrite(path);
      if (file === null) return null;
      const other = taken.get(file) ?? (isPrintedTo(file) ? "what is printed goes there" : null);
      taken.set(file, `${where} names it, too`);
      return other;
    });
    if (why !== null) problems.push(unwritable(where, path, why));
  };
  for (const [where, path] of Object.entries(files)) if (path !== undefined) attempt(where, path, () => {});
  for (const [where, path] of Object.entries(pages)) {
    if (path !== undefined) attempt(where, path, () => makeFolderOf(path));
  }
  if (problems.length > 0) throw new SpecError(problems);
}

/** Writes a file that an option names. Throws `SpecError` where it cannot. */
export function writeOutput(path: string, option: string, text: string): void {
  write(path, option, () => writeWhole(path, text));
}

/** The same, in a folder that is made. */
export function writePageOutput(path: string, option: string, text: string): void {
  write(path, option, () => {
    makeFolderOf(path);
    writeWhole(path, text);
  });
}

function write(path: string, option: string, run: () => void): void {
  const why = whyUnwritable(() => {
    run();
    return null;
  });
  if (why !== null) throw new SpecError([unwritable(option, path, why)]);
}

const makeFolderOf = (path: string): void => void mkdirSync(dirname(path), { recursive: true });

const unwritable = (where: string, path: string, why: string): LocatedProblem => ({
  where,
  what: `${path} cannot be written: ${why}`,
  mend: "name a file that can, in a folder that exists",
});

function whyUnwritable(run: () => string | null): string | null {
  try {
    return run();
  } catch (error) {
    const why = systemError(error);
    if (why === null) throw error;
    return why;
  }
}

/**
 * Writes what is to be written once the answer is known and printed, each whatever becomes of the others; says what could not
 * be. Gives the exit status: that of the answer, unless that would say that all is well.
 */
export async function deliver(
  status: number,
  writers: readonly (() => void | Promise<void>)[],
  env: Environment,
): Promise<number> {
  let isWell = true;
  for (const write of writers) {
    try {
      await write();
    } catch (error) {
      const why = error instanceof SpecError ? error.message : systemError(error);
      if (why === null) throw error;
      env.complain(`${why}\n`);
      isWell = false;
    }
  }
  return isWell || status !== EXIT.asExpected ? status : EXIT.unwritten;
}
