/**
 * Which small mistakes could stand in a row? A conjunct too few, a test always or never true, a write forgotten, a call
 * left by one of its exits at once: a lock not taken, a trylock that always has it or never, an unlock forgotten. Another
 * element as index, neighbours in the other order, a way past an unlock, an arrival that stays away: each has its file.
 *
 * A mutant replaces rows by a patch, as a variant of the model does. What it no longer goes to stays in the table, so
 * that the linker refuses a mutant for what it means only, never for a label that nothing reaches.
 */
import { FALSE, type Node, TRUE } from "../language/nodes.ts";
import { BinderNames, type Printing, printAssign, printNode } from "../language/print-expression.ts";
import type { Alternative, CallRow, Program, SourceRow, StepRow } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";
import type { Shape } from "../language/shapes.ts";
import type { Variant } from "../language/variants.ts";
import { rarerArrivals } from "./arrivals.ts";
import { type Changed, feltByGuard, feltByWrite, not, way, withAlternative } from "./changed.ts";
import { hoistedLoads } from "./hoist.ts";
import { otherIndices } from "./indices.ts";
import { exchangedRows, skippedRows } from "./order.ts";
import type { IsPlain } from "./store-pairs.ts";

export interface Mutant {
  /** "program: label / what is changed": the same whatever else the model holds. */
  readonly name: string;
  readonly variant: Variant;
  /** When the row, as it is, does other than the mutant. Null: nobody says, whenever it fires. */
  readonly infects: Infection | null;
}

/** The row fires, on its way to that label or any, and the condition is true. */
export interface Infection {
  readonly program: string;
  readonly label: string;
  readonly to: string | null;
  readonly condition: Node;
}

/** A row with the name by which its mutants are told. */
export interface MutableRow {
  readonly name: string;
  readonly program: string;
  readonly label: string;
  readonly row: SourceRow;
  /** Its program: without it only what can be wrong in the row alone is. */
  readonly of?: Program;
  /** Shapes of the state, by field: for arrivals that stay away. */
  readonly fields?: Readonly<Record<string, Shape>>;
  /** What is plain memory. Default: nothing is, and the order of all stores counts. */
  readonly isPlain?: IsPlain;
}

/** Every mutant of a row. `universe` names the elements that its text speaks of. */
export function mutantsOf(one: MutableRow, universe: Universe): readonly Mutant[] {
  const { name, program, label } = one;
  const made = changesOf(one, universe).map(
    ({ what, rows, infects }): Mutant => ({
      name: `${name} / ${what}`,
      infects: infects && { program, label, ...infects },
      // Of the kind of a version: what it patches may be out of a configuration's reach.
      variant: {
        name: "mutant",
        summary: what,
        patches: [{ program, rows, added: [], removed: [] }],
        isVersion: true,
      },
    }),
  );
  return made.map((mutant) => {
    const namesakes = made.filter((other) => other.name === mutant.name);
    return namesakes.length === 1 ? mutant : { ...mutant, name: `${mutant.name} (${namesakes.indexOf(mutant) + 1})` };
  });
}

function changesOf({ label, row, of, fields, isPlain = () => false }: MutableRow, universe: Universe): Changed[] {
  /** Of those that change this row alone. */
  const here = (all: readonly Changed[]): Changed[] =>
    all.map((one) => ({ ...one, rows: { [label]: one.rows[""] as SourceRow } }));
  return [
    ...(row.kind === "step" ? here(ofStep(row, universe)) : []),
    ...(row.kind === "call" ? here(ofCall(row)) : []),
    ...(row.kind === "step" ? here(otherIndices(row, of, universe)) : []),
    ...(row.kind === "step" && fields ? here(rarerArrivals(row, fields, universe)) : []),
    ...(of
      ? [...exchangedRows(of, label, isPlain), ...skippedRows(of, label), ...hoistedLoads(of, label, universe)]
      : []),
  ];
}

function ofStep(row: StepRow, universe: Universe): Changed[] {
  return row.entries.flatMap((members, entry) =>
    members.flatMap((alternative): Changed[] => {
      // What such an alternative says is a property; nothing of the kernel is in it.
      if (alternative.fails) return [];
      const names = new BinderNames();
      const printing: Printing = { universe, binder: (binder) => names.of(binder) };
      const put = (what: string, changed: Partial<Alternative>, infects: Changed["infects"]): Changed => ({
        what: `${what}${way(alternative)}`,
        infects,
        rows: { "": withAlternative(row, alternative, { ...alternative, ...changed }) },
      });
      // A variant may take a test away by a guard that is a constant: there is nothing left to spoil.
      const guard = alternative.guard?.op === "const" ? null : alternative.guard;
      const text = guard ? printNode(guard, printing) : "";
      const otherGuard = feltByGuard(row, entry);
      return [
        ...(guard
          ? [
              put(`always: ${text}`, { guard: TRUE }, otherGuard([not(guard)])),
              put(`never: ${text}`, { guard: FALSE }, otherGuard([guard])),
            ]
          : []),
        ...(guard ? without(guard) : []).map(({ gone, node, infects }) =>
          put(`without: ${printNode(gone, printing)}`, { guard: node }, otherGuard(infects)),
        ),
        ...alternative.effect.flatMap((assign, i) =>
          assign.forgets
            ? []
            : [
                put(
                  `not done: ${printAssign(assign, printing)}`,
                  { effect: alternative.effect.filter((_, j) => j !== i) },
                  feltByWrite(row, entry, alternative, assign),
                ),
              ],
        ),
      ];
    }),
  );
}

/** A condition with one part of an `and` or an `or` left out, in every way, and a list of what is true where that matters. */
function without(node: Node): { readonly gone: Node; readonly node: Node; readonly infects: readonly Node[] }[] {
  if (node.op === "racy") return without(node.of).map(({ node: of, ...rest }) => ({ ...rest, node: { ...node, of } }));
  if (node.op !== "and" && node.op !== "or") return [];
  const { op } = node;
  return node.args.flatMap((arg, i) => {
    // All others are as they must be for this one to matter; those before it first, for it may have no value otherwise.
    const neutral = (one: Node): Node => (op === "and" ? one : not(one));
    const asked = node.args.slice(0, i).map(neutral);
    const after = node.args.slice(i + 1).map(neutral);
    return [
      {
        gone: arg,
        node: { ...node, args: node.args.filter((_, j) => j !== i) },
        infects: [...asked, op === "and" ? not(arg) : arg, ...after],
      },
      ...without(arg).map(({ gone, node: less, infects }) => ({
        gone,
        node: { ...node, args: node.args.map((other, j) => (j === i ? less : other)) },
        infects: [...asked, ...infects, ...after],
      })),
    ];
  });
}

/** The call is not made: whoever would have called goes on as after one of its exits. */
const ofCall = ({ quote, meta, callee, exits }: CallRow): Changed[] =>
  Object.entries(exits).map(([exit, target]) => ({
    what: Object.keys(exits).length === 1 ? `no call of ${callee.name}` : `no call of ${callee.name}: ${exit}`,
    infects: null,
    rows: {
      "": {
        kind: "select",
        quote,
        meta,
        branches: Object.values(exits).map((other) => ({ test: FALSE, target: other })),
        otherwise: target,
      },
    },
  }));
