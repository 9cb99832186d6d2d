/**
 * Which small mistakes could stand in a row? A conjunct too few, a test always or never true, a write forgotten, a call
 * left by one of its exits at once: a lock not taken, a trylock that always has it or never, an unlock forgotten.
 *
 * A mutant replaces one row by a patch, as a variant of the model does. What it no longer goes to stays in the table, so
 * that the linker refuses a mutant for what it means only, never for a label that nothing reaches.
 */
import { type Assign, FALSE, type Node, TRUE } from "../language/nodes.ts";
import { BinderNames, type Printing, printAssign, printNode } from "../language/print-expression.ts";
import type { Alternative, CallRow, SourceRow, StepRow, Variant } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";

export interface Mutant {
  /** "program: label / what is changed": the same whatever else the model holds. */
  readonly name: string;
  readonly variant: Variant;
  /** When the row, as it is, does other than the mutant. Null: nobody says, whenever it fires. */
  readonly felt: Felt | null;
}

/** The row fires, on its way to that label or any, and the condition is true. */
export interface Felt {
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
}

/** Every mutant of a row. `universe` names the elements that its text speaks of. */
export function mutantsOf({ name, program, label, row }: MutableRow, universe: Universe): readonly Mutant[] {
  const changed = row.kind === "step" ? ofStep(row, universe) : row.kind === "call" ? ofCall(row) : [];
  const made = changed.map(({ what, row: mutated, felt }): Mutant => {
    const rows = { [label]: mutated };
    return {
      name: `${name} / ${what}`,
      felt: felt && { program, label, ...felt },
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
  readonly felt: Pick<Felt, "to" | "condition"> | null;
}

function ofStep(row: StepRow, universe: Universe): Changed[] {
  return row.entries.flatMap((members, entry) =>
    members.flatMap((alternative, member): Changed[] => {
      // What such an alternative says is a property; nothing of the kernel is in it.
      if (alternative.fails) return [];
      const names = new BinderNames();
      const printing: Printing = { universe, binder: (binder) => names.of(binder) };
      const put = (what: string, changed: Partial<Alternative>, felt: Changed["felt"]): Changed => ({
        what: `${what}${alternative.target === null ? "" : ` (-> ${alternative.target})`}`,
        felt,
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
      const otherGuard = feltByGuard(row, entry);
      const lessEffect = feltByEffect(row, entry, alternative);
      return [
        ...(guard
          ? [
              put(`always: ${text}`, { guard: TRUE }, otherGuard([not(guard)])),
              put(`never: ${text}`, { guard: FALSE }, otherGuard([guard])),
            ]
          : []),
        ...(guard ? without(guard) : []).map(({ gone, node, felt }) =>
          put(`without: ${printNode(gone, printing)}`, { guard: node }, otherGuard(felt)),
        ),
        ...alternative.effect.flatMap((assign, i) =>
          assign.forgets
            ? []
            : [
                put(
                  `not done: ${printAssign(assign, printing)}`,
                  { effect: alternative.effect.filter((_, j) => j !== i) },
                  lessEffect(assign),
                ),
              ],
        ),
      ];
    }),
  );
}

/** A condition with one part of an `and` or an `or` left out, in every way, and a list of what is true where that matters. */
function without(node: Node): { readonly gone: Node; readonly node: Node; readonly felt: readonly Node[] }[] {
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
        felt: [...asked, op === "and" ? not(arg) : arg, ...after],
      },
      ...without(arg).map(({ gone, node: less, felt }) => ({
        gone,
        node: { ...node, args: node.args.map((other, j) => (j === i ? less : other)) },
        felt: [...asked, ...felt, ...after],
      })),
    ];
  });
}

const not = (of: Node): Node => ({ op: "not", of });

/** The guards before an entry, none of them true. Null: there is one of a free choice, or one that is always open. */
function untaken({ entries }: StepRow, entry: number): readonly Node[] | null {
  const before = entries.slice(0, entry).flat();
  if (before.some(({ binders, guard }) => binders.length > 0 || guard === null)) return null;
  return before.map(({ guard }) => not(guard as Node));
}

/**
 * Another guard matters when it has another value and its turn has come. A row that waits, or that fails behind it, fires
 * not always when it should tell: nobody says.
 */
function feltByGuard(row: StepRow, entry: number): (differs: readonly Node[]) => Changed["felt"] {
  const before = untaken(row, entry);
  const isOpen = row.entries.some((members) => members.some((one) => one.guard === null && one.binders.length === 0));
  const behind = row.entries.slice(entry).flat();
  const isHere = row.entries[entry]?.every(({ binders }) => binders.length === 0) === true;
  if (before === null || !isOpen || !isHere || behind.some(({ fails }) => fails)) return () => null;
  return (differs) => ({ to: null, condition: { op: "and", args: [...before, ...differs] } });
}

/** A write matters where it is of another value than what it replaces. What a local held before, it may never have held. */
function feltByEffect(row: StepRow, entry: number, { binders, guard, target }: Alternative) {
  const before = untaken(row, entry);
  return ({ over, place, value }: Assign): Changed["felt"] => {
    if (before === null || binders.length > 0 || target === null || place.base.kind !== "state") return null;
    const differs = not({ op: "eq", left: { op: "read", place }, right: value });
    const somewhere = over.reduceRight<Node>((body, binder) => ({ op: "exists", binder, body }), differs);
    return { to: target, condition: { op: "and", args: [...before, ...(guard ? [guard] : []), somewhere] } };
  };
}

/** The call is not made: whoever would have called goes on as after one of its exits. */
const ofCall = ({ quote, meta, callee, exits }: CallRow): Changed[] =>
  Object.entries(exits).map(([exit, target]) => ({
    what: Object.keys(exits).length === 1 ? `no call of ${callee.name}` : `no call of ${callee.name}: ${exit}`,
    felt: null,
    row: {
      kind: "select",
      quote,
      meta,
      branches: Object.values(exits).map((other) => ({ test: FALSE, target: other })),
      otherwise: target,
    },
  }));
