/** How does a page look? `npm run screenshots` takes docs/page-desktop.png and docs/page-phone.png of the spec in the README. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launched } from "./chromium.ts";
import { writtenPage } from "./pages.ts";

const SPEC = "specs/hooks/hook-cuts-freelist.json";
const MOST_BYTES = 300_000;
const SIZES = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
};

const { url } = await writtenPage(SPEC);
const browser = await launched();
for (const [name, viewport] of Object.entries(SIZES)) {
  const page = await browser.newPage({ viewport });
  await page.goto(`${url}#step=23`);
  await page.waitForSelector("h1");
  const png = await page.screenshot();
  if (png.length > MOST_BYTES)
    throw new Error(`docs/page-${name}.png has ${png.length} bytes, more than ${MOST_BYTES}`);
  writeFileSync(fileURLToPath(new URL(`../../docs/page-${name}.png`, import.meta.url)), png);
  console.log(`docs/page-${name}.png: ${png.length} bytes`);
}
await browser.close();
