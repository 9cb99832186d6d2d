/**
 * A system as rules that exclude each other as its meaning says: for every context and alternative the condition
 * under which it fires, with "no earlier entry is open" and "nothing is undefined" spelled out; and for every state
 * what is to be looked at there. Promela and Murphi are printed from this.
 */
import type { Binder, Node } from "../language/nodes.ts";
import type { Command, Label, LivenessCheck, StateCheck, System } from "../language/system.ts";
import { and, type Condition, every, NO, not, or, some, YES } from "./condition.ts";
import { judged, outcome, truth } from "./defined.ts";
import { effectDefined } from "./effect.ts";

/** Something that a run may come upon: a property violated, or a witness met. */
export interface Finding {
  readonly kind: "violated" | "deadlock" | "noProgress" | "model error" | "met";
  /** The property, "deadlock" or "model error"; for a witness its number. */
  readonly name: string;
}

/** A finding is made where its condition holds. */
export interface Look {
  readonly finding: number;
  readonly when: Condition;
  readonly why: string;
}

/** What one context may do by one alternative. The condition holds binders of the command as free variables. */
export interface Rule {
  readonly command: Command;
  readonly when: Condition;
  /** What is looked at when it fires, in the state before. */
  readonly looks: readonly Look[];
  /** False where it fails, or its effect has no value: then nothing changes. */
  readonly steps: boolean;
}

/** One context at one label. */
export interface Stand {
  readonly context: number;
  readonly label: Label;
  readonly rules: readonly Rule[];
  /** Whether its guards have no value here. */
  readonly undefined: Condition;
  /** Whether something is open. */
  readonly open: Condition;
  /** Whether the context may run, nothing is open, and all that is asked has a value. */
  readonly waiting: Condition;
  /** Looked at in each state where the context stands here. */
  readonly looks: readonly Look[];
}

export interface Rules {
  readonly system: System;
  readonly findings: readonly Finding[];
  readonly stands: readonly Stand[];
  /** Conditions of `mayRun`, for each context. */
  readonly mayRun: { readonly true: Condition; readonly undefined: Condition };
  /** Looked at in every state; `atRest` where all is at rest, too. */
  readonly always: readonly Look[];
  readonly atRest: readonly Look[];
  /** The finding of a deadlock; null where one is no violation. */
  readonly deadlock: number | null;
  /** AG EF: from every state one that satisfies the condition must be reachable. */
  readonly alwaysPossible: readonly { readonly property: string; readonly condition: Condition }[];
  /** Owed where `from` holds (null: where a run begins), and there where `there` does. */
  readonly liveness: readonly LivenessRule[];
}

export interface LivenessRule {
  readonly property: string;
  readonly from: Condition | null;
  readonly there: Condition;
  readonly fair: LivenessCheck["fair"];
}

export function rulesOf(system: System): Rules {
  const { universe } = system;
  const findings: Finding[] = [];
  const find = (kind: Finding["kind"], name: string): number => {
    const known = findings.findIndex((f) => f.kind === kind && f.name === name);
    return known < 0 ? findings.push({ kind, name }) - 1 : known;
  };
  const look = (finding: number, when: Condition, why: string): Look[] =>
    when.is === "false" ? [] : [{ finding, when, why }];
  const error = (when: Condition, why: string): Look[] => look(find("model error", "model error"), when, why);
  const judge = (kind: "violated" | "noProgress", property: string, condition: Node, why: string): Look[] => {
    const { violated, error: undefinedHere } = judged(condition, universe);
    const about = why === "" ? property : `${property}: ${why}`;
    return [...look(find(kind, property), violated, about), ...error(undefinedHere, `asking for ${property}`)];
  };
  const meet = (witness: number, condition: Node): Look[] => {
    const { defined } = outcome(condition, universe);
    const name = system.witnesses[witness]?.property ?? "";
    return [
      ...look(find("met", String(witness)), and(defined, truth(condition)), `met: ${name}`),
      ...error(judged(condition, universe).error, `asking for ${name}`),
    ];
  };

  const runs = outcome(system.mayRun, universe).defined;
  const mayRun = { true: and(runs, truth(system.mayRun)), undefined: not(runs) };
  const choice = (quantify: typeof some, binders: readonly Binder[], of: Condition): Condition =>
    binders.reduceRight(
      (body, b) => ((body.is === "true" || body.is === "false") && universe.size(b.set) > 0 ? body : quantify(b, body)),
      of,
    );

  const standOf = (context: number, label: Label): Stand => {
    const { arrive } = label.meta;
    const running: Condition = arrive || mayRun.true.is === "true" ? YES : { is: "mayRun", how: "true" };
    const lost: Condition = arrive || mayRun.undefined.is === "false" ? NO : { is: "mayRun", how: "undefined" };
    const rules: Rule[] = [];
    let before: Condition = YES;
    let stuck: Condition = NO;
    const openings: Condition[] = [];
    for (const entry of label.entries) {
      const guards = entry.map(({ binders, guard }) => ({
        defined: choice(every, binders, outcome(guard, universe).defined),
        open: choice(some, binders, truth(guard)),
      }));
      const defined = and(...guards.map((g) => g.defined));
      const open = or(...guards.map((g) => g.open));
      for (const command of entry) {
        const fires = and(running, before, defined, truth(command.guard));
        rules.push(...rulesOfCommand(command, label, fires));
      }
      stuck = or(stuck, and(before, not(defined)));
      openings.push(and(before, defined, open));
      before = and(before, defined, not(open));
    }
    const waits = label.waits.flatMap(({ property, verdict, condition, why }) =>
      judge(verdict === "noProgress" ? "noProgress" : "violated", property, condition, why),
    );
    const here = `${system.contexts[context]?.name} at ${label.program}: ${label.rowLabel}`;
    const undefinedHere = or(lost, and(running, stuck));
    return {
      context,
      label,
      rules: rules.filter((r) => r.when.is !== "false"),
      undefined: undefinedHere,
      open: and(running, or(...openings)),
      waiting: and(running, before),
      looks: [
        ...error(undefinedHere, here),
        ...waits.flatMap((w) => look(w.finding, and(running, before, w.when), w.why)),
      ],
    };
  };

  const rulesOfCommand = (command: Command, label: Label, fires: Condition): Rule[] => {
    const looks = [
      ...command.checks.flatMap(({ property, verdict, condition, why }) => judge(verdict, property, condition, why)),
      ...command.witnesses.flatMap(({ witness, condition }) => meet(witness, condition)),
      ...(label.cuts ? error(judged(label.cuts, universe).error, "asking whom it cuts") : []),
    ];
    const { fails } = command;
    if (fails) {
      const failing = look(find("violated", fails.property), YES, `${fails.property}: ${fails.why}`);
      return [{ command, when: fires, looks: [...looks, ...failing], steps: false }];
    }
    const defined = effectDefined(command.effect, universe);
    const steps: Rule = { command, when: and(fires, defined), looks, steps: true };
    if (defined.is === "true") return [steps];
    const lost: Rule = {
      command,
      when: and(fires, not(defined)),
      looks: [...looks, ...error(YES, "this step has no value")],
      steps: false,
    };
    return [steps, lost];
  };

  const stands = system.contexts.flatMap(({ script }, context) =>
    system.labels.flatMap((label) => (label?.script === script ? [standOf(context, label)] : [])),
  );
  const states = (checks: readonly StateCheck[]): Look[] =>
    checks.flatMap(({ property, condition }) => judge("violated", property, condition, ""));
  return {
    system,
    stands,
    mayRun,
    always: [
      ...states(system.invariants),
      ...system.witnesses.flatMap(({ condition }, w) => (condition ? meet(w, condition) : [])),
      ...[...system.alwaysPossible, ...system.liveness].flatMap(({ property, condition }) =>
        error(judged(condition, universe).error, `asking for ${property}`),
      ),
      ...system.liveness.flatMap(({ property, from }) =>
        from ? error(judged(from, universe).error, `asking for ${property}`) : [],
      ),
    ],
    atRest: states(system.atRest),
    liveness: system.liveness.map(({ property, condition, from, fair }) => ({
      property,
      from: from && and(outcome(from, universe).defined, truth(from)),
      there: not(judged(condition, universe).violated),
      fair,
    })),
    alwaysPossible: system.alwaysPossible.map(({ property, condition }) => ({
      property,
      condition: not(judged(condition, universe).violated),
    })),
    deadlock: system.deadlock ? find("deadlock", "deadlock") : null,
    findings,
  };
}
