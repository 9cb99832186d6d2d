/** Does the ledger of claims read only what there is, and is every sentence of it decided, or listed as not yet? */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { columnOf, isWithin, type Searched, selects } from "../../checker/ledger/decide.ts";
import { judge, letter } from "../../checker/ledger/ledger.ts";
import { claimsMail } from "../../checker/ledger/mail.ts";
import type { Ledger, Reading } from "../../checker/spec/model.ts";
import { nameSpec } from "../../checker/spec/names.ts";
import type { Spec } from "../../checker/spec/spec.ts";
import { type RawSpec, structureProblems } from "../../checker/spec/structure.ts";
import { type Json, parseSpecText } from "../../checker/spec/text.ts";
import model from "../../model/index.ts";

const ledger = model.ledger as Ledger;

/** The specs of the model, their names understood and nothing linked. */
const specs: readonly Spec[] = specNames(folders).flatMap((name) => {
  const data = parseSpecText(readFileSync(specNamed(name, folders).path, "utf8")).data;
  if (structureProblems(data as Json).length > 0) throw new Error(`${name} is no spec`);
  const { spec, problems } = nameSpec(data as unknown as RawSpec, model, { name, changed: [] });
  if (problems.length > 0) throw new Error(`${name}: ${problems[0]?.what}`);
  return spec.model === model ? [spec] : [];
});

const sentences = Object.entries(ledger.claims).flatMap(([id, { parts }]) =>
  parts.flatMap((part, i) =>
    Object.entries(part.reads).map(([column, reading]) => ({
      id,
      part,
      column,
      reading,
      where: `${id}${parts.length > 1 ? ` (${letter(i)})` : ""}, ${column}`,
    })),
  ),
);

const namesOf = (reading: Reading): readonly string[] =>
  "witness" in reading ? (reading.witness.includes(": ") ? [] : [reading.witness]) : reading.properties;

describe("the ledger", () => {
  it("holds every claim of the seed, and says why where the model cannot answer", () => {
    const ids = [
      ...Array.from({ length: 22 }, (_, i) => `C${i + 1}`),
      ...Array.from({ length: 25 }, (_, i) => `D${i + 1}`),
    ];
    expect(Object.keys(ledger.claims).slice(0, 47)).toEqual(ids);
    const mute = Object.entries(ledger.claims).filter(([, claim]) => claim.parts.length === 0);
    expect(mute.map(([id]) => id)).toEqual(["C21", "D15", "D17", "D24", "D25"]);
    expect(mute.filter(([, claim]) => !claim.notExpressible)).toEqual([]);
  });

  it("expects something of each sentence in each configuration that it speaks of", () => {
    for (const { where, part, column } of sentences)
      expect([where, typeof part.expected[column]]).toEqual([where, "boolean"]);
  });

  it("reads properties, witnesses, versions and variants of the model, but where nothing is decided yet", () => {
    const unknown = sentences.flatMap(({ where, part, reading }) =>
      [
        ...namesOf(reading).filter((name) => name !== "deadlock" && !Object.hasOwn(model.properties, name)),
        ...((part.within?.versions ?? []).every((name) => !Object.hasOwn(model.versions, name)) && part.within?.versions
          ? part.within.versions
          : []),
        ...(part.within?.variants ?? []).filter((name) => !Object.hasOwn(model.variants, name)),
      ]
        .map((name) => `${where}: ${name}`)
        .filter(() => !ledger.notYet.includes(where)),
    );
    expect(unknown).toEqual([]);
  });

  it("has a spec for every sentence that is not listed as undecided", () => {
    const unasked = sentences.filter(
      ({ id, part, column, reading }) =>
        !specs.some(
          (spec) =>
            spec.claims.includes(id) &&
            columnOf(spec, ledger.columns) === column &&
            isWithin(spec, part.within ?? {}) &&
            selects(spec, reading),
        ),
    );
    expect(unasked.map(({ where }) => where).filter((where) => !ledger.notYet.includes(where))).toEqual([]);
  });

  it("has a spec for every cell of the matrix that is not listed as empty", () => {
    const empty = Object.entries(ledger.designs).flatMap(([id, { expected }]) =>
      Object.keys(expected)
        .filter((column) => !specs.some((s) => s.designs.includes(id) && columnOf(s, ledger.columns) === column))
        .map((column) => `${id}, ${column}`),
    );
    expect(empty.filter((where) => !ledger.notYet.includes(where))).toEqual([]);
  });

  it("is a mail of at most 72 columns of ASCII", () => {
    const searched = specs.map(
      (spec): Searched => ({
        spec,
        record: {
          key: "",
          relation: "0".repeat(64),
          verdict: spec.expect?.verdict ?? "holds",
          differences: [],
          whole: true,
          states: 1_234_567,
          transitions: 2,
          depth: 3,
          sizes: { cpu: 2, bucket: 3 },
          violated: Object.fromEntries((spec.expect?.violated ?? []).map((name) => [name, 12])),
          witnesses: Object.fromEntries(spec.sometimes.map((name) => [name, true])),
          fired: {},
        },
      }),
    );
    const mail = claimsMail(judge(ledger, searched));
    expect(mail).toMatch(/^[\n\x20-\x7e]*\n$/);
    expect(mail.split("\n").filter((line) => line.length > 72 || line !== line.trimEnd())).toEqual([]);
    for (const id of Object.keys(ledger.claims)) expect(mail).toContain(`\n${id}: "`);
  });
});
