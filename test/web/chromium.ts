/** How is the browser started? */
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM, PROGRAMS } from "../missing.ts";

export async function launched(): Promise<Browser> {
  const { missing, mend } = PROGRAMS["in a browser"];
  if ((await missing()).length > 0) throw new Error(`no browser at ${CHROMIUM}: ${mend}`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
