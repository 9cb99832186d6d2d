/** Files for CI systems: JUnit held to the schemas of Ant and of Jenkins, SARIF and our own JSON to theirs; one spec, and all. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import AjvDraft04 from "ajv-draft-04";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { afterAll, describe, expect, it } from "vitest";
import { builtins } from "../../../checker/cli/models.ts";
import { linesOf } from "../../../checker/cli/sources.ts";
import { folders, PROJECT, specNamed } from "../../../checker/cli/specs.ts";
import { loadSpec } from "../../../checker/spec/load.ts";
import { lights, project } from "../../cli/environment.ts";
import { inFormat, jsonOf, SAMPLE } from "./asked.ts";

const at = project({
  bad: { question: "?" },
  differs: lights(["toggle"], { expect: { verdict: "holds", states: 4 } }),
  errs: lights(["overflow"], { properties: ["smallIsZero"] }),
  fine: lights(["toggle"], { question: 'Is "<&>" fit for XML?' }),
  "broken/expected": lights(["toggle", "toggle"], { expect: { verdict: "violated", violated: ["someDark"] } }),
  "broken/unexpected": lights(["toggle", "toggle"], { claims: ["C1"] }),
  vacuous: lights(["toggle"], { sometimes: ["smallIsOne"] }),
});
afterAll(at.remove);
const names = Object.values(SAMPLE);

const schemas = ["junit-windyroad.xsd", "junit-jenkins.xsd"].map((file) => ({
  file,
  text: readFileSync(new URL(`../schemas/${file}`, import.meta.url), "utf8"),
}));

/** The document, if both schemas allow it. */
function junitOf(xml: string): XmlDocument {
  const document = XmlDocument.fromString(xml);
  for (const { text } of schemas) {
    const schema = XmlDocument.fromString(text);
    const validator = XsdValidator.fromDoc(schema);
    validator.validate(document);
    validator.dispose();
    schema.dispose();
  }
  return document;
}

const valuesAt = (document: XmlDocument, path: string): string[] => document.find(path).map((node) => node.content);

describe("JUnit", () => {
  it.each(names)("of a spec that is as expected has one case, which passes: %s", async (name) => {
    const document = junitOf(await inFormat(name, "junit"));
    expect(valuesAt(document, "//testcase/@name")).toEqual([name.replace(/^examples\/|\.json$/g, "")]);
    expect(valuesAt(document, "//testsuite/@failures | //testsuite/@errors")).toEqual(["0", "0"]);
    expect(document.find("//testcase/*")).toEqual([]);
    document.dispose();
  });

  it("of all specs has a case for each, with why it is no pass", async () => {
    const ran = await at.run("check", "--all", "--format", "junit");
    const document = junitOf(ran.printed);
    expect(ran.status).toBe(2);
    expect(valuesAt(document, "//testcase/@name").sort()).toEqual(
      ["bad", "broken/expected", "broken/unexpected", "differs", "errs", "fine", "vacuous"].sort(),
    );
    expect(valuesAt(document, "//testcase[failure]/@name").sort()).toEqual(
      ["broken/unexpected", "differs", "errs", "vacuous"].sort(),
    );
    expect(valuesAt(document, "//testcase[error]/@name")).toEqual(["bad"]);
    expect(valuesAt(document, "//testsuite/@tests | //testsuite/@failures | //testsuite/@errors").sort()).toEqual([
      "1",
      "4",
      "7",
    ]);
    expect(valuesAt(document, "//testcase[@name='errs']/failure/@type")).toEqual(["model error"]);
    expect(valuesAt(document, "//testcase[@name='differs']/failure/@message")[0]).toContain("4 were expected");
    expect(valuesAt(document, "//testcase[@name='broken/unexpected']/failure")[0]).toContain("Scenario for someDark");
    expect(valuesAt(document, "//testcase[@name='broken/unexpected']/@classname")).toEqual(["lights.broken"]);
    document.dispose();
  });

  it("calls a search that did not finish an error", async () => {
    const { printed: xml } = await at.run("check", "fine", "--max-states", "1", "--format", "junit");
    const document = junitOf(xml);
    expect(valuesAt(document, "//testcase/error/@type")).toEqual(["incomplete"]);
    document.dispose();
  });

  it("is refused by the schemas where something is amiss", async () => {
    const xml = await inFormat("examples/philosophers.json", "junit");
    expect(() => junitOf(xml.replace(' tests="1"', ' tests="one"'))).toThrow();
    expect(() => junitOf(xml.replace("<system-out/>", ""))).toThrow();
  });
});

const sarifIs = new AjvDraft04.default({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
  jsonOf("../schemas/sarif-2.1.0-rtm.5.json"),
);

interface SarifResult {
  readonly ruleId: string;
  readonly level: string;
  readonly suppressions?: readonly object[];
  readonly locations: readonly SarifLocation[];
  readonly codeFlows?: readonly { threadFlows: readonly { locations: readonly { location: SarifLocation }[] }[] }[];
}
interface SarifLocation {
  readonly physicalLocation: { artifactLocation: { uri: string }; region?: { startLine: number } };
  readonly logicalLocations?: readonly { name: string; fullyQualifiedName?: string }[];
  readonly message?: { text: string };
}

function sarifOf(text: string): { results: readonly SarifResult[]; invocation: { executionSuccessful: boolean } } {
  const log = JSON.parse(text);
  expect([sarifIs(log), sarifIs.errors]).toEqual([true, null]);
  const [run] = log.runs;
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
  return { results: run.results, invocation: run.invocations[0] };
}

describe("SARIF", () => {
  it.each(names)("has a result for each violation, and is what its schema says: %s", async (name) => {
    const { violated, trace, shown } = JSON.parse(await inFormat(name, "json"));
    const { results, invocation } = sarifOf(await inFormat(name, "sarif"));
    expect(results.map(({ ruleId }) => ruleId)).toEqual(violated);
    expect(results.every(({ level, suppressions }) => level === "note" && suppressions?.length === 1)).toBe(true);
    expect(invocation.executionSuccessful).toBe(true);
    const steps = results.find(({ ruleId }) => ruleId === shown)?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(steps.map(({ location }) => location.logicalLocations?.[0]?.name)).toEqual(
      trace.map((step: { program: string }) => step.program),
    );
  });

  it("points to the row in the model's file, and to the kernel function", async () => {
    const { results } = sarifOf(await inFormat("hooks/hook-cuts-freelist", "sarif"));
    const [location] = results.find(({ ruleId }) => ruleId === "S3")?.locations ?? [];
    expect(location?.logicalLocations).toEqual([
      { name: "___slab_alloc", kind: "function", fullyQualifiedName: "v6.18 mm/slub.c ___slab_alloc()" },
    ]);
    const { artifactLocation, region } = location?.physicalLocation ?? {};
    expect(artifactLocation?.uri).toBe("model/slub/slab-alloc.ts");
    const lines = readFileSync(join(PROJECT, artifactLocation?.uri as string), "utf8").split("\n");
    expect(lines[(region?.startLine as number) - 1]).toMatch(/^ +storeFreelist: /);
  });

  it("of all specs tells what is not as expected, and what could not be asked", async () => {
    const { results, invocation } = sarifOf((await at.run("check", "--all", "--format", "sarif")).printed);
    const said = results.map(({ ruleId, level, locations }) => [
      ruleId,
      level,
      locations[0]?.physicalLocation.artifactLocation.uri.replace(/^.*specs\//, ""),
    ]);
    expect(said.sort()).toEqual(
      [
        ["expectation", "error", "differs.json"],
        ["model error", "error", "errs.json"],
        ["someDark", "note", "broken/expected.json"],
        ["someDark", "error", "broken/unexpected.json"],
        ["vacuous", "error", "vacuous.json"],
      ].sort(),
    );
    expect(invocation.executionSuccessful).toBe(false);
  });

  it("is refused by the schema where something is amiss", () => {
    expect(sarifIs({ version: "2.1.0" })).toBe(false);
    expect(sarifIs({ version: "2.1.0", runs: [{ tool: { driver: {} } }] })).toBe(false);
  });
});

describe("the line of a row", () => {
  it("is that of its label and quotation, and known but for rows that a function of the model makes", async () => {
    const textOf = (file: string): string[] => readFileSync(join(PROJECT, file), "utf8").split("\n");
    const found = { lines: 0, rows: 0 };
    for (const name of ["hooks/hook-cuts-freelist", "hooks/contention-tracepoint", "memcg/memcg-first-statistics"]) {
      const loaded = await loadSpec(specNamed(name, folders), builtins);
      const lineOf = linesOf(loaded);
      for (const [program, { kernel, rows }] of Object.entries(loaded.system.programs)) {
        if (kernel === null) continue;
        for (const [label, { quote }] of Object.entries(rows)) {
          const at = lineOf(program, label);
          found.rows += 1;
          if (at === null) continue;
          expect(at.file).toMatch(/^model\/.*\.ts$/);
          if (at.line === null) continue;
          found.lines += 1;
          const text = textOf(at.file)
            .slice(at.line - 1, at.line + 1)
            .join("\n");
          expect(text).toContain(`${label}: `);
          expect(text).toContain(JSON.stringify(quote));
        }
      }
    }
    expect(found.lines / found.rows).toBeGreaterThan(0.8);
  });
});

describe("JSON", () => {
  const isOutcome = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    jsonOf("../../../schema/outcome.schema.json"),
  );

  it.each(names)("is what its schema says: %s", async (name) => {
    const outcome = JSON.parse(await inFormat(name, "json"));
    expect([isOutcome(outcome), isOutcome.errors]).toEqual([true, null]);
  });

  it("is what its schema says where nothing is pinned, and of errors", async () => {
    for (const words of [["errs"], ["fine", "--set", "lights=3"], ["fine", "--max-states", "1"], ["vacuous"]]) {
      const outcome = JSON.parse((await at.run("check", ...words, "--format", "json")).printed);
      expect([isOutcome(outcome), isOutcome.errors]).toEqual([true, null]);
    }
  });
});
