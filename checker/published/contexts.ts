/** Which contexts do the specs have together, which frames on top of what, and what is missing? Nothing is searched. */
import { forEach } from "../cli/progress.ts";
import { allSpecs, specNamed } from "../cli/specs.ts";
import { companyPage, gaps, together } from "../ledger/contexts.ts";
import { loadQuestion } from "../spec/load.ts";
import type { Model } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";
import type { Publication } from "./publication.ts";

const FILE = "contexts.md";

export const contexts: Publication = {
  name: "contexts",
  about: "contexts.md: which contexts the specs have together, and what is missing",
  owns: () => [FILE],
  make: async ({ env: { folders, builtins, attendance } }) => {
    const models = new Map<Model, Spec[]>();
    const names = allSpecs(folders);
    const done = await forEach(
      names,
      (name) => name,
      async (name) => {
        const spec = await loadQuestion(specNamed(name, folders), builtins);
        models.set(spec.model, [...(models.get(spec.model) ?? []), spec]);
        return true;
      },
      attendance,
    );
    const cutShort = done < names.length ? { done, of: names.length } : null;
    const found = [...models].flatMap(([{ company, ledger }, specs]) =>
      company && ledger ? [{ company, tables: together(company, ledger, specs) }] : [],
    );
    const missing = found.flatMap(({ company, tables }) => gaps(company, tables));
    const pages = found.map(({ company, tables }) => companyPage(company, tables));
    return {
      files: new Map(pages.length > 0 ? [[FILE, pages.join("\n")]] : []),
      said: [],
      // What is missing in a part of the corpus may be in the rest.
      problems: cutShort ? [] : missing.map((gap) => `${gap}: no spec has them together, and nobody says why`),
      isPart: false,
      cutShort,
    };
  },
};
