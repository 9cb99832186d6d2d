/** The ledger as a mail: plain ASCII of at most 72 columns. */
import { ascii, count, wrap } from "../text/wrap.ts";
import type { Searched } from "./decide.ts";
import { type DesignCell, type Judged, type JudgedClaim, type JudgedPart, letter } from "./ledger.ts";
import { bounds, DIFFERS, decidingSpecs, differs, expectation, release, standing, verdictOn } from "./words.ts";

const INTRO =
  "Each claim with what an exhaustive search of this model found. A verdict is about the model, within the bounds of the spec that is named beside it; what a spec sets up is printed by `npm run check -- SPEC`, and its report with the trace is results/SPEC.txt. `said` is what whoever is quoted would answer, `expected` what our reading of the sources expected.";

/** `about`: what was spoken of. */
export function claimsMail(judged: Judged, about: string): string {
  const sections = [
    wrap(`What was said of ${about}, and what the model says`),
    wrap(INTRO),
    standing(judged).flatMap((text) => wrap(text, { rest: "  " })),
    ...judged.claims.map(claim),
    ["The designs, and what they violate"],
    ...judged.designs.map(({ id, design, cells }) => [
      ...wrap(`${design.about} (${design.origin})`, { first: `${id}: `, rest: "  " }),
      ...cells.flatMap((cell) => designCell(cell)),
    ]),
    ["The specs, and their bounds"],
    decidingSpecs(judged).flatMap((one) => [
      ...wrap(`${one.spec.name}${release(one.spec)}: ${one.spec.question}`, { rest: "  " }),
      ...wrap(specText(one), {
        first: "    ",
        rest: "    ",
      }),
    ]),
  ];
  return `${ascii(sections.map((lines) => lines.join("\n")).join("\n\n")).replace(/ +$/gm, "")}\n`;
}

function claim({ id, claim: { who, where, quote, notExpressible, later }, parts }: JudgedClaim): string[] {
  return [
    ...wrap(`"${quote}"`, { first: `${id}: `, rest: "  " }),
    ...wrap(`${who}, ${where}`, { first: "  ", rest: "  " }),
    ...(notExpressible === undefined ? [] : wrap(`not expressible: ${notExpressible}`, { first: "  ", rest: "    " })),
    ...(later ? wrap(`in ${later.release}: ${later.is}: ${later.why}`, { first: "  ", rest: "    " }) : []),
    ...parts.flatMap((one, i) => part(one, parts.length > 1 ? `(${letter(i)}) ` : "")),
  ];
}

function part(one: JudgedPart, mark: string): string[] {
  return [
    ...wrap(one.part.sentence, { first: `  ${mark}`, rest: "      " }),
    ...wrap(expectation(one), { first: "      ", rest: "        " }),
    ...one.found.flatMap((found) => {
      const { what, by, others } = verdictOn(found.decision);
      const head = `${found.column}: ${differs(found) ? `${DIFFERS}: ` : ""}${what}`;
      return [
        ...wrap(head, { first: "      ", rest: "        " }),
        ...by.flatMap(({ name, text }) => wrap(`${name}: ${text}`, { first: "        ", rest: "          " })),
        ...(others.length > 0
          ? wrap(`not seen in: ${others.map(({ name, release }) => name + release).join(", ")}`, {
              first: "        ",
              rest: "          ",
            })
          : []),
      ];
    }),
  ];
}

function designCell({ column, expected, specs, violated, differs: differing }: DesignCell): string[] {
  if (expected === null && specs.length === 0) return [];
  const found = specs.length === 0 ? "no spec yet" : violated.length > 0 ? `violates ${violated.join(" ")}` : "holds";
  const wanted = expected === null ? "" : `; expected ${expected.length > 0 ? expected.join(" ") : "holds"}`;
  const where = specs.length > 0 ? ` (${specs.map(({ spec }) => spec.name + release(spec)).join(", ")})` : "";
  const beside = differing.length > 0 ? `; ${DIFFERS}: ${differing.join(", ")}` : "";
  return wrap(`${column}: ${found}${where}${wanted}${beside}`, { first: "    ", rest: "      " });
}

const specText = (one: Searched): string =>
  [one.record.verdict, bounds(one), `${count(one.record.states)} states`, one.agreement ?? "not cross-checked"].join(
    "; ",
  );
