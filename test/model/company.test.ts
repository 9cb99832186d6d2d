/** Do the specs have every two parts together, and every frame on top of all that it may cut, or is there a reason? */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { companyPage, gaps, together } from "../../checker/ledger/company.ts";
import type { Company, Ledger } from "../../checker/spec/model.ts";
import { nameSpec } from "../../checker/spec/names.ts";
import { type RawSpec, structureProblems } from "../../checker/spec/structure.ts";
import { type Json, parseSpecText } from "../../checker/spec/text.ts";
import model from "../../model/index.ts";

const company = model.company as Company;
const ledger = model.ledger as Ledger;
const specs = specNames(folders).map((name) => {
  const { data } = parseSpecText(readFileSync(specNamed(name, folders).path, "utf8"));
  if (structureProblems(data as Json).length > 0) throw new Error(`${name} is no spec`);
  return nameSpec(data as unknown as RawSpec, model, { name, changed: [] }).spec;
});

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
    const nmiSpec = specs.filter(({ name }) => name === "nmi-on-kmalloc");
    const tables = together(company, ledger, nmiSpec);
    expect(gaps(company, tables)).toContain("!RT: hook + NMI");
    expect(gaps(company, tables)).toContain("!RT: hook + NMI + drain");
    expect(gaps(company, tables)).not.toContain("RT: hook + softirq + drain");
    expect(gaps(company, tables)).not.toContain("!RT: task + NMI");
    expect(gaps(company, tables)).not.toContain("RT: softirq + NMI");
    expect(companyPage(company, tables)).toContain("- NMI: kmalloc_nolock + kmalloc: nmi-on-kmalloc\n");
    expect(companyPage(company, tables)).toContain("| **none** |");
  });
});
