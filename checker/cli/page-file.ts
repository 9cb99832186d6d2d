/** Where do pages go, and how is one written? */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Outcome } from "../answer/outcome.ts";
import { agreementOn, agreementText, readEntries } from "../crosscheck/agreement.ts";
import { gather } from "../html/gather.ts";
import { pageOf } from "../html/write.ts";
import { textReport } from "../report/text.ts";
import { SpecError } from "../spec/problems.ts";
import type { Environment } from "./environment.ts";

/** Writes the page of an outcome, and makes the folder that it goes to. Throws `SpecError` where it cannot. */
export async function writePage(path: string, option: string, outcome: Outcome, env: Environment): Promise<void> {
  const agreement = agreementText(agreementOn(readEntries(env.folders.results), outcome));
  const text = textReport(outcome, { trace: "full", agreement });
  writeHtml(path, option, await pageOf(gather(outcome, agreement), text));
}

export function writeHtml(path: string, option: string, html: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, html);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new SpecError([
      { where: option, what: `${path} cannot be written (${code})`, mend: "name a file that may be written" },
    ]);
  }
}
