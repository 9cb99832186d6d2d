/** `nolock report`: what a check of a spec finds as a page that can be opened from disk. */
import { basename, join } from "node:path";
import { check, statusOf } from "../check.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../verdict.ts";
import { oneSpec, readArguments } from "./arguments.ts";
import { changesOf } from "./check-command.ts";
import type { Environment } from "./environment.ts";
import { writePage } from "./page-file.ts";
import { findSpec } from "./specs.ts";

export const reportHelp = `Usage: npm run report -- SPEC [--out FILE] [--set KEY=VALUE]

Checks a spec and writes what was found as a page: one HTML file that needs
no network (default: SPEC.html in this folder). It shows each
counterexample step by step, the state beside it, and what else could have
come next: the relation is in the page, and any step can be taken.

Exit status: that of \`check\`.
`;

export async function reportCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("report", args, { out: "text", set: "texts", help: "flag" });
  if (options.help) {
    env.print(reportHelp);
    return EXIT.asExpected;
  }
  const loaded = await loadSpec(findSpec(oneSpec("report", words), env.folders), env.builtins, changesOf(options.set));
  const outcome = check(loaded);
  const path = options.out ?? `${basename(loaded.spec.name)}.html`;
  await writePage(path, "--out", outcome, env);
  env.print(`${join(path)}: ${outcome.verdict} ${outcome.violated.join(" ")}\n`);
  return statusOf(outcome);
}
