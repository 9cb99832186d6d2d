/** `nolock report`: what checks find as pages that can be opened from disk; and the index of all of them. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { check, statusOf } from "../answer/check.ts";
import { oneSpec, readArguments } from "../cli/arguments.ts";
import { changesOf } from "../cli/changes.ts";
import type { Environment } from "../cli/environment.ts";
import { deliver, tryOutputs, writePageOutput } from "../cli/outputs.ts";
import { writePage } from "../cli/page-file.ts";
import { allSearched } from "../cli/records.ts";
import { findSpec, specNamed, specsOfSize } from "../cli/specs.ts";
import { agreementOn, readEntries } from "../crosscheck/agreement.ts";
import { indexPage, type LinkTo } from "../html/index-page.ts";
import { judge } from "../ledger/ledger.ts";
import { loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";

export const reportHelp = `Usage: npm run report -- SPEC [--out FILE] [--set KEY=VALUE]
       npm run report -- --all [--out FOLDER]
       npm run report -- --index [--check]

Checks a spec and writes what was found as a page: one HTML file that needs
no network (default: SPEC.html in this folder). It shows each
counterexample step by step, the state beside it, and what else could have
come next: the relation is in the page, and any step can be taken.
Exit status: that of \`check\`.

  --all      a page for every spec that is not large, and an index of them
             with the claims and the matrix of designs (default: pages/)
  --index    only results/index.html, which links to the reports there
  --check    writes nothing, and exits 1 where that file differs
`;

export async function reportCommand(args: readonly string[], env: Environment): Promise<number> {
  const known = { out: "text", set: "texts", all: "flag", index: "flag", check: "flag", help: "flag" } as const;
  const { options, words } = readArguments("report", args, known);
  if (options.help) {
    env.print(reportHelp);
    return EXIT.asExpected;
  }
  if (options.all || options.index || options.check) {
    const where = options.all ? "--all" : options.index ? "--index" : "--check";
    const mixed = [
      ...words,
      ...(options.set.length > 0 ? ["--set"] : []),
      ...(options.index && options.all ? ["--index"] : []),
      ...(options.index && options.out !== undefined ? ["--out"] : []),
    ];
    if (mixed.length > 0 || (options.check && !options.index)) {
      const what = mixed.length > 0 ? `it does not go with ${mixed.join(", ")}` : "it goes with --index";
      throw new SpecError([
        { where, what, mend: `write ${options.all ? "--all [--out FOLDER]" : "--index [--check]"}` },
      ]);
    }
    return options.all ? allPages(options.out ?? "pages", env) : index(options.check, env);
  }
  const file = findSpec(oneSpec("report", words), env.folders);
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
  writePageOutput(join(folder, "index.html"), "--out", await indexOf(env, (spec) => `${spec}.html`, new Set(names)));
  env.print(`${names.length} pages in ${folder}; begin with ${join(folder, "index.html")}\n`);
  return status;
}

async function index(isCheck: boolean, env: Environment): Promise<number> {
  const path = join(env.folders.results, "index.html");
  const html = await indexOf(env, (spec) => `${spec}.txt`);
  if (!isCheck) {
    writePageOutput(path, "--index", html);
    env.print("results/index.html is written\n");
    return EXIT.asExpected;
  }
  if (existsSync(path) && readFileSync(path, "utf8") === html) {
    env.print("results/index.html is what the specs give\n");
    return EXIT.asExpected;
  }
  env.complain("results/index.html: it is not what the specs give. Run `npm run report -- --index`\n");
  return EXIT.differs;
}

/** Of all specs, or of those named. */
async function indexOf(env: Environment, linkTo: LinkTo, names?: ReadonlySet<string>): Promise<string> {
  const all = await allSearched(env);
  const searched = all.searched.filter(({ spec }) => names?.has(spec.name) ?? true);
  const model = searched.find(({ spec }) => spec.model.ledger !== undefined)?.spec.model;
  const ofModel = searched.filter(({ spec }) => spec.model === model);
  return indexPage(searched, model?.ledger ? judge(model.ledger, ofModel) : null, { linkTo, missing: all.missing });
}
