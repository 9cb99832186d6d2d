/** `nolock claims`: the ledger of who said what, decided by the searches of the specs that name it. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { tellCutShort } from "../cli/progress.ts";
import { searchedSpecs } from "../cli/records.ts";
import { type Judged, judge, undecided, unseen } from "../ledger/ledger.ts";
import { claimsMail } from "../ledger/mail.ts";
import { claimsPage } from "../ledger/page.ts";
import { standing } from "../ledger/words.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";
import { CLAIM_FILES } from "./results.ts";

export const claimsHelp = `Usage: npm run claims [-- --check]

Decides every claim of the model's ledger by what the searches of the
specs that name it found, and writes results/claims.md and (as a mail)
results/claims.txt. Takes what results/ has of a spec where it is about
the relation of today, and searches the spec again where it is not.

With --check, writes nothing and exits 1 where a file differs. Exits 1,
too, where a claim is undecided that is not listed as such, or a spec
does not give what it pins.
`;

export async function claimsCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("claims", args, { check: "flag", help: "flag" });
  if (options.help || words.length > 0) {
    (options.help ? env.print : env.complain)(claimsHelp);
    return options.help ? EXIT.asExpected : EXIT.badInput;
  }
  if (!options.check) tryOutputs({ pages: { "results/": join(env.folders.results, CLAIM_FILES[0]) } });
  const { searched, missing, cutShort } = await searchedSpecs(env);
  const models = [...new Set(searched.map(({ spec }) => spec.model))].filter((model) => model.ledger !== undefined);
  const [model] = models;
  if (!model?.ledger || models.length > 1) {
    const what = models.length > 1 ? `several models have a ledger` : "no model of any spec has a ledger";
    throw new SpecError([{ where: "specs/", what, mend: "a ledger is about one model" }]);
  }
  const judged = judge(
    model.ledger,
    searched.filter(({ spec }) => spec.model === model),
  );
  if (cutShort) {
    for (const text of standing(judged)) env.print(`${text}\n`);
    return tellCutShort(cutShort.done, cutShort.of, env);
  }
  const texts = { "claims.md": claimsPage(judged), "claims.txt": claimsMail(judged) };
  const { results } = env.folders;
  const differing = CLAIM_FILES.filter((file) => {
    const path = join(results, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== texts[file];
  });
  const problems = problemsOf(judged);
  for (const problem of problems) env.complain(`${problem}\n`);
  if (options.check) for (const file of differing) env.complain(`results/${file}: run \`npm run claims\`\n`);
  for (const text of standing(judged)) env.print(`${text}\n`);
  if (!options.check) {
    mkdirSync(results, { recursive: true });
    for (const file of differing) writeWhole(join(results, file), texts[file]);
  }
  const isWell = problems.length + missing.length === 0 && !(options.check && differing.length > 0);
  return isWell ? EXIT.asExpected : EXIT.differs;
}

/** What keeps a ledger from being believed. */
function problemsOf(judged: Judged): string[] {
  const { notYet } = judged.ledger;
  const open = [...undecided(judged), ...unseen(judged)];
  const fresh = open.filter((where) => !notYet.includes(where));
  const stale = notYet.filter((where) => !open.includes(where));
  const said = (where: readonly string[], what: string): string[] =>
    where.length > 0 ? [`${what}: ${where.join("; ")}`] : [];
  return [
    ...judged.unpinned.map((name) => `${name}: its search is not what it pins. Run \`npm run check -- ${name}\``),
    ...said(fresh, "no spec decides these; write one that names the claim, or list them as not yet decided"),
    ...said(stale, "these are listed as not yet decided, and are; drop them from the list"),
  ];
}
