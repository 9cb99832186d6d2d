/** The last line of a test run: which tests were not run for want of a program, and how to have them run. */
import type { Reporter, TestModule } from "vitest/node";
import { PROGRAMS, type ProgramName } from "./missing.ts";

export default class NotRun implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
      let skipped = 0;
      for (const module of modules)
        for (const test of module.children.allTests("skipped")) if (test.fullName.includes(`(${name})`)) skipped += 1;
      const missing = skipped > 0 ? await PROGRAMS[name].missing() : [];
      if (missing.length > 0)
        console.log(
          `NOT RUN: ${skipped} tests ${name}, for there is no ${missing.join(", no ")} (${PROGRAMS[name].mend})`,
        );
    }
  }
}
