/** Does the schema that an editor reads know every name of the models, with a sentence, and does it take every spec? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { exampleSpecs, folders, PROJECT, specNamed, specNames } from "../../checker/cli/specs.ts";
import { type AnySpec, type Schema, specSchema } from "../../checker/explain/schema.ts";
import model from "../../model/index.ts";
import rqspinlock from "../../model/rqspinlock.ts";
import lights from "../spec/fixtures/lights.ts";

const read = (file: string) => JSON.parse(readFileSync(join(PROJECT, file), "utf8"));
const any = read("schema/any-spec.schema.json") as AnySpec;
const published = readFileSync(join(PROJECT, "schema/spec.schema.json"), "utf8");
const fits = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(published),
);
const wrong = (spec: unknown): readonly string[] =>
  fits(spec) ? [] : [...new Set((fits.errors ?? []).map(({ instancePath }) => instancePath))];

const spec = (file: string) => read(`specs/${file}.json`);

interface Published {
  readonly allOf: readonly { readonly then: { readonly properties: Readonly<Record<string, Schema>> } }[];
  readonly definitions: Readonly<Record<string, Schema>>;
}
const schema = JSON.parse(published) as Published;
/** A part of the schema with what it refers to in its place. */
const whole = (part: unknown): unknown => {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(whole);
  const { $ref, ...rest } = part as Schema;
  const named =
    typeof $ref === "string" ? (whole(schema.definitions[$ref.slice("#/definitions/".length)]) as object) : {};
  return { ...named, ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, whole(value)])) };
};

/** What the schema says of the model `slub`. */
const own = whole(schema.allOf[0]?.then.properties) as Readonly<Record<string, Schema>>;
/** Words with what is said of each, wherever in a part of the schema they stand. */
function said(part: unknown): Record<string, unknown> {
  if (typeof part !== "object" || part === null) return {};
  const { const: word, description } = part as Schema;
  return Object.assign(
    typeof word === "string" && description !== undefined ? { [word]: description } : {},
    ...Object.values(part).map(said),
  );
}

describe("the schema of specs", () => {
  it("is what the tables of the models give", () => {
    expect(published, "run `npm run results`").toBe(specSchema(any, [model, rqspinlock]));
  });

  it("has every setting, property, witness, version, variant, claim and design, with a sentence", () => {
    const settings = own.configuration?.properties as Record<string, Schema>;
    expect(Object.keys(settings)).toEqual(Object.keys(model.parameters));
    const { properties, ledger } = model;
    for (const [keys, names] of [
      [["version"], Object.keys(model.versions)],
      [["variants"], Object.keys(model.variants)],
      [["properties", "sometimes"], Object.keys(properties)],
      [["also", "sometimes"], Object.keys(properties)],
      [["claims"], Object.keys(ledger?.claims ?? {})],
      [["designs"], Object.keys(ledger?.designs ?? {})],
    ] as const)
      expect(Object.keys(Object.assign({}, ...keys.map((key) => said(own[key])))).sort()).toEqual([...names].sort());
    expect(said(own.without).S3).toBe(`${properties.S3?.sentence}.`);
    expect(said(own.show).deadlock).toMatch(/^nothing can happen/);
    for (const text of [...Object.values(said(own)), ...Object.values(settings).map((one) => one.description)])
      expect(text).toMatch(/^\S.*[.?!:]$/s);
  });

  it("has every kind of context with its options, the places of hooks, and every operation as it is written", () => {
    const text = JSON.stringify(own.contexts);
    for (const [kind, { options }] of Object.entries(model.contextKinds)) {
      expect(said(own.contexts)[kind]).toMatch(/\.$/);
      for (const option of Object.keys(options)) expect(text).toContain(`"${option}":{"description":"`);
    }
    expect(said(own.contexts)["rt_spin_unlock entry"]).toBe("fentry of rt_spin_unlock(): the lock is still owned.");
    for (const [name, about] of Object.entries(model.operations))
      expect(text).toContain(
        `{"pattern":"^${name}( |$)","description":"${about}.","examples":["${model.forms?.[name]}"]}`,
      );
  });

  it.each(specNames(folders).filter((name) => !name.includes("@")))("takes %s", (name) => {
    expect(wrong(JSON.parse(readFileSync(specNamed(name, folders).path, "utf8")))).toEqual([]);
  });

  it("takes the examples, whose models it does not know", () => {
    for (const { path } of exampleSpecs()) expect(wrong(JSON.parse(readFileSync(path, "utf8")))).toEqual([]);
  });

  it("refuses a name that the model does not have, at its place", () => {
    const good = spec("slabs/nmi-on-kmalloc");
    const [task, nmi] = good.contexts;
    for (const [at, bad] of [
      ["/configuration", { ...good, configuration: { cpuz: 2 } }],
      ["/configuration/cpus", { ...good, configuration: { cpus: 9 } }],
      ["/version", { ...good, version: "6.19" }],
      ["/variants/0", { ...good, variants: ["no-gate-at-all"] }],
      ["/contexts/0/kind", { ...good, contexts: [{ ...task, kind: "tsk" }, nmi] }],
      ["/contexts/1", { ...good, contexts: [task, { ...nmi, at: "kprobe" }] }],
      ["/contexts/1/script/0", { ...good, contexts: [task, { ...nmi, script: ["kmalloc_nolok A"] }] }],
      ["/also/0", { ...good, also: ["S99"] }],
      ["/without/0/property", { ...good, without: [{ property: "E22", why: "it is no rule" }] }],
      ["/sometimes/0", { ...good, sometimes: ["S3"] }],
      ["/for/0/set/cpus", { ...good, for: [{ set: { cpus: 9 } }] }],
      ["/for/0/set", { ...good, for: [{ set: { cpuz: 2 } }] }],
      ["/for/0/also/0", { ...good, for: [{ set: { cpus: 2 }, also: ["S99"] }] }],
      ["/expect/violated/0", { ...good, expect: { verdict: "violated", violated: ["S99"] } }],
    ] as const)
      expect([at, wrong(bad).includes(at)]).toEqual([at, true]);
  });

  it("knows of each model only its own names", () => {
    const two = JSON.parse(specSchema(any, [model, lights]));
    const both = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false, strictRequired: false }).compile(
      two,
    );
    const asks = (name: string, cpus: object) => ({ question: "?", model: name, configuration: cpus });
    expect([both(asks("slub", { cpus: 2 })), both(asks("lights", { cpus: 2 }))]).toEqual([true, false]);
    expect([both(asks("lights", { lights: 2 })), both(asks("slub", { lights: 2 }))]).toEqual([true, false]);
    expect(both(asks("./own.ts", { anything: 2 }))).toBe(true);
  });
});
