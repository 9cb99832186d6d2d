/** What a run saw and what it did not: witnesses, the cut matrix, rows that never fired. A "holds" is worth that much. */
import type { Outcome } from "../answer/outcome.ts";
import { returnsOf } from "../answer/returns.ts";
import { wrap } from "../text/wrap.ts";
import { coverageOf } from "./coverage.ts";

export function evidence(outcome: Outcome): string[] {
  const parts = [reached(outcome), calls(outcome), cuts(outcome), coverage(outcome)].filter((part) => part.length > 0);
  if (outcome.result.complete || parts.length === 0) return parts.flat();
  return ["Seen before the search stopped:", ...parts.flat()];
}

/** Which `happens` and `sometimes` were met. */
export function reached({ system, result }: Pick<Outcome, "system" | "result">): string[] {
  const named = system.witnesses.map(({ property, text }, i) => {
    const sentence = system.properties.find((p) => p.name === property)?.sentence ?? "";
    return { isMet: result.met[i] !== null, text: sentence.includes(text) ? sentence : `${sentence} (${text})` };
  });
  const met = named.filter((w) => w.isMet).map((w) => w.text);
  const unmet = named.filter((w) => !w.isMet).map((w) => w.text);
  return [
    ...met.flatMap((text) => wrap(text, { first: "Reached: ", rest: "  " })),
    ...unmet.flatMap((text) => wrap(text, { first: "NOT reached: ", rest: "  " })),
  ];
}

/** What each call gave, a line for each context: "task0: kmalloc A (call 1): object or NULL". */
function calls({ system, result }: Outcome): string[] {
  const all = returnsOf(system, result);
  const title = `What calls returned${result.reduced ? ", in the reduced graph" : ""}:`;
  const lines = [...new Set(all.map(({ context }) => context))].flatMap((context) => {
    const own = all.filter((one) => one.context === context);
    const texts = own.map(({ of, exits }) => `${of}: ${exits.join(" or ") || "never returned"}`);
    return wrap(texts.join("; "), { first: `  ${context}: `, rest: "    " });
  });
  return lines.length === 0 ? [] : [title, ...lines];
}

/** Which rows each frame cut; those that it did not, with the reason, or as unexplained. */
function cuts({ result, cuts: { frames, stale } }: Outcome): string[] {
  const lines = frames.flatMap(({ frame, rows }) => {
    const cut = rows.filter((r) => r.isCut).length;
    const reasons = new Map<string, typeof rows>();
    for (const row of rows) {
      if (row.isCut) continue;
      const why = row.why ?? (result.complete ? "unexplained" : "not seen so far");
      reasons.set(why, [...(reasons.get(why) ?? []), row]);
    }
    return [
      ...wrap(`${frame} cuts ${cut} of ${rows.length} rows${reasons.size > 0 ? "; not:" : ""}`),
      ...[...reasons].flatMap(([why, of]) =>
        wrap(`${why} (${of.length}): ${byProgram(of)}`, { first: "  ", rest: "    " }),
      ),
    ];
  });
  return [...lines, ...stale.flatMap((text) => wrap(text, { first: "STALE: ", rest: "  " }))];
}

function coverage({ system, result }: Outcome): string[] {
  const { rows, alternatives, rowCount, alternativeCount } = coverageOf(system, result);
  if (rows.length === 0 && alternatives.length === 0) {
    return [`All ${rowCount} rows and ${alternativeCount} alternatives fired.`];
  }
  const ways = alternatives.map((a) => ({ program: a.program, label: `${a.label} -> ${a.to}` }));
  return [
    ...(rows.length > 0
      ? wrap(byProgram(rows), { first: `Rows that never fired (${rows.length} of ${rowCount}): `, rest: "  " })
      : [`All ${rowCount} rows fired.`]),
    ...(ways.length > 0
      ? wrap(byProgram(ways), { first: `Ways never taken from rows that fired (${ways.length}): `, rest: "  " })
      : []),
  ];
}

/** "push: load, cas; pop: load". */
export function byProgram(rows: readonly { readonly program: string; readonly label: string }[]): string {
  const programs = new Map<string, string[]>();
  for (const { program, label } of rows) programs.set(program, [...(programs.get(program) ?? []), label]);
  return [...programs].map(([program, labels]) => `${program}: ${labels.join(", ")}`).join("; ");
}
