/**
 * How does a page become one file? Its script is bundled from `page/` when a page is written, so that
 * there is no build to forget, its data stands in it as JSON, and it is forbidden to ask any network for anything.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { PageData } from "./data.ts";

const PAGE = fileURLToPath(new URL("../../page", import.meta.url));

/** The script of a page; the same for the same sources. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: PAGE,
    entryPoints: ["main.tsx"],
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
  return (outputFiles[0] as (typeof outputFiles)[number]).text;
}

/** `text` is the report as text, for readers whose browser runs no script. */
export async function pageOf(data: PageData, text: string): Promise<string> {
  const script = (await bundled()).replaceAll("</script", "<\\/script");
  const style = readFileSync(`${PAGE}/style.css`, "utf8");
  // In JSON a "<" stands only in strings.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'; img-src data:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(`${data.verdict}: ${data.spec}`)}</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript><pre>${escaped(text)}</pre></noscript>
<script id="data" type="application/json">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

const digest = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
