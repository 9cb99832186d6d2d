/** Where is the browser? Debian's, or what CHROMIUM names; no other is downloaded. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export async function launched(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`no browser at ${CHROMIUM}: apt-get install chromium, or say where one is by CHROMIUM=..`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
