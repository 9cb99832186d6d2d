/**
 * The text report: the mail that a reviewer would send. Plain ASCII of at most 72 columns, the same on every run and
 * machine: question and verdict, what was searched, the scenario, its steps, what was seen, what is not modelled.
 */
import type { Outcome, Trace } from "../answer/outcome.ts";
import type { Endless, Violation } from "../reference/result.ts";
import { NOT_A_PROPERTY } from "../spec/names.ts";
import { commandLines } from "../text/shell.ts";
import { ascii, count, spread, WIDTH, wrap } from "../text/wrap.ts";
import { evaluatedLines } from "./evaluated.ts";
import { evidence } from "./evidence.ts";
import { claimsOf, commandWords, factsOf, notModelled, sentenceOf } from "./facts.ts";
import { type Detail, scenario } from "./scenario.ts";
import { howFew, ofTheTrace } from "./shortest.ts";
import { stepTable } from "./steps.ts";
import { togetherLines } from "./together.ts";
import type { TreeFacts } from "./tree.ts";

/** Lines that a list of what is not modelled may take; the rest is counted. */
const MOST_NOT_MODELLED = 8;

export interface ReportOptions {
  readonly trace: Detail;
  /** Who else was asked, and agreed. */
  readonly agreement?: string;
  /** Whether its rows are in a kernel tree, a sentence. */
  readonly tree?: string;
}

export function textReport(outcome: Outcome, { trace: detail, agreement, tree = "" }: ReportOptions): string {
  const sections = [
    question(outcome),
    [...verdict(outcome), ...(agreement === undefined ? [] : wrap(agreement, { first: "  ", rest: "    " }))],
    [...searched(outcome), ...line("tree", tree)],
    violations(outcome),
    togetherLines(outcome.together),
    counterexample(outcome, detail),
    evaluatedLines(outcome),
    evidence(outcome),
    leftOut(outcome),
    [...commandLines(commandWords(outcome), { first: "Reproduce: ", rest: "  " }), ...again(outcome)],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${ascii(text.join("\n\n")).replace(/ +$/gm, "")}\n`;
}

/** Whether the rows that an answer stands on are in a kernel tree, a sentence. */
export function treeText({ kernel, inStep, rows, functions, lost, drifted }: TreeFacts): string {
  const all = `${count(rows)} quotations of ${count(functions)} functions`;
  if (inStep) return `the rows that this stands on match ${kernel}: ${all}`;
  const what = [...(lost.length > 0 ? [`not there: ${lost.join(", ")}`] : []), ...drifted];
  return `the rows that this stands on do NOT all match ${kernel} (${all}): ${what.join("; ")}`;
}

/** The other questions of the file. */
const again = ({ spec: { others } }: Outcome): string[] =>
  others.length === 0 ? [] : wrap(`Asked again as: ${others.join(", ")}`, { rest: "  " });

function question({ spec }: Outcome): string[] {
  return [
    ...wrap(spec.question),
    ...claimsOf(spec).flatMap(({ id, claim: { quote, who, where } }) =>
      wrap(`${id}: "${quote}" (${who}, ${where})`, { rest: "  " }),
    ),
  ];
}

function verdict(outcome: Outcome): string[] {
  const { spec, verdict, violated, differences, notes, result } = outcome;
  const names = violated.filter((name) => name !== verdict);
  const said = `VERDICT: ${[verdict, names.join(" ")].filter((part) => part !== "").join("  ")}`;
  const isAsExpected = differences !== null && differences.length === 0;
  const beside = isAsExpected ? "as the spec expects" : differences === null ? "" : "NOT as the spec expects";
  return [
    ...spread(said, beside),
    ...(result.incomplete === null
      ? []
      : wrap(`the search did not finish: ${result.incomplete}`, { first: "  ", rest: "  " })),
    ...(differences ?? []).flatMap((text) => wrap(text, { first: "  ", rest: "    " })),
    ...(verdict === "vacuous" ? whyVacuous(outcome) : []).flatMap((text) => wrap(text, { first: "  ", rest: "    " })),
    ...notes.flatMap((text) => wrap(`note: ${text}`, { first: "  ", rest: "    " })),
    ...(spec.changed.length > 0
      ? wrap(`changed by --set: ${spec.changed.join(", ")} (expect not compared)`, { first: "  ", rest: "    " })
      : []),
  ];
}

/** Cells of the cut matrix are counted here, and named where it stands. */
export function whyVacuous({ vacuous, cuts: { frames, unexplained } }: Pick<Outcome, "vacuous" | "cuts">): string[] {
  const counts = frames.flatMap(({ frame, rows }) => {
    const empty = rows.filter((row) => !row.isCut && row.why === null).length;
    return empty === 0
      ? []
      : [`${frame} never cuts ${empty} of ${rows.length} rows that it might, and nobody says why`];
  });
  return [...vacuous.filter((text) => !unexplained.includes(text)), ...counts];
}

/** What was searched, and how far. */
function searched(outcome: Outcome): string[] {
  const { system, result, engine, reductions, trace } = outcome;
  const { model, version, variants, changed, others, contexts, where, asked, fairness, bounds, extent } =
    factsOf(outcome);
  const byDefault = others === "" ? "" : `${changed === "" ? "" : "default: "}${others}`;
  const reduction = reductions.length > 0 ? `reduced by ${reductions.join(" and ")}` : "no reduction";
  const counts = `${count(result.states)} states, ${count(result.transitions)} transitions, depth ${result.depth}`;
  return [
    ...line("model", model),
    ...line("version", version),
    ...line("variants", variants),
    ...line("config", [changed, byDefault].filter((part) => part !== "").join("; ")),
    ...contexts.flatMap(({ name, kind, script }, i) => line(i === 0 ? "contexts" : "", `${name} (${kind}): ${script}`)),
    ...line("where", where),
    ...line("asked", asked),
    ...line("bounds", bounds),
    ...line("search", `${extent}${result.complete ? "," : ";"} ${counts}, ${reduction}, engine ${engine}`),
    ...line("fair", fairness),
    ...line("trace", trace ? ofTheTrace(outcome) : ""),
    ...line("hash", system.hash),
  ];
}

function line(name: string, text: string): string[] {
  if (text === "") return [];
  const first = name === "" ? " ".repeat(10) : `${name}:`.padEnd(10);
  return first.length + text.length <= WIDTH || text.includes(" ")
    ? wrap(text, { first, rest: " ".repeat(10) })
    : wrap(text, { first: `${name}: `, rest: "  " });
}

/** Each violated property with what it says. */
export function violations(outcome: Outcome): string[] {
  const { reduced, spec } = outcome;
  return outcome.violations.flatMap(({ property, length, why, endless }) => {
    const sentence = sentenceOf(outcome, property);
    const where = why === "in this state" ? "" : ` (${why})`;
    const said = sentence === null ? why : `does not hold in this model: "${sentence}"${where}`;
    const way = endless ? `; ${roundOf(endless)}` : reduced ? "" : `; shortest trace ${length} steps`;
    const isAsked = [...spec.properties, ...NOT_A_PROPERTY].includes(property);
    const unasked = isAsked ? "" : "; not asked for: a row fails it by itself, which is always on";
    return wrap(`${property}: ${said}${way}${unasked}`, { rest: "  " });
  });
}

const stepsText = (n: number): string => `${count(n)} ${n === 1 ? "step" : "steps"}`;

/** How far it is to a cycle, and how long that is. */
const roundOf = ({ stem, cycle }: Endless): string =>
  cycle.length === 0
    ? `shortest way to where it stays ${stepsText(stem.length)}`
    : `shortest way into a cycle ${stepsText(stem.length)}, and ${count(cycle.length)} round`;

export function counterexample(outcome: Outcome, detail: Detail): string[] {
  const { system, trace } = outcome;
  return trace ? [...drawn(outcome, trace, detail), "", ...stepTable(system, trace, detail)] : [];
}

/** The scenario under its title, and what is wrong where it ends. */
export function drawn(outcome: Outcome, trace: Trace, detail: Detail): string[] {
  const { property, steps, loop } = trace;
  const title =
    loop === undefined
      ? `Scenario for ${property}, ${steps.length} steps${howFew(outcome)}:`
      : `Scenario for ${property}, ${stepsText(loop)}, then ${loop < steps.length ? `${steps.length - loop} again and again` : "nothing more"}:`;
  return [...wrap(title), "", ...scenario(outcome.system, trace, detail), ...starred(banner(outcome))];
}

export const starred = (text: string): string[] =>
  `${wrap(text, { first: "  *** ", rest: "      ", width: WIDTH - 4 }).join("\n")} ***`.split("\n");

function banner(outcome: Outcome): string {
  const { property = "", why = "" } = outcome.trace ?? {};
  return bannerOf(outcome, outcome.violations.find((v) => v.property === property)?.verdict, property, why);
}

/** What is wrong, in capital letters where it has no name of its own. */
export function bannerOf(
  of: Pick<Outcome, "spec" | "system">,
  verdict: Violation["verdict"] | undefined,
  property: string,
  why: string,
): string {
  switch (verdict) {
    case "deadlock":
      return "DEADLOCK";
    case "model error":
      return `MODEL ERROR: ${why}`;
    case "noProgress":
      return `NO PROGRESS: ${property}: ${why}`;
    default:
      return `${property} violated: ${sentenceOf(of, property) ?? why}`;
  }
}

/** What is not modelled, in a few lines. */
export function leftOut(outcome: Outcome): string[] {
  const items = notModelled(outcome);
  const lines = ["Memory is sequentially consistent at the grain of one step."];
  if (items.length === 0) return lines;
  let shown = items.length;
  const listed = (n: number): string[] => {
    const rest = items.length - n;
    const more = rest > 0 ? `; and ${rest} more, which npm run print -- ${outcome.source} lists` : "";
    return wrap(`${items.slice(0, n).join("; ")}${more}.`, { first: "Not modelled: ", rest: "  " });
  };
  while (shown > 1 && listed(shown).length > MOST_NOT_MODELLED) shown -= 1;
  return [...listed(shown), ...lines];
}
