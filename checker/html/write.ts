/**
 * How does a page become one file? Its script is bundled from `web/` when a page is written, so that there is no build to
 * forget, its data stands in it as JSON, and it is forbidden to ask any network for anything.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PageData } from "./data.ts";

const PAGE = fileURLToPath(new URL("../../web", import.meta.url));

/** A script of `web/`; the same for the same sources. */
async function bundled(entry: string): Promise<string> {
  const { build } = await import("esbuild");
  const made = async () =>
    build({
      absWorkingDir: PAGE,
      entryPoints: [entry],
      tsconfigRaw: { compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" } },
      bundle: true,
      minify: true,
      format: "iife",
      target: "es2022",
      platform: "browser",
      define: { "process.env.NODE_ENV": '"production"' },
      legalComments: "none",
      write: false,
      logLevel: "silent",
    });
  const { outputFiles } = await made().catch((error: Error) => {
    if ("errors" in error) throw error;
    // A process that cannot be started has no streams, and esbuild stumbles over that first.
    throw Object.assign(new Error(), { code: `esbuild does not start: ${error.message}`, syscall: "spawn" });
  });
  return (outputFiles[0] as (typeof outputFiles)[number]).text.replaceAll("</script", "<\\/script").trim();
}

/** The page of one spec. `text` is the report as text, for readers whose browser runs no script. */
export function pageOf(data: PageData, text: string): Promise<string> {
  // In JSON a "<" stands only in strings.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return documentOf(
    `${data.verdict}: ${data.spec}`,
    `<div id="page"></div>
<noscript><pre>${escaped(text)}</pre></noscript>
<script id="data" type="application/json">${json}</script>`,
    "main.tsx",
  );
}

/** A document with the style of all pages and one script of `web/`. */
export async function documentOf(title: string, body: string, entry: string): Promise<string> {
  const script = await bundled(entry);
  const style = readFileSync(`${PAGE}/style.css`, "utf8");
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'; img-src data:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;
}

const digest = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
