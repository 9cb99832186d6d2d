/**
 * The text report: the mail that a reviewer would send. Plain ASCII of at most 72 columns, the same on every run and
 * machine: question and verdict, what was searched, the scenario, its steps, what was seen, what is not modelled.
 */
import type { Outcome } from "../outcome.ts";
import type { Setting } from "../spec/model.ts";
import { cutMatrix } from "./cut-matrix.ts";
import { evidence } from "./evidence.ts";
import { type Detail, scenario } from "./scenario.ts";
import { stepTable } from "./steps.ts";
import { ascii, spread, WIDTH, wrap } from "./wrap.ts";

/** Lines that a list of what is not modelled may take; the rest is counted. */
const MOST_NOT_MODELLED = 8;

export interface ReportOptions {
  readonly trace: Detail;
  /** Who else was asked, and agreed. */
  readonly agreement?: string;
}

export function textReport(outcome: Outcome, { trace: detail, agreement }: ReportOptions): string {
  const sections = [
    question(outcome),
    [...verdict(outcome), ...(agreement === undefined ? [] : wrap(agreement, { first: "  ", rest: "    " }))],
    searched(outcome),
    violations(outcome),
    counterexample(outcome, detail),
    evidence(outcome),
    notModelled(outcome),
    reproduce(outcome),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${ascii(text.join("\n\n")).replace(/ +$/gm, "")}\n`;
}

function question({ spec }: Outcome): string[] {
  return [
    ...wrap(spec.question),
    ...spec.claims.flatMap((id) => {
      const claim = spec.model.ledger?.claims[id];
      return claim ? wrap(`${id}: "${claim.quote}" (${claim.who}, ${claim.where})`, { rest: "  " }) : [];
    }),
  ];
}

function verdict(outcome: Outcome): string[] {
  const { spec, verdict, violated, differences, result } = outcome;
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
    ...(spec.changed.length > 0
      ? wrap(`changed by --set: ${spec.changed.join(", ")} (expect not compared)`, { first: "  ", rest: "    " })
      : []),
  ];
}

/** Cells of the cut matrix are counted here, and named where it stands. */
function whyVacuous({ vacuous, system, result, spec }: Outcome): string[] {
  const { frames, unexplained } = cutMatrix(system, result, spec.uncut);
  const counts = frames.flatMap(({ frame, rows }) => {
    const empty = rows.filter((row) => !row.isCut && row.why === null).length;
    return empty === 0
      ? []
      : [`${frame} never cuts ${empty} of ${rows.length} rows that it might, and nobody says why`];
  });
  return [...vacuous.filter((text) => !unexplained.includes(text)), ...counts];
}

/** The entry of a record by a name that somebody wrote: "constructor" and its like are names as any other. */
const named = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** What was searched, and how far. */
function searched({ spec, system, result, engine, reduced, trace }: Outcome): string[] {
  const { model, asked } = spec;
  const version = asked.version === null ? "" : `${asked.version}: ${named(model.versions, asked.version) ?? ""}`;
  const contexts = asked.contexts.map(({ name, kind, script, options }) => {
    const set = Object.entries(options).filter(
      ([key, value]) => !isDefault(value, named(named(model.contextKinds, kind)?.options ?? {}, key)?.default),
    );
    const extra = set.map(([key, value]) => `${key} ${show(value)}`).join(", ");
    return `${name} (${[kind, extra].filter((part) => part !== "").join(", ")}): ${script.join("; ")}`;
  });
  const changed = Object.entries(asked.configuration).filter(
    ([key, value]) => !isDefault(value, named(model.parameters, key)?.default),
  );
  const others = Object.entries(asked.configuration).filter((entry) => !changed.some(([key]) => key === entry[0]));
  const settings = [
    changed.map(([key, value]) => `${key}=${show(value)}`).join(" "),
    others.length > 0
      ? `${changed.length > 0 ? "default: " : ""}${others.map(([key, value]) => `${key}=${show(value)}`).join(" ")}`
      : "",
  ];
  const sizes = Object.entries(system.universe.sizes).map(([name, size]) => `${name}=${size}`);
  const extent = result.complete
    ? "exhaustive breadth-first"
    : `NOT exhaustive: ${result.incomplete ?? "stopped after the first level with a violation"};`;
  const reduction = reduced ? "reduced by partial order" : "no reduction";
  const counts = `${count(result.states)} states, ${count(result.transitions)} transitions, depth ${result.depth}`;
  return [
    ...line("model", [model.title, model.source].filter((part) => part !== "").join("; ")),
    ...line("version", version),
    ...line("variants", asked.variants.map((name) => `${name} (${model.variants[name] ?? ""})`).join("; ")),
    ...line("config", settings.filter((part) => part !== "").join("; ")),
    ...contexts.flatMap((text, i) => line(i === 0 ? "contexts" : "", text)),
    ...line("bounds", sizes.join(" ")),
    ...line("search", `${extent}${result.complete ? "," : ""} ${counts}, ${reduction}, engine ${engine}`),
    ...line("trace", reduced && trace ? "of the reduced graph: it replays, but a shorter one may exist" : ""),
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

const isDefault = (value: Setting, given: Setting | undefined): boolean =>
  JSON.stringify(value) === JSON.stringify(given);

const show = (value: Setting): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

/** 1,204,331 */
const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

function violations(outcome: Outcome): string[] {
  return outcome.violations.flatMap(({ property, length, why }) => {
    const sentence = sentenceOf(outcome, property);
    const where = why === "in this state" ? "" : ` (${why})`;
    const said = sentence === null ? why : `does not hold in this model: "${sentence}"${where}`;
    return wrap(`${property}: ${said}; shortest trace ${length} steps`, { rest: "  " });
  });
}

/** What a property says; null for a deadlock, a model error, and what a row alone names by `fails`. */
function sentenceOf({ spec, system }: Outcome, name: string): string | null {
  const selected = spec.properties.includes(name) ? system.properties.find((p) => p.name === name) : undefined;
  return (selected ?? spec.model.properties[name])?.sentence ?? null;
}

function counterexample(outcome: Outcome, detail: Detail): string[] {
  const { system, trace } = outcome;
  if (!trace) return [];
  const title = `Scenario for ${trace.property}, ${trace.steps.length} steps, the fewest that show it:`;
  return [
    ...wrap(title),
    "",
    ...scenario(system, trace, detail),
    ...starred(banner(outcome)),
    "",
    ...stepTable(system, trace, detail),
  ];
}

const starred = (text: string): string[] =>
  `${wrap(text, { first: "  *** ", rest: "      ", width: WIDTH - 4 }).join("\n")} ***`.split("\n");

function banner(outcome: Outcome): string {
  const { property = "", why = "" } = outcome.trace ?? {};
  switch (outcome.violations.find((v) => v.property === property)?.verdict) {
    case "deadlock":
      return "DEADLOCK";
    case "model error":
      return `MODEL ERROR: ${why}`;
    case "noProgress":
      return `NO PROGRESS: ${property}: ${why}`;
    default:
      return `${property} violated: ${sentenceOf(outcome, property) ?? why}`;
  }
}

function notModelled({ spec, system, source }: Outcome): string[] {
  const programs = new Set(
    system.labels.flatMap((label) => (label ? [label.program, ...label.stack.map((f) => f.program)] : [])),
  );
  const abstracts = [...programs].flatMap((name) => system.programs[name]?.abstracts ?? []);
  const items = [...new Set([...spec.model.notModelled, ...abstracts])];
  const lines = ["Memory is sequentially consistent at the grain of one step."];
  if (items.length === 0) return lines;
  let shown = items.length;
  const listed = (n: number): string[] => {
    const rest = items.length - n;
    const more = rest > 0 ? `; and ${rest} more, which npm run print -- ${source} lists` : "";
    return wrap(`${items.slice(0, n).join("; ")}${more}.`, { first: "Not modelled: ", rest: "  " });
  };
  while (shown > 1 && listed(shown).length > MOST_NOT_MODELLED) shown -= 1;
  return [...listed(shown), ...lines];
}

function reproduce({ source, spec }: Outcome): string[] {
  const command = ["npm run check --", source, ...spec.changed.map((change) => `--set ${change}`)];
  return wrap(command.join(" "), { first: "Reproduce: ", rest: "  " });
}
