/**
 * What does a name mean that stands in a report or a spec? A property, a claim, a design, a version, a variant, a function or
 * a row: what it says, how it reads formally, where it comes from, and which specs have to do with it.
 */
import { printAlternative } from "../language/print.ts";
import {
  BinderNames,
  declared,
  type Printing,
  printAssign,
  printNode,
  printPlace,
} from "../language/print-expression.ts";
import type { SourceRow } from "../language/programs.ts";
import type { Clause, Property } from "../language/properties.ts";
import { isDeciding, letter } from "../ledger/ledger.ts";
import type { Claim, Design, Ledger, Reading, Within } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";
import { linkLine } from "../text/lore.ts";
import { ascii, wrap } from "../text/wrap.ts";
import type { KnownRow, Sources } from "./sources.ts";

/** The answer as text; null where nothing has the name. */
export function explain(name: string, sources: Sources): string | null {
  const { model, specs } = sources;
  const { properties, ledger, versions, variants } = model;
  const own = <T>(table: Readonly<Record<string, T>> | undefined): T | undefined =>
    table && Object.hasOwn(table, name) ? table[name] : undefined;
  const property = own(properties);
  const claim = own(ledger?.claims);
  const design = own(ledger?.designs);
  const version = own(versions);
  const variant = own(variants);
  const rows = sources.rows.filter((row) => namesOf(row).includes(name));
  const program = sources.programs.get(name);
  const sections = [
    property && aboutProperty(property, sources),
    claim && ledger && aboutClaim(name, claim, ledger, specs),
    design && aboutDesign(name, design, specs),
    version !== undefined && aboutChange("Version", name, version, sources, (spec) => spec.asked.version === name),
    variant !== undefined &&
      aboutChange("Variant", name, variant, sources, (spec) => spec.asked.variants.includes(name)),
    rows.length > 0 && rows.flatMap((row) => aboutRow(row, sources)),
    program && [
      ...wrap(`Function ${name}: ${program.kernel ?? "of the model alone"}`, { rest: "  " }),
      ...program.abstracts.flatMap((text) => wrap(text, { first: "  abstracts: ", rest: "    " })),
      ...sources.rows
        .filter((row) => row.program === name)
        .flatMap((row) => wrap(`${titleOf(row)}: ${row.row.quote}`, { first: "  ", rest: "      " })),
      ...specList("In the programs of", sources.specsOf(name)),
    ],
  ].filter((lines) => lines !== undefined && lines !== false && lines !== null);
  return sections.length === 0 ? null : `${ascii(sections.map((lines) => lines.join("\n")).join("\n\n"))}\n`;
}

/** How a user may write a row: as reports do, or with a dot. */
const namesOf = ({ program, label }: KnownRow): readonly string[] => [
  `${program}: ${label}`,
  `${program}:${label}`,
  `${program}.${label}`,
];

/** Every name that is explained, for those who misspell one. */
export const knownNames = ({ model, rows, programs }: Sources): readonly string[] => [
  ...Object.keys(model.properties),
  ...Object.keys(model.ledger?.claims ?? {}),
  ...Object.keys(model.ledger?.designs ?? {}),
  ...Object.keys(model.versions),
  ...Object.keys(model.variants),
  ...programs.keys(),
  ...new Set(rows.map(({ program, label }) => `${program}: ${label}`)),
];

/** All that may be explained, and what of it a spec may ask: names, with what each says where that is a line or two. */
export function explainable({ model, programs }: Sources): string {
  const { properties, ledger, versions, variants } = model;
  const told = (title: string, table: Readonly<Record<string, string>>): string[] =>
    Object.keys(table).length === 0
      ? []
      : [
          title,
          ...Object.entries(table).flatMap(([name, text]) => wrap(`${name}: ${text}`, { first: "  ", rest: "      " })),
        ];
  const named = (title: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [title, ...wrap(names.join(", "), { first: "  " })];
  const sentences = Object.fromEntries(Object.values(properties).map(({ name, sentence }) => [name, sentence]));
  const designs = Object.entries(ledger?.designs ?? {}).map(([id, { about }]) => [id, about]);
  const sections = [
    wrap(`Of the model "${model.name}"; npm run explain -- NAME tells more of each.`),
    told('Properties and witnesses ("properties", or "all" of them, and "sometimes" in a spec):', sentences),
    told('Versions ("version"):', versions),
    told('Variants ("variants"):', variants),
    told('Designs ("designs"):', Object.fromEntries(designs)),
    named('Claims ("claims"):', Object.keys(ledger?.claims ?? {})),
    named('Functions, and their rows as "function: row":', [...programs.keys()]),
  ];
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${ascii(texts.join("\n\n"))}\n`;
}

const titleOf = ({ program, label, variant }: KnownRow): string =>
  `${program}: ${label}${variant === null ? "" : ` (${variant})`}`;

function specList(what: string, specs: readonly Spec[]): string[] {
  const count = specs.length === 0 ? "no spec" : specs.length === 1 ? "1 spec: " : `${specs.length} specs: `;
  return wrap(count + specs.map(({ name }) => name).join(", "), { first: `  ${what} `, rest: "    " });
}

function aboutProperty({ name, sentence, clauses }: Property, sources: Sources): string[] {
  const asking = sources.specs.filter(({ properties, sometimes }) => [...properties, ...sometimes].includes(name));
  // A rule is asked wherever it says something: only linking tells where.
  const wherever = asking.filter(({ whereTheyApply }) => whereTheyApply.includes(name));
  const without = sources.specs.filter((spec) => spec.without.some(({ property }) => property === name));
  const broken = asking.filter(({ expect }) => expect?.violated.includes(name));
  const names = new BinderNames();
  const printing: Printing = { universe: sources.universe, binder: names.of.bind(names) };
  return [
    ...wrap(`Property ${name}: ${sentence}`, { rest: "  " }),
    ...(clauses.length === 0 ? ["  Violated where a row says so (it fails)."] : ["  Formally:"]),
    ...clauses.flatMap((clause) => wrap(clauseText(clause, printing), { first: "    ", rest: "      " })),
    ...origins(clauses, sources),
    ...(wherever.length > 0
      ? [`  A rule: asked by each of ${wherever.length} specs that it says something of`]
      : specList("Asked by", asking)),
    ...(without.length > 0 ? specList("Left out by", without) : []),
    ...(broken.length > 0 ? specList("Expected to be violated in", broken) : []),
  ];
}

/** A clause in the words of the language's own table. */
function clauseText(clause: Clause, printing: Printing): string {
  switch (clause.kind) {
    case "whenever":
      return clause.to === "(waits)"
        ? `whenever a context waits at ${clause.program}: ${clause.label}: ${printNode(clause.condition, printing)}`
        : `whenever ${rowText(clause)} fires: ${printNode(clause.condition, printing)}`;
    case "happens":
      return `${rowText(clause)} fires, with ${printNode(clause.condition, printing)}`;
    case "track":
      return `account: when ${rowText(clause)} fires, ${clause.effect.map((a) => printAssign(a, printing)).join(", ")}`;
    case "guardedBy": {
      const over = clause.binders.map((binder) => declared(binder, printing)).join(", ");
      const touches = clause.access === "write" ? "writes" : "reads or writes";
      const place = printPlace(clause.place, printing);
      return `who ${touches} ${place}${over === "" ? "" : ` (${over})`}: ${printNode(clause.held, printing)}`;
    }
    case "atMost":
      return `${clause.program}: ${clause.label} fires at most ${clause.times} times in one call`;
    case "invariant":
      return `in every reachable state: ${printNode(clause.condition, printing)}`;
    case "atRest":
      return `where every context is at rest: ${printNode(clause.condition, printing)}`;
    case "sometimes":
      return `in some reachable state: ${printNode(clause.condition, printing)}`;
    case "alwaysPossible":
      return `from every reachable state one can be reached where: ${printNode(clause.condition, printing)}`;
    case "leadsTo":
      return clause.from === null
        ? `in every fair run at some time: ${printNode(clause.condition, printing)}`
        : `in every fair run, after ${printNode(clause.from, printing)}, then or later: ${printNode(clause.condition, printing)}`;
  }
}

const rowText = ({ program, label, to }: { program: string; label: string; to: string | null }): string =>
  `${program}: ${label}${to === null ? "" : ` -> ${to}`}`;

/** The rows that clauses are attached to, with the functions and steps that these stand for. */
function origins(clauses: readonly Clause[], { rows, programs }: Sources): string[] {
  const at = new Map<string, KnownRow>();
  for (const clause of clauses) {
    if (!("label" in clause)) continue;
    const row = rows.find(({ program, label }) => program === clause.program && label === clause.label);
    if (row) at.set(`${row.program}: ${row.label}`, row);
  }
  return [...at].flatMap(([name, { program, row }]) => {
    const steps = row.meta.ref === undefined ? "" : `; step ${row.meta.ref} of docs/steps.md`;
    return wrap(`${name}: ${row.quote} (${programs.get(program)?.kernel ?? "of the model alone"}${steps})`, {
      first: "  At ",
      rest: "    ",
    });
  });
}

function aboutClaim(id: string, claim: Claim, ledger: Ledger, specs: readonly Spec[]): string[] {
  const { quote, who, where, messageId, parts, notExpressible } = claim;
  const named = specs.filter(({ claims }) => claims.includes(id));
  return [
    ...wrap(`Claim ${id}: "${quote}"`, { rest: "  " }),
    ...wrap(`${who}, ${where}`, { first: "  ", rest: "  " }),
    ...(messageId === undefined ? [] : [linkLine(messageId, "  ")]),
    ...(notExpressible === undefined ? [] : wrap(notExpressible, { first: "  Not expressible: ", rest: "    " })),
    ...parts.flatMap((part, i) => {
      const deciding = named.filter((spec) => isDeciding({ spec }, { ...claim, parts: [part] }, ledger));
      return [
        ...wrap(part.sentence, { first: parts.length > 1 ? `  (${letter(i)}) ` : "  ", rest: "      " }),
        ...Object.entries(part.reads).flatMap(([column, reading]) =>
          wrap(`${column}: ${readingText(reading, id)}; expected: ${part.expected[column] === false ? "no" : "yes"}`, {
            first: "      ",
            rest: "        ",
          }),
        ),
        ...(part.within ? wrap(withinText(part.within), { first: "      of specs with ", rest: "        " }) : []),
        ...specList("    Decided by", deciding),
      ];
    }),
    "  What they found: results/claims.txt, or npm run claims",
  ];
}

function readingText(reading: Reading, id: string): string {
  switch (reading.kind) {
    case "holds":
      return `true where every spec that names ${id} holds ${reading.properties.join(", ")}`;
    case "breaks":
      return `true where a spec that names ${id} violates ${reading.properties.join(" or ")}`;
    case "reachable":
      return `true where a spec that names ${id} meets ${reading.witness}`;
    case "unreachable":
      return `true where no spec that names ${id} meets ${reading.witness}`;
  }
}

const withinText = ({ versions, variants, kind, options }: Within): string =>
  [
    ...(versions ? [`version ${versions.join(" or ")}`] : []),
    ...(variants ? [variants.length === 0 ? "no variant" : `the variants ${variants.join(", ")}`] : []),
    ...(kind === undefined ? [] : [`a context of kind ${kind}`]),
    ...Object.entries(options ?? {}).map(([key, value]) => `${key} ${String(value)}`),
  ].join(", ");

function aboutDesign(id: string, { about, origin, expected }: Design, specs: readonly Spec[]): string[] {
  return [
    ...wrap(`Design ${id}: ${about}`, { rest: "  " }),
    ...wrap(`Origin: ${origin}`, { first: "  ", rest: "    " }),
    ...Object.entries(expected).flatMap(([column, violated]) =>
      wrap(`${column}: expected to ${violated.length > 0 ? `violate ${violated.join(", ")}` : "hold"}`, {
        first: "  ",
      }),
    ),
    ...specList(
      "Looked at by",
      specs.filter(({ designs }) => designs.includes(id)),
    ),
  ];
}

function aboutChange(
  kind: string,
  name: string,
  about: string,
  { specs, rows }: Sources,
  uses: (spec: Spec) => boolean,
): string[] {
  const replaced = rows.filter(({ variant }) => variant === name);
  return [
    ...wrap(`${kind} ${name}: ${about}`, { rest: "  " }),
    ...(replaced.length > 0 ? ["  Rows that it replaces:"] : []),
    ...replaced.flatMap((row) =>
      wrap(`${row.program}: ${row.label}: ${row.row.quote}`, { first: "    ", rest: "      " }),
    ),
    ...specList("Asked by", specs.filter(uses)),
  ];
}

const SURE = { S: "read in a source", M: "general knowledge of the code", D: "derived, a hypothesis" } as const;

function aboutRow(known: KnownRow, sources: Sources): string[] {
  const { program, label, row } = known;
  const of = sources.programs.get(program);
  const tag = row.meta.tag ?? of?.tag;
  const { model } = sources;
  const all = new Set(
    [model, ...Object.values(model.inVersion ?? {})].flatMap(({ properties }) => Object.values(properties)),
  );
  const attached = [...all].filter(({ clauses }) =>
    clauses.some((clause) => "label" in clause && clause.program === program && clause.label === label),
  );
  const told: readonly (readonly [string, string | undefined])[] = [
    ["C", row.quote],
    ["Function", of?.kernel ?? "of the model alone"],
    ["Steps", row.meta.ref && `${row.meta.ref} (docs/steps.md)`],
    ["Sure", tag ? `[${tag}] ${SURE[tag]}` : undefined],
    ["Marks", row.meta.marks?.join(", ")],
    ["Note", row.meta.note],
  ];
  return [
    ...wrap(`Row ${titleOf(known)}`, { rest: "  " }),
    ...told.flatMap(([name, text]) => (text ? wrap(text, { first: `  ${name}: `, rest: "    " }) : [])),
    "  Formally:",
    ...rowLines(row, sources).flatMap((line) => wrap(line, { first: "    ", rest: "      " })),
    ...attached.flatMap(({ name, sentence }) =>
      wrap(`${name}: ${sentence}`, { first: "  Asked here by ", rest: "    " }),
    ),
    ...specList("In the programs of", sources.specsOf(program, known)),
    ...specList(
      "It fires in (by results/)",
      sources.specs.filter(({ name }) => sources.fires(name, program, label)),
    ),
  ];
}

function rowLines(row: SourceRow, { universe }: Sources): string[] {
  const names = new BinderNames();
  const printing: Printing = { universe, binder: names.of.bind(names) };
  switch (row.kind) {
    case "step":
      return row.entries.flatMap((members, i) => members.map((a) => printAlternative(a, i === 0, printing)));
    case "call":
      return [`call ${row.callee.name}`, ...Object.entries(row.exits).map(([exit, target]) => `${exit} -> ${target}`)];
    case "select":
      return [
        ...row.branches.map(({ test, target }) => `where ${printNode(test, printing)} -> ${target}`),
        `otherwise -> ${row.otherwise}`,
      ];
  }
}
