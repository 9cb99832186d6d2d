/** `nolock report`: what checks find as pages that can be opened from disk; and the index of all of them. */
import { basename, join } from "node:path";

import { check, statusOf } from "../answer/check.ts";
import { type Arguments, NAMES, type Options, oneSpec } from "../cli/arguments.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { deliver, tryOutputs, writePageOutput } from "../cli/outputs.ts";
import { writePage } from "../cli/page-file.ts";
import { allSearched } from "../cli/records.ts";
import { findSpec, specNamed, specsOfSize } from "../cli/specs.ts";
import { agreementOn, readEntries } from "../crosscheck/agreement.ts";
import { indexOf } from "../published/index-page.ts";
import { loadSpec } from "../spec/load.ts";
import { EXIT } from "../spec/verdict.ts";

const OPTIONS = {
  all: {
    kind: "flag",
    help: "a page for every spec that is not large, and an index of them with the claims and the matrix of designs",
    not: [NAMES, "set"],
    mend: "write --all [--out FOLDER]",
  },
  out: { kind: "text", value: "FILE", help: "where it goes (default: SPEC.html in this folder; with --all: pages/)" },
  set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const reportCommand = command({
  name: "report",
  brief: "a spec as a page that needs no network",
  usage: ["SPEC [--out FILE] [--set KEY=VALUE]", "--all [--out FOLDER]"],
  about: [
    "Checks a spec and writes what was found as a page: one HTML file that needs no network. It shows each counterexample step by step, the state beside it, and what else could have come next: the relation is in the page, and any step can be taken. Exit status: that of `check`.",
  ],
  takesNames: true,
  options: OPTIONS,
  moved: { index: "npm run results -- index" },
  run: ({ options, words }, env) =>
    options.all ? allPages(options.out ?? "pages", env) : onePage(oneSpec("report", words), options, env),
});

async function onePage(word: string, options: Asked, env: Environment): Promise<number> {
  const file = findSpec(word, env.folders);
  const loaded = await loadSpec(file, env.builtins, changesOf(options.set));
  const path = options.out ?? `${basename(loaded.spec.name)}.html`;
  tryOutputs({ pages: { "--out": path }, read: [file.path] });
  const outcome = check(loaded);
  env.print(`${path}: ${[outcome.verdict, ...outcome.violated].join(" ")}\n`);
  const agreement = agreementOn(readEntries(env.folders.results, env.complain), outcome);
  return deliver(statusOf(outcome), [() => writePage(path, "--out", outcome, agreement)], env);
}

/** A folder that can be read anywhere: the index links to pages, and where a large spec has none, to nothing outside. */
async function allPages(folder: string, env: Environment): Promise<number> {
  const names = specsOfSize(env.folders, "ci");
  tryOutputs({ pages: { "--out": join(folder, "index.html") } });
  const entries = readEntries(env.folders.results, env.complain);
  let status: number = EXIT.asExpected;
  for (const name of names) {
    const outcome = check(await loadSpec(specNamed(name, env.folders), env.builtins));
    if (statusOf(outcome) !== EXIT.asExpected) status = EXIT.differs;
    await writePage(join(folder, `${name}.html`), "--out", outcome, agreementOn(entries, outcome));
  }
  writePageOutput(
    join(folder, "index.html"),
    "--out",
    await indexOf(await allSearched(env), (spec) => `${spec}.html`, new Set(names)),
  );
  env.print(`${names.length} pages in ${folder}; begin with ${join(folder, "index.html")}\n`);
  return status;
}
