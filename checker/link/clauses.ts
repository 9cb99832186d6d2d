/** Where does a property speak? Each clause finds its steps, and becomes a check, a witness or a write of a ghost there. */
import type { Env } from "../language/evaluate.ts";
import type { FairRegion } from "../language/fairness.ts";
import { LinkError } from "../language/link-error.ts";
import { type Assign, isConst, type Node, type PlaceNode, TRUE, walk } from "../language/nodes.ts";
import type { Clause, Property } from "../language/properties.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import type { StateCheck, StepCheck, StepWitness, Witness } from "../language/system.ts";
import { fold } from "./fold.ts";
import { placeObligation, type Rule, readObligation } from "./obligations.ts";
import { type Instance, type SplicedCommand, type SplicedStep, substitute, substituteAssign } from "./splice.ts";

/** A liveness clause before labels have numbers. */
export interface Liveness extends StateCheck {
  readonly from: Node | null;
  readonly fairness: readonly FairRegion[];
}

/** What properties add to one linked command. */
export interface OfCommand {
  readonly checks: StepCheck[];
  readonly witnesses: StepWitness[];
  readonly effect: Assign[];
}

export interface Attachments {
  /** Those that are attached to something. */
  readonly properties: readonly Property[];
  readonly ofCommand: Map<SplicedCommand, OfCommand>;
  readonly waits: Map<SplicedStep, StepCheck[]>;
  readonly invariants: StateCheck[];
  readonly atRest: StateCheck[];
  readonly alwaysPossible: StateCheck[];
  readonly liveness: Liveness[];
  readonly witnesses: Witness[];
}

const conditionOf = (clause: { readonly condition: Node }, step: SplicedStep, env: Env): Node =>
  fold(substitute(clause.condition, step.instance), env);

/**
 * Throws `LinkError` where a property is attached to nothing. One that is asked `whereTheyApply` is left out there, and
 * where all that it asks is true whatever happens.
 */
export function attachments(
  asked: readonly Property[],
  steps: readonly SplicedStep[],
  env: Env,
  whereTheyApply: readonly string[],
): Attachments {
  const properties: Property[] = [];
  const result: Attachments = {
    properties,
    ofCommand: new Map(
      steps.flatMap((s) => s.entries.flat().map((c) => [c, { checks: [], witnesses: [], effect: [] }])),
    ),
    waits: new Map(),
    invariants: [],
    atRest: [],
    alwaysPossible: [],
    liveness: [],
    witnesses: [],
  };
  const problems: string[] = [];
  // Properties share ghosts: a write that several of them bring along is made once.
  const tracked = new Set<Clause>();
  for (const property of asked) {
    const isNamed = steps.some((s) => s.entries.flat().some((c) => c.fails?.property === property.name));
    const mayBeLeftOut = whereTheyApply.includes(property.name);
    if (mayBeLeftOut && !isNamed && !property.clauses.some((clause) => asksSomething(clause, steps, env))) continue;
    const places = property.clauses.map((clause) => {
      if (clause.kind === "track" && tracked.has(clause)) return 0;
      if (clause.kind === "track") tracked.add(clause);
      return attachClause(property, clause, steps, env, result);
    });
    if (isNamed || places.some((n) => n > 0)) properties.push(property);
    else {
      const on = new Set(
        property.clauses.flatMap((c) =>
          "program" in c ? [`${c.program}: ${c.label}`] : ["cells that no row touches"],
        ),
      );
      problems.push(
        `property ${property.name} is attached to nothing here (${[...on].join("; ")}); drop it, or add a context that reaches it`,
      );
    }
  }
  if (problems.length > 0) throw new LinkError(problems);
  return result;
}

const isFalse = (condition: Node): boolean => isConst(condition) && condition.value === false;
const isTrue = (condition: Node): boolean => isConst(condition) && condition.value === true;

/** Whether a clause asks something that the configuration alone does not answer. A write of a ghost asks nothing. */
function asksSomething(clause: Clause, steps: readonly SplicedStep[], env: Env): boolean {
  switch (clause.kind) {
    case "track":
      return false;
    case "happens":
    case "sometimes":
      return true;
    case "leadsTo":
      return !(isTrue(fold(clause.condition, env)) || (clause.from && isFalse(fold(clause.from, env))));
    case "invariant":
    case "atRest":
    case "alwaysPossible":
      return !isTrue(fold(clause.condition, env));
    case "guardedBy":
      return steps.some((step) => obligationsOf(clause, step, env).length > 0);
    case "atMost":
      return rowsOf(clause, steps).length > 0;
    case "whenever":
      return rowsOf(clause, steps).some(
        (step) =>
          (clause.to === "(waits)" || step.entries.flat().some((command) => isOn(clause, command))) &&
          !isTrue(conditionOf(clause, step, env)),
      );
  }
}

const rowsOf = (clause: { readonly program: string; readonly label: string }, steps: readonly SplicedStep[]) =>
  steps.filter((s) => s.instance.program.name === clause.program && s.rowLabel === clause.label);

/** Whether a clause speaks of an alternative: of all of its row, or of those that go on to one label. */
const isOn = ({ to }: { readonly to: string | null }, command: SplicedCommand): boolean =>
  to === null || command.sourceTarget === to;

/** Gives the number of places that the clause was attached to. */
function attachClause(
  property: Property,
  clause: Clause,
  steps: readonly SplicedStep[],
  env: Env,
  result: Attachments,
): number {
  const at = (command: SplicedCommand): OfCommand => result.ofCommand.get(command) as OfCommand;
  switch (clause.kind) {
    case "invariant":
      result.invariants.push({ property: property.name, condition: clause.condition });
      return 1;
    case "atRest":
      result.atRest.push({ property: property.name, condition: clause.condition });
      return 1;
    case "alwaysPossible":
      result.alwaysPossible.push({ property: property.name, condition: clause.condition });
      return 1;
    case "leadsTo": {
      const { from, condition, fairness } = clause;
      result.liveness.push({ property: property.name, from, condition, fairness });
      return 1;
    }
    case "sometimes":
      result.witnesses.push({ property: property.name, kind: "sometimes", text: "", condition: clause.condition });
      return 1;
    case "guardedBy":
      return attachRule(property, clause, steps, env, at);
    case "whenever":
    case "happens":
    case "track":
    case "atMost":
      break;
  }
  const rows = rowsOf(clause, steps);
  if (clause.kind === "atMost") {
    for (const step of rows) attachBound(property, clause, step, steps, at);
    return rows.length;
  }
  if (clause.kind === "whenever" && clause.to === "(waits)") {
    for (const step of rows) {
      const why = `${clause.program} waits at "${clause.label}"`;
      const check: StepCheck = {
        property: property.name,
        verdict: "violated",
        condition: conditionOf(clause, step, env),
        why,
      };
      result.waits.set(step, [...(result.waits.get(step) ?? []), check]);
    }
    return rows.length;
  }
  const witness = result.witnesses.length;
  if (clause.kind === "happens") {
    const text = `${clause.program}: ${clause.label}${clause.to ? ` to ${clause.to}` : ""}`;
    result.witnesses.push({ property: property.name, kind: "happens", text, condition: null });
  }
  for (const step of rows) {
    for (const command of step.entries.flat()) {
      if (!isOn(clause, command)) continue;
      if (clause.kind === "track") {
        at(command).effect.push(...clause.effect.map((assign) => substituteAssign(assign, step.instance, env)));
        continue;
      }
      const condition = conditionOf(clause, step, env);
      if (clause.kind === "happens") at(command).witnesses.push({ witness, condition });
      else if (!isTrue(condition)) {
        at(command).checks.push({
          property: property.name,
          verdict: "violated",
          condition,
          why: `at ${clause.program}: ${clause.label}`,
        });
      }
    }
  }
  return clause.kind === "happens" ? 1 : rows.length;
}

type RuleClause = Extract<Clause, { kind: "guardedBy" }>;

function attachRule(
  property: Property,
  clause: RuleClause,
  steps: readonly SplicedStep[],
  env: Env,
  at: (command: SplicedCommand) => OfCommand,
): number {
  let places = 0;
  for (const step of steps) {
    for (const { command, condition } of obligationsOf(clause, step, env)) {
      places += 1;
      at(command).checks.push({
        property: property.name,
        verdict: "violated",
        condition,
        why: `${step.instance.program.name}: ${step.rowLabel} touches ${fieldOf(clause.place)} without what protects it`,
      });
    }
  }
  return places;
}

/** What must hold for the accesses of each alternative of a row: of the guards tried up to it, then of its effect. */
function obligationsOf(
  clause: RuleClause,
  step: SplicedStep,
  env: Env,
): { readonly command: SplicedCommand; readonly condition: Node }[] {
  const rule: Rule = { pattern: clause.place, held: clause.held, access: clause.access };
  const { base } = clause.place;
  // Most rows touch nothing of the kind: of those there is nothing to ask.
  const touches = (of: Node | PlaceNode): boolean => "field" in base && fieldsIn(of).has(base.field);
  const read = (node: Node): Node => (touches(node) ? readObligation(node, rule) : TRUE);
  const found: { command: SplicedCommand; condition: Node }[] = [];
  const tried: Node[] = [];
  for (const members of step.entries) {
    for (const command of members) {
      const obligations = [
        ...tried,
        read(command.guard),
        ...command.effect.flatMap((assign) => [
          overAll(assign, read(assign.value)),
          touches(assign.place) ? overAll(assign, placeObligation(assign.place, rule, "write")) : TRUE,
        ]),
      ];
      const asked = obligations.filter((o) => o !== TRUE).map((o) => fold(o, env));
      found.push(...asked.filter((one) => !isTrue(one)).map((condition) => ({ command, condition })));
    }
    // A guard of `choose` was tried for every value; what it read is asked for with its own binders.
    tried.push(...members.map((m) => overAll({ over: m.binders }, read(m.guard))));
  }
  return found;
}

/** Of the nodes and places of linked rows, which never change: looked at once for all rules. */
const fieldsKnown = new WeakMap<Node | PlaceNode, ReadonlySet<string>>();

/** The fields that evaluating a node may read; of a place, its own field and those that its indices read. */
function fieldsIn(of: Node | PlaceNode): ReadonlySet<string> {
  const known = fieldsKnown.get(of);
  if (known) return known;
  const found = new Set<string>();
  walk("base" in of ? { op: "read", place: of } : of, (part) => {
    if (part.op === "read" && "field" in part.place.base) found.add(part.place.base.field);
  });
  fieldsKnown.set(of, found);
  return found;
}

const overAll = (assign: Pick<Assign, "over">, condition: Node): Node =>
  condition === TRUE
    ? TRUE
    : assign.over.reduceRight<Node>((body, binder) => ({ op: "forAll", binder, body }), condition);

const fieldOf = (place: PlaceNode): string =>
  ["field" in place.base ? place.base.field : "", ...place.path.map((s) => ("field" in s ? s.field : "*"))].join(".");

/** A counter of passes, local to the call: reset whenever a call of the program begins. Equal bounds share one. */
function attachBound(
  property: Property,
  clause: Extract<Clause, { kind: "atMost" }>,
  step: SplicedStep,
  steps: readonly SplicedStep[],
  at: (command: SplicedCommand) => OfCommand,
): void {
  const shape: AnyLeaf = { kind: "range", lo: 0, hi: clause.times };
  const place = {
    base: { kind: "local" as const, name: `${step.instance.path}:passes of ${clause.label} up to ${clause.times}` },
    path: [],
    shape,
  };
  const passes: Node = { op: "read", place };
  const below: Node = { op: "lt", left: passes, right: { op: "const", value: clause.times } };
  const more: Node = {
    op: "ite",
    test: below,
    then: { op: "add", left: passes, right: { op: "const", value: 1 } },
    else: passes,
  };
  const name = (assign: Assign): string => ("name" in assign.place.base ? assign.place.base.name : "");
  const all = steps.flatMap((s) => s.entries.flat());
  const counted = all.some((c) => at(c).effect.some((assign) => name(assign) === place.base.name));
  for (const command of step.entries.flat()) {
    at(command).checks.push({
      property: property.name,
      verdict: "noProgress",
      condition: below,
      why: `${clause.program}: ${clause.label} is passed more than ${clause.times} times in one call`,
    });
    if (!counted && !command.entered.includes(step.instance)) at(command).effect.push({ over: [], place, value: more });
  }
  if (counted) return;
  const zero: Assign = { over: [], place, value: { op: "const", value: 0 } };
  const enters = (instance: Instance, command: SplicedCommand): boolean => command.entered.includes(instance);
  for (const command of all) if (enters(step.instance, command)) at(command).effect.push(zero);
}
