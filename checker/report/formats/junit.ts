/**
 * Outcomes for CI systems that read JUnit files: a test case for each spec, which passes where the spec's answer is the one
 * that it expects. What a broken spec violates on purpose is no failure; a search that did not finish is an error, and so
 * is a spec that cannot be asked.
 */
import { agreementText } from "../../crosscheck/agreement.ts";
import type { LocatedProblem } from "../../spec/problems.ts";
import { EXIT } from "../../spec/verdict.ts";
import { ascii, count } from "../../text/wrap.ts";
import { textReport } from "../text.ts";
import type { Collector, Told } from "./format.ts";

interface Case {
  readonly xml: readonly string[];
  readonly seconds: number;
  readonly kind: "passed" | "failure" | "error";
}

export function junit(began: Date): Collector {
  const cases: Case[] = [];
  return {
    add: (told) => cases.push(caseOf(told)),
    addBad: (spec, problems) => cases.push(caseOfBad(spec, problems)),
    end: () => suiteXml(began, cases),
  };
}

function suiteXml(began: Date, cases: readonly Case[]): string {
  const numberOf = (kind: Case["kind"]): number => cases.filter((one) => one.kind === kind).length;
  const attributes = attributesOf({
    name: "nolock",
    package: "nolock",
    id: 0,
    // Without a time zone, and without the name of the machine: the schema asks for both so.
    timestamp: began.toISOString().slice(0, 19),
    hostname: "localhost",
    tests: cases.length,
    failures: numberOf("failure"),
    errors: numberOf("error"),
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  });
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite${attributes}>`,
    // Readers may ask for the element, and for something in it.
    "    <properties>",
    `      <property${attributesOf({ name: "specs", value: cases.length })}/>`,
    "    </properties>",
    ...cases.flatMap(({ xml }) => xml),
    "    <system-out/>",
    "    <system-err/>",
    "  </testsuite>",
    "</testsuites>",
  ].join("\n")}\n`;
}

function caseOf({ outcome, status, seconds, agreement, detail }: Told): Case {
  const { spec, verdict, violated, differences, result } = outcome;
  const text = () => textReport(outcome, { trace: detail, agreement: agreementText(agreement) });
  if (status === EXIT.asExpected) return caseXml(spec.name, spec.model.name, seconds, "passed");
  const counts = `${count(result.states)} states, ${count(result.transitions)} transitions, depth ${result.depth}`;
  const said = [verdict, ...violated.filter((name) => name !== verdict)].join(" ");
  const message = [said, ...(differences ?? []), counts].join("; ");
  const kind = verdict === "incomplete" ? "error" : "failure";
  return caseXml(spec.name, spec.model.name, seconds, kind, { message, type: verdict, text: text() });
}

const caseOfBad = (spec: string, problems: readonly LocatedProblem[]): Case => {
  const text = problems.map(({ where, what, mend }) => `${where}: ${what}\n  ${mend}`).join("\n");
  return caseXml(spec, "spec", 0, "error", { message: `${spec} cannot be asked`, type: "bad spec", text });
};

function caseXml(
  name: string,
  model: string,
  seconds: number,
  kind: Case["kind"],
  wrong?: { readonly message: string; readonly type: string; readonly text: string },
): Case {
  // Readers group by the dots of a class: the model, then the folder.
  const folder = name.split("/").slice(0, -1);
  const attributes = attributesOf({ name, classname: [model, ...folder].join("."), time: seconds.toFixed(3) });
  const open = `    <testcase${attributes}`;
  if (!wrong) return { kind, seconds, xml: [`${open}/>`] };
  const { message, type, text } = wrong;
  const body = `      <${kind}${attributesOf({ message, type })}>${escaped(text)}</${kind}>`;
  return { kind, seconds, xml: [`${open}>`, body, "    </testcase>"] };
}

const attributesOf = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value).replaceAll("\n", " "))}"`)
    .join("");

/** Plain ASCII: XML has no way at all to write most control characters. */
const escaped = (text: string): string =>
  ascii(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
