/**
 * Tests that need programs which `npm ci` does not install: where one is missing they are not run, and the last line of the
 * run says so and why. CI demands them all, and fails.
 */
import { describe } from "vitest";
import { PROGRAMS, type ProgramName } from "./missing.ts";

/** A suite of such tests, and whether it is run. */
export async function needing(name: ProgramName) {
  const isRun = Boolean(process.env.CI) || (await PROGRAMS[name].missing()).length === 0;
  const suite = (what: string, tests: () => void): void => {
    describe.skipIf(!isRun)(`${what} (${name})`, tests);
  };
  return { suite, isRun };
}
