/**
 * What rows and properties name must be declared: cells in some root, rows that go where a property says, no local in
 * a property of states. A cell in no root would be missing from the key of a state, and a search would take
 * different states for one.
 */
import { type Assign, mapPlace, type Node, type PlaceNode, walk, walkAssign } from "../language/nodes.ts";
import type { Program, SourceRow } from "../language/programs.ts";
import type { Clause, Property } from "../language/properties.ts";
import type { Shape } from "../language/shapes.ts";

type Kind = "state" | "ghost" | "constants";
export type DeclaredFields = Readonly<Record<Kind, Readonly<Record<string, Shape>>>>;

type Say = (what: string) => void;

/** Every mistake of this kind, in the order of the programs and then of the properties. */
export function undeclared(
  programs: Readonly<Record<string, Program>>,
  properties: readonly Property[],
  assigned: readonly Assign[],
  declared: DeclaredFields,
  reached: Readonly<Record<string, Program>> = programs,
): string[] {
  const problems: string[] = [];
  const said = new Set<string>();
  const sayOnce = (problem: string): void => {
    if (!said.has(problem)) problems.push(problem);
    said.add(problem);
  };
  for (const program of Object.values(programs)) {
    for (const [label, row] of Object.entries(program.rows)) {
      const say: Say = (what) => sayOnce(`${program.name}, row "${label}": ${what}`);
      visitRow(row, (place) => {
        checkPlace(place, declared, say);
        if (place.base.kind === "ghost")
          say(`it uses the ghost "${place.base.field}", which is there for properties only; declare it with \`state\``);
      });
    }
  }
  for (const property of properties) {
    const say: Say = (what) => sayOnce(`property ${property.name}: ${what}`);
    for (const clause of property.clauses) checkClause(clause, reached, declared, say);
  }
  for (const assign of assigned) visitAssign(assign, (place) => checkPlace(place, declared, sayOnce));
  return problems;
}

/** The same of a condition on where a run begins. */
export function undeclaredIn(node: Node, declared: DeclaredFields): string[] {
  const problems = new Set<string>();
  visitNode(node, (place) => checkPlace(place, declared, (what) => problems.add(what)));
  return [...problems];
}

function checkPlace({ base }: PlaceNode, declared: DeclaredFields, say: Say): void {
  if (base.kind !== "state" && base.kind !== "ghost" && base.kind !== "constants") return;
  if (!Object.hasOwn(declared[base.kind], base.field)) {
    say(`the cell "${base.field}" is in no root; add its group to "roots"`);
  }
}

function checkClause(
  clause: Clause,
  programs: Readonly<Record<string, Program>>,
  declared: DeclaredFields,
  say: Say,
): void {
  const place = (one: PlaceNode) => checkPlace(one, declared, say);
  if (clause.kind === "guardedBy") {
    place(clause.place);
    visitNode(clause.held, place);
    return;
  }
  if (clause.kind === "track")
    for (const assign of clause.effect) {
      visitAssign(assign, place);
      if (assign.place.base.kind !== "ghost")
        say(
          `it sets ${nameOf(assign.place)}, which is no ghost: a property must not change what it looks at; declare it with \`ghosts\``,
        );
    }
  if ("condition" in clause) visitNode(clause.condition, place);
  if (!("program" in clause)) {
    const { condition } = clause;
    if (clause.kind === "leadsTo" && clause.from) visitNode(clause.from, place);
    const asked: Node =
      clause.kind === "leadsTo" && clause.from ? { op: "and", args: [clause.from, condition] } : condition;
    walk(asked, (node) => {
      if (node.op === "self")
        say('"self" is nobody in a property of states; quantify over "context", or use `whenever`');
      if (node.op === "param" || (node.op === "read" && ["local", "param"].includes(node.place.base.kind))) {
        say("locals and parameters exist only in rows; use `whenever`");
      }
    });
    return;
  }
  const row = programs[clause.program]?.rows[clause.label];
  // A `happens` that asks for a way nobody takes is never met, and says so.
  if (!row || clause.kind === "atMost" || clause.kind === "happens" || clause.to === null || clause.to === "(waits)")
    return;
  const targets = row.kind === "step" ? row.entries.flat().flatMap((a) => (a.target === null ? [] : [a.target])) : [];
  if (!targets.includes(clause.to)) {
    say(
      `${clause.program}: ${clause.label} never goes to "${clause.to}" (it goes to: ${[...new Set(targets)].join(", ") || "nothing: it takes no step"})`,
    );
  }
}

function visitNode(node: Node, place: (place: PlaceNode) => void): void {
  walk(node, (part) => {
    if (part.op === "read") place(part.place);
  });
}

function visitAssign(assign: Assign, place: (place: PlaceNode) => void): void {
  place(assign.place);
  walkAssign(assign, (part) => {
    if (part.op === "read") place(part.place);
  });
}

function visitRow(row: SourceRow, place: (place: PlaceNode) => void): void {
  switch (row.kind) {
    case "step":
      for (const alternative of row.entries.flat()) {
        if (alternative.guard) visitNode(alternative.guard, place);
        for (const assign of alternative.effect) visitAssign(assign, place);
      }
      if (row.meta.cuts) visitNode(row.meta.cuts.node, place);
      return;
    case "call":
      for (const arg of Object.values(row.args)) {
        if (!("base" in arg)) visitNode(arg, place);
        else {
          place(arg);
          mapPlace(arg, (index) => {
            visitNode(index, place);
            return index;
          });
        }
      }
      return;
    case "select":
      for (const branch of row.branches) visitNode(branch.test, place);
  }
}

/** The field or local that a place belongs to. */
export const nameOf = ({ base }: PlaceNode): string => `"${"field" in base ? base.field : base.name}"`;

/** The fields of some kinds that an assignment reads. */
export function readsOf(assign: Assign, kinds: readonly string[]): string[] {
  const found = new Set<string>();
  walkAssign(assign, (part) => {
    if (part.op === "read" && kinds.includes(part.place.base.kind)) found.add(nameOf(part.place));
  });
  return [...found];
}

/** Names that stand twice where each must be told apart. */
export function duplicates(what: string, names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  return [...twice].map((name) => `two ${what} are named "${name}"; rename one`);
}
