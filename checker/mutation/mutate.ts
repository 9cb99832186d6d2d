/**
 * Which small mistakes could stand in a row? A conjunct too few, a test always or never true, a write forgotten, a call
 * left by one of its exits at once: a lock not taken, a trylock that always has it or never, an unlock forgotten.
 *
 * A mutant replaces one row by a patch, as a variant of the model does. What it no longer goes to stays in the table, so
 * that the linker refuses a mutant for what it means only, never for a label that nothing reaches.
 */
import { FALSE, type Node, TRUE } from "../language/nodes.ts";
import { BinderNames, type Printing, printAssign, printNode } from "../language/print-expression.ts";
import type { Alternative, CallRow, SourceRow, StepRow, Variant } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";

export interface Mutant {
  /** "program: label / what is changed": the same whatever else the model holds. */
  readonly name: string;
  readonly variant: Variant;
}

/** A row with the name by which its mutants are told. */
export interface MutableRow {
  readonly name: string;
  readonly program: string;
  readonly label: string;
  readonly row: SourceRow;
}

/** Every mutant of a row. `universe` names the elements that its text speaks of. */
export function mutantsOf({ name, program, label, row }: MutableRow, universe: Universe): readonly Mutant[] {
  const changed = row.kind === "step" ? ofStep(row, universe) : row.kind === "call" ? ofCall(row) : [];
  const made = changed.map(({ what, row: mutated }): Mutant => {
    const rows = { [label]: mutated };
    return {
      name: `${name} / ${what}`,
      // Of the kind of a version: what it patches may be out of a configuration's reach.
      variant: {
        name: "mutant",
        summary: what,
        patches: [{ program, rows, added: [], removed: [] }],
        isVersion: true,
      },
    };
  });
  return made.map((one) => {
    const namesakes = made.filter((other) => other.name === one.name);
    return namesakes.length === 1 ? one : { ...one, name: `${one.name} (${namesakes.indexOf(one) + 1})` };
  });
}

interface Changed {
  readonly what: string;
  readonly row: SourceRow;
}

function ofStep(row: StepRow, universe: Universe): Changed[] {
  return row.entries.flatMap((members, entry) =>
    members.flatMap((alternative, member): Changed[] => {
      // What such an alternative says is a property; nothing of the kernel is in it.
      if (alternative.fails) return [];
      const names = new BinderNames();
      const printing: Printing = { universe, binder: (binder) => names.of(binder) };
      const put = (what: string, changed: Partial<Alternative>): Changed => ({
        what: `${what}${alternative.target === null ? "" : ` (-> ${alternative.target})`}`,
        row: {
          ...row,
          entries: row.entries.map((all, e) =>
            e !== entry ? all : all.map((one, m) => (m === member ? { ...one, ...changed } : one)),
          ),
        },
      });
      // A variant may take a test away by a guard that is a constant: there is nothing left to spoil.
      const guard = alternative.guard?.op === "const" ? null : alternative.guard;
      const text = guard ? printNode(guard, printing) : "";
      return [
        ...(guard ? [put(`always: ${text}`, { guard: TRUE }), put(`never: ${text}`, { guard: FALSE })] : []),
        ...(guard ? without(guard) : []).map(({ gone, node }) =>
          put(`without: ${printNode(gone, printing)}`, { guard: node }),
        ),
        ...alternative.effect.map((assign, i) =>
          put(`not done: ${printAssign(assign, printing)}`, { effect: alternative.effect.filter((_, j) => j !== i) }),
        ),
      ];
    }),
  );
}

/** A condition with one part of an `and` or an `or` left out, in every way. */
function without(node: Node): { readonly gone: Node; readonly node: Node }[] {
  if (node.op === "racy") return without(node.of).map(({ gone, node: of }) => ({ gone, node: { ...node, of } }));
  if (node.op !== "and" && node.op !== "or") return [];
  return node.args.flatMap((arg, i) => [
    { gone: arg, node: { ...node, args: node.args.filter((_, j) => j !== i) } },
    ...without(arg).map(({ gone, node: less }) => ({
      gone,
      node: { ...node, args: node.args.map((other, j) => (j === i ? less : other)) },
    })),
  ]);
}

/** The call is not made: whoever would have called goes on as after one of its exits. */
const ofCall = ({ quote, meta, callee, exits }: CallRow): Changed[] =>
  Object.entries(exits).map(([exit, target]) => ({
    what: Object.keys(exits).length === 1 ? `no call of ${callee.name}` : `no call of ${callee.name}: ${exit}`,
    row: {
      kind: "select",
      quote,
      meta,
      branches: Object.values(exits).map((other) => ({ test: FALSE, target: other })),
      otherwise: target,
    },
  }));
