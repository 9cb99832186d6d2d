/** What did the searches find of what people said? The ledger of claims, as a page and as a mail. */
import type { Environment } from "../cli/environment.ts";
import { claimsPage } from "../ledger/claims-page.ts";
import { type Judged, judge, undecided, unseen } from "../ledger/ledger.ts";
import { claimsMail } from "../ledger/mail.ts";
import { standing } from "../ledger/words.ts";
import type { Ledger } from "../spec/claim.ts";
import { SpecError } from "../spec/problems.ts";
import type { Publication } from "./publication.ts";

/**
 * The files of a model's ledger. That of the first built-in model has the plain names; another's say whose they are.
 */
const filesOf = (name: string, { builtins }: Environment): readonly [page: string, mail: string] => {
  const whose = name === Object.keys(builtins)[0] ? "" : `-${name}`;
  return [`claims${whose}.md`, `claims${whose}.txt`];
};

export const claims: Publication = {
  name: "claims",
  about: "claims.md and (as a mail) claims.txt: what searches say of each claim",
  owns: (env) => Object.keys(env.builtins).flatMap((name) => filesOf(name, env)),
  make: async ({ env, searched: lookUp }) => {
    const { searched, missing, cutShort } = await lookUp();
    const models = [...new Set(searched.map(({ spec }) => spec.model))].filter((model) => model.ledger !== undefined);
    if (models.length === 0)
      throw new SpecError([
        { where: "specs/", what: "no model of any spec has a ledger", mend: "give a model of a spec one" },
      ]);
    const order = Object.keys(env.builtins);
    const ledgers = models
      .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
      .map((model) => {
        const ofModel = searched.filter(({ spec }) => spec.model === model);
        return { model, judged: judge(model.ledger as Ledger, ofModel) };
      });
    return {
      files: new Map(
        ledgers.flatMap(({ model, judged }) => {
          const [page, mail] = filesOf(model.name, env);
          return [
            [page, claimsPage(judged)],
            [mail, claimsMail(judged, model.title)],
          ] as const;
        }),
      ),
      said: ledgers.flatMap(({ model, judged }) => [
        ...(ledgers.length > 1 ? [`${model.name}:`] : []),
        ...standing(judged),
      ]),
      // Of a part of the specs nothing is known that the rest may not change.
      problems: cutShort ? [] : ledgers.flatMap(({ judged }) => problemsOf(judged)),
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
