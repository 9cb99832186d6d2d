/** What did the searches find of what people said? The ledger of claims, as a page and as a mail. */
import { type Judged, judge, undecided, unseen } from "../ledger/ledger.ts";
import { claimsMail } from "../ledger/mail.ts";
import { claimsPage } from "../ledger/page.ts";
import { standing } from "../ledger/words.ts";
import { SpecError } from "../spec/problems.ts";
import type { Publication } from "./publication.ts";

export const claims: Publication = {
  name: "claims",
  about: "claims.md and (as a mail) claims.txt: what searches say of each claim",
  owns: () => ["claims.md", "claims.txt"],
  make: async ({ searched: lookUp }) => {
    const { searched, missing, cutShort } = await lookUp();
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
    return {
      files: new Map([
        ["claims.md", claimsPage(judged)],
        ["claims.txt", claimsMail(judged)],
      ]),
      said: standing(judged),
      // Of a part of the specs nothing is known that the rest may not change.
      problems: cutShort ? [] : problemsOf(judged),
      isPart: missing.length > 0,
      cutShort,
    };
  },
};

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
