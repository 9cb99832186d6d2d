/**
 * A linked system: everything a search needs, as frozen data. Made by `link`, read by the reference, the engines, the
 * exports and the printers.
 */
import type { State } from "./evaluate.ts";
import type { FairKind } from "./fairness.ts";
import type { Assign, Binder, Node } from "./nodes.ts";
import type { Program, RowMeta, StepRow } from "./programs.ts";
import type { Property } from "./properties.ts";
import type { Renamable } from "./renaming.ts";
import type { Universe } from "./sets.ts";
import type { AnyLeaf, Data, Shape } from "./shapes.ts";

/** A clause of a property as it stands at one linked alternative or label. */
export interface StepCheck {
  readonly property: string;
  /** `noProgress` for a bound on a loop head. */
  readonly verdict: "violated" | "noProgress";
  /** True where all is well, in the state before the step. */
  readonly condition: Node;
  readonly why: string;
}

/** A `happens` clause at one linked alternative: met when the alternative fires with the condition true. */
export interface StepWitness {
  /** Index into `System.witnesses`. */
  readonly witness: number;
  readonly condition: Node;
}

/** One guarded command: (context, label) --[guard]--> effect, next label. */
export interface Command {
  readonly id: number;
  /** Source row and position in it: the same for all splices of one row. */
  readonly source: SourceId;
  readonly binders: readonly Binder[];
  /** Without `mayRun` and without the guards of earlier entries, which the search adds. */
  readonly guard: Node;
  readonly effect: readonly Assign[];
  /** Label after the step, 0 at the end of the script; null where the alternative `fails`. */
  readonly target: number | null;
  readonly fails: { readonly property: string; readonly why: string } | null;
  readonly checks: readonly StepCheck[];
  readonly witnesses: readonly StepWitness[];
}

export interface SourceId {
  readonly program: string;
  readonly label: string;
  readonly entry: number;
  readonly member: number;
}

/** One call on the way from a script to a row. */
export interface StackFrame {
  readonly program: string;
  /** The label of the call row in the caller; empty for the script itself. */
  readonly callLabel: string;
  readonly quote: string;
}

/** A linked label: where a context can stand. */
export interface Label {
  readonly id: number;
  /** "script/call/row": unique within the system. */
  readonly name: string;
  readonly script: number;
  readonly program: string;
  readonly rowLabel: string;
  readonly row: StepRow;
  readonly meta: RowMeta;
  readonly stack: readonly StackFrame[];
  /** Members of an entry do not exclude each other; an entry is open when no earlier one has an open member. */
  readonly entries: readonly (readonly Command[])[];
  /** Checked where a context that may run stands here with nothing open. */
  readonly waits: readonly StepCheck[];
  /** Whom an arrival from here cuts. */
  readonly cuts: Node | null;
  /** Slots that live here, with the name of the local that each holds. */
  readonly slots: readonly { readonly slot: number; readonly name: string }[];
}

export interface Slot {
  readonly shape: AnyLeaf;
}

export interface Script {
  readonly program: string;
  readonly entry: number;
  readonly slots: readonly Slot[];
}

export interface ContextInfo {
  readonly name: string;
  readonly script: number;
  /** Contexts that must have ended before it begins: a part of the guards where it does, told here for reports. */
  readonly after?: readonly number[];
}

export interface StateCheck {
  readonly property: string;
  readonly condition: Node;
}

/** A `leadsTo` or an `eventually`. */
export interface LivenessCheck extends StateCheck {
  /** Where `condition` begins to be owed; null: where a run begins. */
  readonly from: Node | null;
  /** What a context is owed at each label, by its number; none at the end of a script. */
  readonly fair: readonly FairKind[];
}

/** A `happens` or a `sometimes`: something that must occur, or the run is vacuous. */
export interface Witness {
  readonly property: string;
  readonly kind: "happens" | "sometimes";
  /** For `happens`: "program: label". */
  readonly text: string;
  /** For `sometimes`. */
  readonly condition: Node | null;
}

export interface System {
  readonly name: string;
  readonly universe: Universe;
  /** State and ghost fields that are kept, in order. */
  readonly fields: Readonly<Record<string, Shape>>;
  readonly constants: Readonly<Record<string, Data>>;
  readonly contexts: readonly ContextInfo[];
  readonly scripts: readonly Script[];
  /** Index 0 is the end of a script and has no entry here. */
  readonly labels: readonly (Label | null)[];
  readonly commands: readonly Command[];
  /** Where a run may begin, in the order of states. */
  readonly initials: readonly [State, ...State[]];
  /** First conjunct of every row that is not an arrival. */
  readonly mayRun: Node;
  /** Whom `self` stands on, and who cannot move before it does: for the reduction, which checks it. */
  readonly below: Node | null;
  /** Where a step of `self` is shown in a report: an element of a set, such as a CPU. */
  readonly lane: Node | null;
  readonly invariants: readonly StateCheck[];
  readonly atRest: readonly StateCheck[];
  readonly alwaysPossible: readonly StateCheck[];
  readonly liveness: readonly LivenessCheck[];
  readonly witnesses: readonly Witness[];
  /** Whether a deadlock is a violation. */
  readonly deadlock: boolean;
  /** Selected properties, in order, then those that rows name by `fails`. */
  readonly properties: readonly Property[];
  /** The programs after all patches, by name. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly droppedGhosts: readonly string[];
  /** Elements of interchangeable sets that may be renamed: the relation and the properties take them all alike. */
  readonly renamable: Renamable;
  /** SHA-256 over all of the above that has a meaning, in hexadecimal. */
  readonly hash: string;
}
