/**
 * What does a system do, row by row? The source rows of its programs as text, to be laid beside the C: label, quoted
 * C, guard, effect, next label, and the cells that each alternative reads and writes, derived, never declared.
 */

import { accessesOf, effectAccesses } from "./accesses.ts";
import { cellsOf } from "./cells.ts";
import { isConst, type Node, type PlaceNode, walk, walkAssign } from "./nodes.ts";
import { BinderNames, declared, type Printing, printAssign, printNode, printPlace } from "./print-expression.ts";
import type { Alternative, CallRow, Param, Program, RowMeta, SourceRow, StepRow } from "./programs.ts";
import { describeShape, valuesOf } from "./shapes.ts";
import type { System } from "./system.ts";

const WIDTH = 100;

/** The programs of a system, or one of them, as text. Throws where no program has the name. */
export function printSystem(system: System, options: { readonly program?: string | undefined } = {}): string {
  const { program } = options;
  const names = Object.keys(system.programs);
  if (program !== undefined && !names.includes(program)) {
    throw new Error(`no program "${program}" here; the programs are: ${names.join(", ")}`);
  }
  const shown = program === undefined ? names : [program];
  const lines = program === undefined ? heading(system) : [];
  for (const name of shown) lines.push(...printProgram(system.programs[name] as Program, system), "");
  return [...lines, ...footing(system)].join("\n").replaceAll(/ +$/gm, "").concat("\n");
}

function heading(system: System): string[] {
  const printing: Printing = { universe: system.universe, binder: namesFor(system) };
  const scripts = system.contexts.map(({ name, script, after = [] }) => {
    const order = after.length > 0 ? `, after ${after.map((other) => system.contexts[other]?.name).join(", ")}` : "";
    return `  ${name} runs ${system.scripts[script]?.program}${order}`;
  });
  const guard = `every row that is not an arrival needs first: ${printNode(system.mayRun, printing)}`;
  return [`system ${system.name}`, ...scripts, ...(isConst(system.mayRun) ? [] : wrap(guard, "  ")), ""];
}

/** What a search walks over: the figures that tell two tables apart. */
function footing(system: System): string[] {
  const cells = cellsOf(system);
  const values = ({ path, shape }: (typeof cells)[number]): number => {
    if (shape) return valuesOf(shape, system.universe).length;
    const script = system.contexts[path[1] as number]?.script;
    return 1 + system.labels.filter((label) => label?.script === script).length;
  };
  const bits = cells.reduce((sum, cell) => sum + Math.ceil(Math.log2(values(cell))), 0);
  return [
    `relation ${system.hash}`,
    ...(system.initials.length > 1 ? [`a run begins in any of ${system.initials.length} states`] : []),
    `${system.labels.length - 1} linked labels, ${system.commands.length} commands, ${cells.length} cells of state, ${bits} bits`,
  ];
}

const namesFor = (system: System, program?: Program) => {
  const own = program ? [...Object.keys(program.params), ...Object.keys(program.locals)] : [];
  const names = new BinderNames([...Object.keys(system.fields), ...Object.keys(system.constants), ...own]);
  return names.of.bind(names);
};

function printProgram(program: Program, system: System): string[] {
  const param = ([name, { kind, shape }]: [string, Param]) =>
    `${kind === "value" ? "" : `${kind} `}${name}: ${describeShape(shape)}`;
  const params = Object.entries(program.params).map(param);
  const locals = Object.entries(program.locals).map(([name, shape]) => `${name}: ${describeShape(shape)}`);
  const lines = [
    ...wrap(`program ${program.name}(${params.join(", ")})`, ""),
    ...(program.kernel ? wrap(`source: ${program.kernel}`, "  ") : []),
    ...(program.tag ? [`  tag: ${program.tag}`] : []),
    ...program.abstracts.flatMap((sentence) => wrap(`abstracts: ${sentence}`, "  ")),
    ...(locals.length > 0 ? wrap(`locals: ${locals.join(", ")}`, "  ") : []),
    ...(program.exits.length > 0 ? [`  exits: ${program.exits.join(", ")}`] : []),
  ];
  for (const [label, row] of Object.entries(program.rows)) lines.push("", ...printRow(program, label, row, system));
  return lines;
}

function printRow(program: Program, label: string, row: SourceRow, system: System): string[] {
  const printing: Printing = { universe: system.universe, binder: namesFor(system, program) };
  const head = [
    ...wrap(`${label}: ${row.quote}`, "  "),
    ...marksOf(row.meta, program, printing).flatMap((m) => wrap(m, "    | ")),
  ];
  switch (row.kind) {
    case "step":
      return [...head, ...printStep(program, label, row, system, printing)];
    case "call":
      return [...head, ...wrap(printCall(row, printing), "    ")];
    case "select": {
      const branches = row.branches.map(({ test, target }) => `when ${printNode(test, printing)} -> ${target}`);
      return [
        ...head,
        ...[...branches, `otherwise -> ${row.otherwise}`].flatMap((line) => wrap(`select ${line}`, "    ")),
      ];
    }
  }
}

/** What a row says of itself beyond its alternatives. */
function marksOf(meta: RowMeta, program: Program, printing: Printing): string[] {
  const tag = meta.tag ?? program.tag;
  const words = [
    ...(meta.ref ? [`step ${meta.ref}`] : []),
    ...(tag ? [`[${tag}]`] : []),
    ...(meta.marks ?? []).map((mark) => `mark ${mark}`),
    ...(meta.arrive ? ["arrives"] : []),
    ...(meta.mayStop ? ["may stop here"] : []),
    ...(meta.serves ? ["serves"] : []),
    ...(meta.cuts ? [`cuts ${printNode(meta.cuts.node, printing)}`] : []),
  ];
  return [...(words.length > 0 ? [words.join("  ")] : []), ...(meta.note ? [`note: ${meta.note}`] : [])];
}

function printCall(row: CallRow, printing: Printing): string {
  const args = Object.entries(row.args).map(
    ([name, arg]) => `${name}: ${"base" in arg ? printPlace(arg, printing) : printNode(arg, printing)}`,
  );
  const exits = Object.entries(row.exits).map(([exit, target]) => `${exit} -> ${target}`);
  return [`call ${row.callee.name}(${args.join(", ")})`, exits.join(", ")].filter((text) => text !== "").join(" ");
}

function printStep(program: Program, label: string, row: StepRow, system: System, printing: Printing): string[] {
  const linked = new Set(
    system.commands
      .filter(({ source }) => source.program === program.name && source.label === label)
      .map(({ source }) => `${source.entry}/${source.member}`),
  );
  const lines: string[] = [];
  const tried: Node[] = [];
  for (const [i, members] of row.entries.entries()) {
    for (const [j, alternative] of members.entries()) {
      const gone = linked.has(`${i}/${j}`) ? "" : "   (never, in this configuration)";
      const lead = members.length > 1 ? (j === 0 ? "either " : "or ") : "";
      lines.push(...wrap(`${lead}${printAlternative(alternative, i === 0, printing)}${gone}`, "    "));
      const guards = alternative.guard ? [...tried, alternative.guard] : tried;
      lines.push(...printFootprint(guards, alternative, printing));
    }
    tried.push(...members.flatMap((a) => (a.guard ? [a.guard] : [])));
  }
  return lines;
}

/** One alternative of a row: "when guard do effect -> next". */
export function printAlternative(alternative: Alternative, first: boolean, printing: Printing): string {
  const { binders, guard, effect, target, fails } = alternative;
  const chosen = binders.map((binder) => `choose ${declared(binder, printing)} . `).join("");
  const condition = guard ? `when ${printNode(guard, printing)}` : first ? "always" : "otherwise";
  const does = effect.length > 0 ? ` do ${effect.map((assign) => printAssign(assign, printing)).join(", ")}` : "";
  return `${chosen}${condition}${does} ${fails ? `FAILS ${fails.property}: ${fails.why}` : `-> ${target}`}`;
}

/** Cells that evaluating the guards tried so far and the effect touches. Locals are the context's own: left out. */
function printFootprint(guards: readonly Node[], alternative: Alternative, printing: Printing): string[] {
  const chosen = new Set(alternative.binders);
  const all: Printing = { ...printing, binder: (binder) => (chosen.has(binder) ? printing.binder(binder) : "*") };
  const shared = ({ base }: PlaceNode): boolean => base.kind !== "local" && base.kind !== "constants";
  const accesses = [...guards.flatMap((guard) => accessesOf(guard)), ...effectAccesses(alternative.effect)];
  const reads = accesses.flatMap(({ place, kind, racy }) =>
    kind === "read" && shared(place) ? [`${racy ? "racy " : ""}${printPlace(place, all)}`] : [],
  );
  const note = (node: Node): void => {
    if (node.op === "stands" || node.op === "pcIn") reads.push(`label of ${printNode(node.who, all)}`);
  };
  for (const guard of guards) walk(guard, note);
  for (const assign of alternative.effect) walkAssign(assign, note);
  const writes = accesses.flatMap(({ place, kind }) =>
    kind === "write" && shared(place) ? [printPlace(place, all)] : [],
  );
  const list = (word: string, cells: readonly string[]): string[] =>
    cells.length > 0 ? wrap(`${word} ${[...new Set(cells)].join(", ")}`, "      ") : [];
  return [...list("reads ", reads), ...list("writes", writes)];
}

/** Breaks a line at blanks; what follows the first line is indented further. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  const hanging = `${indent.replaceAll("|", " ")}    `;
  let line = indent;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  return [...lines, line];
}
