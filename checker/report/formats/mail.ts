/**
 * The outcome as a mail to those who know the kernel: what was asked, the answer, who said what about it with a link to the
 * list, the scenario, and how to ask again. ASCII of at most 72 columns, with no line that a mailer or `git am` would take
 * for something else.
 */

import type { Outcome } from "../../answer/outcome.ts";
import { agreementText } from "../../crosscheck/agreement.ts";
import { linkLine } from "../../text/lore.ts";
import { commandLines } from "../../text/shell.ts";
import { ascii, count, wrap } from "../../text/wrap.ts";
import { reached } from "../evidence.ts";
import { claimsOf, commandWords, factsOf } from "../facts.ts";
import { notesOf, tagOf } from "../steps.ts";
import { drawn, leftOut, violations, whyVacuous } from "../text.ts";
import type { Told } from "./format.ts";

/** What begins a line of a mail's machinery: an mbox, a quotation, a signature, a patch. Such a line moves by a blank. */
const SPECIAL = /^(?=From |>|--|diff |Index: )/gm;

export function mail(told: Told): string {
  const { outcome } = told;
  const sections = [
    // One column less than there is, for the blank before what looks special.
    wrap(outcome.spec.question, { width: 71 }),
    answer(outcome),
    claims(outcome),
    asked(told),
    counterexample(told),
    leftOut(outcome),
    [
      "Reproduce:",
      ...commandLines(commandWords(outcome), { first: "  ", rest: "    " }),
      `hash: ${outcome.system.hash}`,
    ],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${ascii(text.join("\n\n")).replace(/ +$/gm, "").replace(SPECIAL, " ")}\n`;
}

function answer(outcome: Outcome): string[] {
  const { verdict, violated, result, differences, notes, spec } = outcome;
  const names = violated.filter((name) => name !== verdict).join(" ");
  const within = verdict === "holds" ? " within the bounds below" : "";
  const indented = (text: string): string[] => wrap(text, { first: "  ", rest: "    " });
  return [
    ...wrap(`In this model: ${verdict}${names === "" ? "" : `, ${names}`}${within}.`),
    ...(result.incomplete === null ? [] : indented(`the search did not finish: ${result.incomplete}`)),
    ...violations(outcome),
    ...(verdict === "vacuous" ? whyVacuous(outcome) : []).flatMap(indented),
    ...(differences ?? []).flatMap((text) => indented(`NOT as the spec expects: ${text}`)),
    ...notes.flatMap((text) => indented(`note: ${text}`)),
    ...(spec.changed.length > 0 ? indented(`the spec with ${spec.changed.join(", ")}`) : []),
    ...reached(outcome),
  ];
}

/** Who said what that this speaks of. */
function claims({ spec }: Outcome): string[] {
  return claimsOf(spec).flatMap(({ id, claim: { quote, who, where, messageId } }) => [
    ...wrap(`"${quote}"`, { first: `${id}: `, rest: "  " }),
    ...wrap(`${who}, ${withoutId(where, messageId)}`, { first: "  ", rest: "  " }),
    ...(messageId === undefined ? [] : [linkLine(messageId, "  ")]),
  ]);
}

/** The link says it. */
const withoutId = (where: string, messageId: string | undefined): string =>
  where
    .split(", ")
    .filter((part) => messageId?.startsWith(part) !== true)
    .join(", ");

function asked({ outcome, agreement }: Told): string[] {
  const { result, reductions, engine } = outcome;
  const { model, version, variants, changed, contexts, where, bounds, extent } = factsOf(outcome);
  const counts = `${count(result.states)} states, ${count(result.transitions)} transitions, depth ${result.depth}`;
  const how = reductions.length > 0 ? `reduced by ${reductions.join(" and ")}` : "no reduction";
  const lines: readonly (readonly [string, string])[] = [
    ["model", model],
    ["version", version],
    ["variants", variants],
    ["config", changed === "" ? "" : `${changed}; else as by default`],
    ...contexts.map(({ name, kind, script }): [string, string] => [name, `${kind}: ${script}`]),
    ["where", where],
    ["bounds", bounds],
    ["search", `${extent}; ${counts}, ${how}, engine ${engine}`],
    ["others", agreementText(agreement)],
  ];
  const given = lines.filter(([, text]) => text !== "");
  const width = Math.min(12, Math.max(...given.map(([name]) => name.length)) + 2);
  return given.flatMap(([name, text]) =>
    wrap(text, { first: `${name}:`.padEnd(width).replace(/(\S)$/, "$1 "), rest: " ".repeat(width) }),
  );
}

function counterexample({ outcome, detail }: Told): string[] {
  const { system, trace, reduced } = outcome;
  if (!trace) return [];
  const rowsOf = (tag: "M" | "D"): string[] => [
    ...new Set(
      trace.steps.flatMap((step) =>
        tagOf(system, step) === tag ? [`${step.label.program}: ${step.label.rowLabel}`] : [],
      ),
    ),
  ];
  const said = (rows: readonly string[], what: string): string[] =>
    rows.length === 0 ? [] : wrap(`${what}: ${rows.join("; ")}`, { rest: "  " });
  return [
    ...drawn(outcome, trace, detail),
    "",
    ...said(rowsOf("D"), "Derived, not read in a source"),
    ...said(rowsOf("M"), "From general knowledge of the code"),
    ...notesOf(trace),
    ...(reduced ? wrap("The scenario replays, but a shorter one may exist: the search was reduced.") : []),
  ].filter((line, i, all) => line !== "" || i < all.length - 1);
}
