/**
 * Outcomes as SARIF 2.1.0, for CI systems and editors: a result for each violated property, at the row of the model where it
 * breaks, with the kernel function as logical location and the shortest trace as code flow. One that the spec expects is a
 * note, accepted; others are errors, as is everything else in which a spec differs from what it expects.
 */
import type { Outcome, Trace, TraceStep } from "../../answer/outcome.ts";
import { pathOf } from "../../reference/result.ts";
import { traceOf } from "../../reference/trace.ts";
import { EXIT } from "../../spec/verdict.ts";
import { loreAddress } from "../../text/lore.ts";
import { claimsOf, commandOf, sentenceOf } from "../facts.ts";
import type { Collector, SourceLine, Told } from "./format.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** Results that are no property's. */
const OTHERS: Readonly<Record<string, string>> = {
  deadlock: "nothing can happen, and some script is unfinished",
  "model error": "a step of the model has no meaning",
  vacuous: "what had to happen never did: that nothing is violated says little",
  expectation: "the answer is not the one that the spec expects",
};

interface Rule {
  readonly id: string;
  readonly text: string;
}

export interface Result {
  readonly rule: Rule;
  readonly value: object;
}

export function sarif(): Collector {
  const results: Result[] = [];
  const notifications: object[] = [];
  return {
    add: (told) => {
      const { spec, result } = told.outcome;
      results.push(...resultsOf(told));
      if (result.incomplete !== null) {
        const text = `${spec.name}: the search did not finish: ${result.incomplete}`;
        notifications.push(notification(text, physical(told.file)));
      }
    },
    addBad: (_spec, problems) =>
      notifications.push(...problems.map(({ where, what, mend }) => notification(`${where}: ${what}. ${mend}`))),
    end: () => sarifLog(results, notifications, PROJECT),
  };
}

const PROJECT = { PROJECT: { description: { text: "the folder of the project" } } };

/** A document of results. `bases`: what the paths in it are relative to, by the name that they give. */
export function sarifLog(
  found: readonly Result[],
  notifications: readonly object[],
  bases: Readonly<Record<string, object>>,
): string {
  const rules = [...new Map(found.map(({ rule }) => [rule.id, rule])).values()];
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "nolock",
            rules: rules.map(({ id, text }) => ({ id, shortDescription: { text } })),
          },
        },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: bases,
        invocations: [
          {
            executionSuccessful: notifications.length === 0,
            toolExecutionNotifications: notifications,
          },
        ],
        results: found.map(({ rule, value }) => ({
          ruleId: rule.id,
          ruleIndex: rules.findIndex(({ id }) => id === rule.id),
          ...value,
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}

const notification = (text: string, at?: object) => ({
  level: "error",
  message: { text },
  ...(at ? { locations: [{ physicalLocation: at }] } : {}),
});

function resultsOf(told: Told): Result[] {
  const { outcome, status, file } = told;
  const { spec, vacuous, differences, verdict } = outcome;
  const ofSpec = (id: string, level: string, texts: readonly string[]) =>
    texts.map((text) => ({
      rule: ruleOf(outcome, id),
      value: {
        kind: "fail",
        level,
        message: { text: `${spec.name}: ${text}` },
        locations: [{ physicalLocation: physical(file) }],
        partialFingerprints: { "specRuleText/v1": `${spec.name} ${id} ${text}` },
      },
    }));
  const isExpected = status === EXIT.asExpected;
  return [
    ...violationsOf(told),
    ...(verdict === "vacuous" ? ofSpec("vacuous", isExpected ? "note" : "error", vacuous) : []),
    ...ofSpec("expectation", "error", differences ?? []),
  ];
}

const ruleOf = (outcome: Outcome, id: string): Rule => ({
  id,
  text: sentenceOf(outcome, id) ?? (Object.hasOwn(OTHERS, id) ? (OTHERS[id] as string) : id),
});

function violationsOf(told: Told): Result[] {
  const { outcome, file } = told;
  const { spec, system, result, violations, differences } = outcome;
  return violations.map((violation) => {
    const { property, length, why, verdict } = violation;
    const trace = traceOf(system, property, why, pathOf(result, violation));
    const rule = ruleOf(outcome, property);
    const isExpected = differences !== null && spec.expect?.violated.includes(property) === true;
    const last = trace.steps.at(-1);
    const links = claimsOf(spec).flatMap(({ id, claim: { messageId } }) =>
      messageId === undefined ? [] : [`${id} ${loreAddress(messageId)}`],
    );
    return {
      rule,
      value: {
        kind: "fail",
        level: isExpected ? "note" : "error",
        message: { text: `${spec.name}: ${rule.text} (${verdict === "noProgress" ? "no progress: " : ""}${why})` },
        locations: [last ? locationOf(told, last) : { physicalLocation: physical(file) }],
        relatedLocations: [{ id: 0, physicalLocation: physical(file), message: { text: spec.question } }],
        codeFlows: [codeFlow(told, trace)],
        partialFingerprints: { "specProperty/v1": `${spec.name} ${property}` },
        ...(isExpected
          ? {
              suppressions: [
                { kind: "external", status: "accepted", justification: `${file} expects ${property} to be violated` },
              ],
            }
          : {}),
        properties: {
          spec: spec.name,
          verdict,
          steps: length,
          relation: system.hash,
          reproduce: commandOf(outcome),
          links,
        },
      },
    };
  });
}

/** All contexts in one flow, in their order in time: viewers show the flows of several threads one after another. */
const codeFlow = (told: Told, trace: Trace) => ({
  message: { text: `the shortest way to a violation of ${trace.property}: ${trace.steps.length} steps` },
  threadFlows: [
    {
      locations: trace.steps.map((step) => ({
        location: locationOf(told, step),
        executionOrder: step.number,
        nestingLevel: step.label.stack.length,
        importance: step.changes.length > 0 ? "essential" : "unimportant",
        ...(step.changes.length > 0
          ? { state: Object.fromEntries(step.changes.map(({ cell, to }) => [cell, { text: to }])) }
          : {}),
      })),
    },
  ],
});

function locationOf({ outcome: { system }, file, lineOf }: Told, { context, lane, label, chosen }: TraceStep) {
  const row = lineOf(label.program, label.rowLabel);
  const who = [system.contexts[context]?.name, ...(lane === null ? [] : [lane])].join(" on ");
  const choices = chosen.map(({ set, value }) => ` (${set} ${value} is chosen)`).join("");
  const kernel = system.programs[label.program]?.kernel;
  return {
    physicalLocation: row ? physical(row.file, row.line) : physical(file),
    logicalLocations: [
      {
        name: label.program,
        kind: "function",
        ...(kernel ? { fullyQualifiedName: kernel } : {}),
      },
    ],
    message: { text: `${who}: ${label.row.quote}${choices} [${label.program}: ${label.rowLabel}]` },
  };
}

const physical = (file: string, line: SourceLine["line"] = null) => ({
  artifactLocation: { uri: file, ...(file.startsWith("file:") ? {} : { uriBaseId: "PROJECT" }) },
  ...(line === null ? {} : { region: { startLine: line } }),
});
