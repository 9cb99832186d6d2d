/** Which programs do tests ask that `npm ci` does not install, and which of them are missing? */
import { existsSync } from "node:fs";
import { missingTools } from "../checker/crosscheck/tools.ts";

/** Debian's, or what CHROMIUM names; no other is downloaded. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

interface Program {
  /** What is missing of it. */
  readonly missing: () => Promise<readonly string[]>;
  readonly mend: string;
}

/** By what stands in the names of the suites that need them. */
export const PROGRAMS = {
  "in a browser": {
    missing: async () => (existsSync(CHROMIUM) ? [] : [CHROMIUM]),
    mend: "apt-get install chromium, or say where one is by CHROMIUM=..",
  },
  "with other checkers": { missing: missingTools, mend: "apt-get install spin rumur gcc libc6-dev" },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof PROGRAMS;
