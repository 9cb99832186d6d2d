/** The ledger as a page: a table for each claim, and the matrix of designs and configurations. */
import { markdownTable, plain } from "../text/table.ts";
import { count } from "../text/wrap.ts";
import { type DesignCell, type Judged, type JudgedClaim, letter } from "./ledger.ts";
import { bounds, DIFFERS, decidingSpecs, differs, expectation, release, standing, verdictOn } from "./words.ts";

const INTRO = `Written by \`npm run claims\`, never by hand: each verdict is read off the searches of the specs that name the claim, as
\`model/claims/\` says how. A verdict is about this model, within the bounds of those specs. "Said" is what whoever is quoted would
answer, "expected" what our reading of the sources expected.`;

export function claimsPage(judged: Judged): string {
  const columns = Object.keys(judged.ledger.columns);
  const parts = [
    "# Claims",
    INTRO,
    standing(judged)
      .map((text) => `- ${plain(text)}`)
      .join("\n"),
    ...later(judged),
    ...judged.claims.map(section),
    "## Designs",
    "Down the designs, across the configurations, inside what is violated.",
    markdownTable(
      ["design", "what", "origin", ...columns],
      judged.designs.map(({ id, design, cells }) => [
        id,
        plain(design.about),
        plain(design.origin),
        ...cells.map(cellText),
      ]),
    ),
    "## Specs",
    markdownTable(
      ["spec", "release", "question", "verdict", "bounds", "states", "second opinions", "relation"],
      decidingSpecs(judged).map((one) => [
        link(one.spec.name),
        one.spec.asked.version ?? "-",
        plain(one.spec.question),
        one.record.verdict,
        bounds(one),
        count(one.record.states),
        one.agreement ?? "not cross-checked",
        `\`${one.record.relation.slice(0, 12)}\``,
      ]),
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What became of sentences about an earlier release, for each release that somebody asked that of. */
function later({ claims }: Judged): string[] {
  const releases = [...new Set(claims.flatMap(({ claim }) => claim.later?.release ?? []))];
  return releases.flatMap((release) => [
    `## In ${release}`,
    `What became in ${release} of what was said of earlier versions.`,
    markdownTable(
      ["claim", "said", `in ${release}`, "why"],
      claims.flatMap(({ id, claim: { quote, later } }) =>
        later?.release === release ? [[id, plain(quote), later.is, plain(later.why)]] : [],
      ),
    ),
  ]);
}

const link = (spec: string): string => `[${spec}](${spec}.txt)`;
function section({ id, claim, parts }: JudgedClaim): string {
  const said = [`## ${id}`, `> ${plain(claim.quote)}`, `${plain(claim.who)}, ${plain(claim.where)}`];
  if (claim.notExpressible !== undefined)
    return [...said, `Not expressible: ${plain(claim.notExpressible)}`].join("\n\n");
  const rows = parts.flatMap((one, i) =>
    one.found.map((found, n) => {
      const { what, by, others } = verdictOn(found.decision);
      const shown = [
        ...by.map(({ name, text }) => `${link(name)}: ${plain(text)}`),
        ...(others.length > 0
          ? [`not seen in ${others.map((other) => `${link(other.name)}${other.release}`).join(", ")}`]
          : []),
      ];
      return [
        n === 0 ? `${parts.length > 1 ? `(${letter(i)}) ` : ""}${plain(one.part.sentence)}` : "",
        n === 0 ? plain(expectation(one)) : "",
        found.column,
        `${differs(found) ? `**${DIFFERS}**: ` : ""}${what}`,
        shown.join("; "),
      ];
    }),
  );
  return [
    ...said,
    markdownTable(["in the model's terms", "said, expected", "configuration", "found", "where"], rows),
  ].join("\n\n");
}

function cellText({ expected, specs, violated, differs: differing }: DesignCell): string {
  if (specs.length === 0) return expected === null ? "-" : `no spec yet (expected ${expected.join(" ") || "holds"})`;
  const found = violated.length > 0 ? `**${violated.join(" ")}**` : "holds";
  const wanted = differing.length > 0 ? `; ${DIFFERS}: ${differing.join(", ")}` : "";
  return `${found} ${specs.map(({ spec }) => `${link(spec.name)}${release(spec)}`).join(", ")}${wanted}`;
}
