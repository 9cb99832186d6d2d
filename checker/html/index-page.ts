/**
 * What do all specs say together? One document: every spec with its verdict, every claim with what was found of it, and the
 * matrix of designs and configurations. Hundreds of them: each list is in groups that are closed until one is opened, or holds
 * what a reader searches for. It is whole without its script, which only filters.
 */
import { columnOf } from "../ledger/decide.ts";
import { type DesignCell, type Judged, type JudgedClaim, letter } from "../ledger/ledger.ts";
import type { SpecRecord } from "../ledger/record.ts";
import { DIFFERS, differs, expectation, release, standing, verdictOn } from "../ledger/words.ts";
import type { Columns } from "../spec/claim.ts";
import type { Spec } from "../spec/spec.ts";
import { count } from "../text/wrap.ts";
import { documentOf, escaped } from "./write.ts";

export interface Listed {
  readonly spec: Spec;
  readonly record: SpecRecord;
  readonly agreement?: string;
}

/** Where the report of a spec is, seen from the index. */
export type LinkTo = (spec: string) => string;

export interface IndexOptions {
  readonly linkTo: LinkTo;
  /** Specs that nobody has searched as they are today. */
  readonly missing: readonly string[];
}

/** `judged` is null where no model has a ledger. */
export function indexPage(
  specs: readonly Listed[],
  judged: Judged | null,
  { linkTo, missing }: IndexOptions,
): Promise<string> {
  const columns = judged?.ledger.columns ?? {};
  const link = (name: string): string => `<a href="${escaped(linkTo(name))}">${escaped(name)}</a>`;
  const verdicts = [...new Set(specs.map(({ record }) => record.verdict))].sort();
  const body = `<header>
<h1>What the model says</h1>
<p>Each verdict is about the model, within the bounds of the spec. Written by a command, never by hand.</p>
${
  judged
    ? `<ul>${standing(judged)
        .map((text) => `<li>${escaped(text)}</li>`)
        .join("")}</ul>`
    : ""
}
${missing.length > 0 ? `<p>Not searched as they are today, and left out: ${escaped(missing.join(", "))}.</p>` : ""}
</header>
<main>
<form class="filters" aria-label="Filter">
<span><label for="text">Words</label> <input id="text" name="text" type="search"></span>
${select("verdict", "Verdict of a spec", verdicts)}
${select("column", "Configuration", Object.keys(columns))}
${judged ? select("found", "Found of a claim", ["true", "false", "undecided", "not expressible", "differs"]) : ""}
<button type="reset">Show all</button>
</form>
${section("specs", "Specs", specs.length, specGroups(specs, columns, link))}
${judged ? section("claims", "Claims", judged.claims.length, claimGroups(judged, link)) : ""}
${judged ? section("designs", "Designs and configurations", judged.designs.length, designGroups(judged, link)) : ""}
</main>`;
  return documentOf("What the model says", body, "index.ts");
}

const SPEC_HEAD = ["spec", "question", "verdict", "configuration", "claims", "states", "second opinions", "relation"];

const select = (name: string, label: string, values: readonly string[]): string =>
  values.length < 2
    ? ""
    : `<span><label for="${name}">${label}</label> <select id="${name}" name="${name}"><option value="">all</option>${values
        .map((value) => `<option>${escaped(value)}</option>`)
        .join("")}</select></span>`;

const section = (id: string, title: string, entries: number, inner: string): string =>
  `<section id="${id}" data-list aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} (<span class="count">${entries}</span>)</h2>
${inner}
</section>`;

/** Entries under what they have in common, in the order in which that is met; closed at first. */
function groups<T>(
  all: readonly T[],
  titleOf: (one: T) => string,
  show: (of: readonly T[], title: string) => string,
): string {
  const byTitle = new Map<string, T[]>();
  for (const one of all) byTitle.set(titleOf(one), [...(byTitle.get(titleOf(one)) ?? []), one]);
  return [...byTitle]
    .map(
      ([title, of]) =>
        `<details data-group><summary>${escaped(title)} (<span class="count">${of.length}</span>)</summary>\n${show(of, title)}\n</details>`,
    )
    .join("\n");
}

/** "!RT: holds", in the order of the ledger's configurations. */
function specGroups(specs: readonly Listed[], columns: Columns, link: (name: string) => string): string {
  const order = Object.keys(columns);
  const columnOfSpec = ({ spec }: Listed): string => columnOf(spec, columns) ?? "";
  const sorted = specs.toSorted((a, b) => order.indexOf(columnOfSpec(a)) - order.indexOf(columnOfSpec(b)));
  const titleOf = (one: Listed): string =>
    [columnOfSpec(one), one.record.verdict].filter((part) => part !== "").join(": ");
  const byVerdict = sorted.toSorted((a, b) =>
    columnOfSpec(a) === columnOfSpec(b) ? a.record.verdict.localeCompare(b.record.verdict) : 0,
  );
  return groups(byVerdict, titleOf, (of, title) =>
    table(
      `specs, ${title}`,
      SPEC_HEAD,
      of.map((one) => specRow(one, columnOf(one.spec, columns), link)),
    ),
  );
}

/** By the letter that their names begin with: what was said in one place. */
const byLetter = (id: string): string => `${/^[A-Za-z]+/.exec(id)?.[0] ?? id} ..`;

const claimGroups = (judged: Judged, link: (name: string) => string): string =>
  groups(
    judged.claims,
    ({ id }) => byLetter(id),
    (of) => of.map((one) => claim(one, link)).join("\n"),
  );

const designGroups = (judged: Judged, link: (name: string) => string): string =>
  groups(
    judged.designs,
    ({ id }) => byLetter(id),
    (of, title) => matrix({ ...judged, designs: of }, title, link),
  );

/** Rows are whole `<tr>` elements: each says what it may be filtered by. */
const table = (name: string, head: readonly string[], rows: readonly string[]): string =>
  `<div class="wide" role="region" aria-label="${escaped(name)}" tabindex="0"><table><thead><tr>${head
    .map((name) => `<th scope="col">${escaped(name)}</th>`)
    .join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;

const row = (data: Readonly<Record<string, string>>, first: string, cells: readonly string[]): string =>
  `<tr ${entry(data)}><th scope="row">${first}</th>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;

const entry = (data: Readonly<Record<string, string>>): string =>
  ["data-entry", ...Object.entries(data).map(([key, value]) => `data-${key}="${escaped(value)}"`)].join(" ");

function specRow({ spec, record, agreement }: Listed, column: string | null, link: (name: string) => string): string {
  const violated = Object.keys(record.violated).filter((name) => name !== record.verdict);
  const expected = record.differences.length > 0 ? " <strong>NOT as the spec expects</strong>" : "";
  return row({ verdict: record.verdict, column: column ?? "" }, link(spec.name), [
    escaped(spec.question),
    `<strong>${escaped(record.verdict)}</strong> ${escaped(violated.join(" "))}${expected}`,
    escaped(column ?? ""),
    escaped(spec.claims.join(" ")),
    count(record.states),
    escaped(agreement ?? "not cross-checked"),
    `<code>${record.relation.slice(0, 12)}</code>`,
  ]);
}

/** Words by which a claim is found; several are parted by " | ". */
function foundOf({ claim: { notExpressible }, parts }: JudgedClaim): string[] {
  if (notExpressible !== undefined) return ["not expressible"];
  const found = parts.flatMap((part) => part.found);
  const each = found.map(({ decision }) => (decision.isTrue === null ? "undecided" : String(decision.isTrue)));
  return [...new Set([...each, ...(found.some(differs) ? ["differs"] : [])])];
}

function claim(judged: JudgedClaim, link: (name: string) => string): string {
  const { id, claim: said, parts } = judged;
  const columns = [...new Set(parts.flatMap(({ found }) => found.map(({ column }) => column)))];
  const data = { found: foundOf(judged).join(" | "), column: columns.join(" | ") };
  const rows = parts.flatMap((part, i) =>
    part.found.map((found) => {
      const { what, by, others } = verdictOn(found.decision);
      const where = [
        ...by.map(({ name, text }) => `${link(name)}: ${escaped(text)}`),
        ...(others.length > 0
          ? [`not seen in ${others.map((other) => `${link(other.name)}${escaped(other.release)}`).join(", ")}`]
          : []),
      ];
      const verdict = `${differs(found) ? `<strong>${DIFFERS}</strong>: ` : ""}${escaped(what)}`;
      return `<li>${parts.length > 1 ? `(${letter(i)}) ` : ""}${escaped(part.part.sentence)} <em>${escaped(
        `${found.column}; ${expectation(part)}`,
      )}</em> <strong>found:</strong> ${verdict} ${where.join("; ")}</li>`;
    }),
  );
  const inner =
    said.notExpressible === undefined
      ? `<ul>${rows.join("\n")}</ul>`
      : `<p>Not expressible: ${escaped(said.notExpressible)}</p>`;
  return `<article ${entry(data)}><details id="${id}"><summary><strong>${id}</strong> “${escaped(said.quote)}” <em>${escaped(
    foundOf(judged).join(", "),
  )}</em></summary>
<p><cite>${escaped(`${said.who}, ${said.where}`)}</cite></p>
${inner}</details></article>`;
}

function matrix({ designs, ledger }: Judged, title: string, link: (name: string) => string): string {
  const columns = Object.keys(ledger.columns);
  return table(
    `designs, ${title}`,
    ["design", "what", "origin", ...columns],
    designs.map(({ id, design, cells }) =>
      row({}, id, [escaped(design.about), escaped(design.origin), ...cells.map((cell) => cellText(cell, link))]),
    ),
  );
}

function cellText(
  { expected, specs, violated, differs: differing }: DesignCell,
  link: (name: string) => string,
): string {
  if (specs.length === 0)
    return expected === null ? "not there" : `no spec yet (expected ${expected.join(" ") || "holds"})`;
  const found = violated.length > 0 ? `<strong>${escaped(violated.join(" "))}</strong>` : "holds";
  const wanted = differing.length > 0 ? `; <strong>${DIFFERS}</strong>: ${escaped(differing.join(", "))}` : "";
  return `${found} ${specs.map(({ spec }) => `${link(spec.name)}${escaped(release(spec))}`).join(", ")}${wanted}`;
}
