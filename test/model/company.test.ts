/** Do the specs have every two parts together, and every frame on top of all that it may cut, or is there a reason? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { companyPage, gaps, together } from "../../checker/ledger/contexts.ts";
import { loadQuestion } from "../../checker/spec/load.ts";
import type { Company, Ledger } from "../../checker/spec/model.ts";
import model from "../../model/index.ts";

const company = model.company as Company;
const ledger = model.ledger as Ledger;
const all = await Promise.all(specNames(folders).map((name) => loadQuestion(specNamed(name, folders), builtins)));
const specs = all.filter((spec) => spec.model.name === model.name);

describe("the corpus of specs", () => {
  it("has every pair, also with the drain, or says why not", () => {
    expect(gaps(company, together(company, ledger, specs))).toEqual([]);
  });

  it("has no reason for what some spec has", () => {
    const explained = together(company, ledger, specs).flatMap(({ configuration, pairs, cuts }) =>
      [...pairs, ...cuts]
        .filter(({ apart }) => apart !== null)
        .flatMap(({ row, column }) => [`${row} + ${column}`, row, column].map((what) => `${configuration}: ${what}`)),
    );
    expect(Object.keys(company.apart).filter((reason) => !explained.includes(reason))).toEqual([]);
  });

  it("shows a pair that nobody has, and names those who have one", () => {
    const nmiSpec = specs.filter(({ name }) => name === "slabs/nmi-on-kmalloc");
    const tables = together(company, ledger, nmiSpec);
    expect(gaps(company, tables)).toContain("!RT: hook + NMI");
    expect(gaps(company, tables)).toContain("!RT: hook + NMI + drain");
    expect(gaps(company, tables)).not.toContain("RT: hook + softirq + drain");
    expect(gaps(company, tables)).not.toContain("!RT: task + NMI");
    expect(gaps(company, tables)).not.toContain("RT: softirq + NMI");
    expect(companyPage(company, tables)).toContain("- NMI: kmalloc_nolock + kmalloc: slabs/nmi-on-kmalloc\n");
    expect(companyPage(company, tables)).toContain("| **none** |");
  });
});
