/** Does the ledger of claims read only what there is, and is every sentence of it decided, or listed as not yet? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../../checker/cli/specs.ts";
import { columnOf, isWithin, type Searched, selects } from "../../checker/ledger/decide.ts";
import { judge, letter } from "../../checker/ledger/ledger.ts";
import { claimsMail } from "../../checker/ledger/mail.ts";
import { loadQuestion } from "../../checker/spec/load.ts";
import type { Ledger, Reading } from "../../checker/spec/model.ts";
import type { Spec } from "../../checker/spec/spec.ts";
import { IN_73 } from "../../model/claims/in-73.ts";
import model from "../../model/index.ts";

const ledger = model.ledger as Ledger;

/** The specs of the model, their names understood and nothing linked. */
const specs: readonly Spec[] = (
  await Promise.all(specNames(folders).map((name) => loadQuestion(specNamed(name, folders), builtins)))
).filter((spec) => spec.model === model);

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
    expect(mute.map(([id]) => id).filter((id) => ids.includes(id))).toEqual(["C21", "D15", "D17", "D24", "D25"]);
    expect(mute.filter(([, claim]) => !claim.notExpressible)).toEqual([]);
  });

  it("has every sentence of 7.3.4, and what was said since", () => {
    const numbers = (letter: string, from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, i) => `${letter}${from + i}`);
    // T60 and T78 were never given to a sentence.
    const ids = [...numbers("T", 1, 83).filter((id) => id !== "T60" && id !== "T78"), ...numbers("E", 44, 63)];
    expect(ids.filter((id) => !Object.hasOwn(ledger.claims, id))).toEqual([]);
  });

  it("says of each sentence about v1 to 6.18 what became of it in 7.3, and names specs of that", () => {
    const early = Object.entries(ledger.claims).filter(
      ([id]) => /^[CD]/.test(id) || Number(id.slice(1)) < 44 || id === "E64" || id === "E65",
    );
    const said = early.filter(([id]) => !id.startsWith("T"));
    expect(said.filter(([, claim]) => !claim.later).map(([id]) => id)).toEqual([]);
    expect(Object.keys(IN_73).filter((id) => !Object.hasOwn(ledger.claims, id))).toEqual([]);
    const named = Object.values(IN_73).flatMap(({ why }) => [...why.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const of73 = specs.filter(({ asked }) => asked.version === "7.3").map(({ name }) => name);
    expect(named.filter((name) => !of73.includes(name as string))).toEqual([]);
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
          asked: spec.properties,
          violated: Object.fromEntries((spec.expect?.violated ?? []).map((name) => [name, 12])),
          witnesses: Object.fromEntries(spec.sometimes.map((name) => [name, true])),
          together: null,
          fired: {},
        },
      }),
    );
    const mail = claimsMail(judge(ledger, searched), model.title);
    expect(mail).toMatch(/^[\n\x20-\x7e]*\n$/);
    expect(mail.split("\n").filter((line) => line.length > 72 || line !== line.trimEnd())).toEqual([]);
    for (const id of Object.keys(ledger.claims)) expect(mail).toContain(`\n${id}: "`);
  });
});
