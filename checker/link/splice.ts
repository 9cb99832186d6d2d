/**
 * Second pass: every call becomes a copy of its callee's rows, with arguments in the place of parameters and constants
 * folded. The result is one flat table of steps for each script, in which each step has its label; locals are still named,
 * not yet cells.
 */
import type { Env } from "../language/evaluate.ts";
import { LinkError } from "../language/link-error.ts";
import { type Assign, type Binder, isConst, mapParts, mapPlace, type Node, type PlaceNode } from "../language/nodes.ts";
import type { Program, StepRow } from "../language/programs.ts";
import { type AnyLeaf, belongs, describeShape } from "../language/shapes.ts";
import type { SourceId, StackFrame } from "../language/system.ts";
import type { Collected } from "./collect.ts";
import { fold } from "./fold.ts";
import { labelled } from "./regions.ts";

/** One call of a program on the way from a script. */
export interface Instance {
  readonly program: Program;
  /** "script/call/call": unique within the system. */
  readonly path: string;
  readonly parent: Instance | null;
  readonly stack: readonly StackFrame[];
  readonly args: Readonly<Record<string, Node | PlaceNode>>;
  /** `way`: the rows without a step passed on the way here. */
  readonly exit: (name: string, entered: Instance[], way: readonly string[]) => Draft | null;
  readonly children: Map<string, Instance>;
}

/** One alternative of a step. */
export interface SplicedCommand {
  readonly source: SourceId;
  /** The label or exit that the source row names. */
  readonly sourceTarget: string | null;
  readonly binders: readonly Binder[];
  readonly guard: Node;
  readonly effect: readonly Assign[];
  /** The label after it, 0 at the end of the script; null where the alternative `fails`. */
  readonly target: number | null;
  /** Calls that begin on the way to the target. */
  readonly entered: readonly Instance[];
  readonly fails: { readonly property: string; readonly why: string } | null;
}

/** A step of a script: where a context can stand. */
export interface SplicedStep {
  /** Its label: numbered through all scripts, from 1. */
  readonly id: number;
  readonly instance: Instance;
  readonly rowLabel: string;
  readonly row: StepRow;
  readonly entries: readonly (readonly SplicedCommand[])[];
}

/** What a context runs, from its first label; 0 where it has none. */
export interface Script<Step> {
  readonly program: string;
  readonly entry: number;
  readonly steps: readonly Step[];
}

export interface Spliced {
  readonly collected: Collected;
  readonly scripts: readonly Script<SplicedStep>[];
  /** A node of the source with the labels of its regions, folded. */
  readonly resolve: (node: Node) => Node;
}

/** A step before it has its label: what leads to it names the step itself. */
interface Draft {
  readonly instance: Instance;
  readonly rowLabel: string;
  readonly row: StepRow;
  entries: readonly (readonly DraftCommand[])[];
}

/** `undefined` in the place of a target: the alternative fails. Null: the end of the script. */
interface DraftCommand extends Omit<SplicedCommand, "target"> {
  readonly target: Draft | null | undefined;
}

/** Steps of all scripts together: the largest specs have a tenth of that, and more would take minutes to link and to search. */
const MOST_STEPS = 10_000;

/** Throws `LinkError`. */
export function splice(collected: Collected): Spliced {
  const { programs, env } = collected;
  let count = 0;
  const oneMore = (): void => {
    count += 1;
    if (count > MOST_STEPS)
      throw new LinkError([
        `the scripts have more than ${MOST_STEPS} steps, all calls included; give them fewer calls`,
      ]);
  };
  const drafts = collected.scripts.map((script) => spliceScript(script, programs, env, oneMore));
  const ids = new Map(drafts.flatMap(({ steps }) => steps).map((step, i) => [step, i + 1]));
  const idOf = (step: Draft): number => ids.get(step) as number;
  const standing = [...ids].map(([step, id]) => ({ ...step, id }));
  const resolve = (node: Node): Node => fold(labelled(node, standing), env);
  const commandOf = ({ target, ...command }: DraftCommand): SplicedCommand => ({
    ...command,
    guard: resolve(command.guard),
    effect: command.effect.map((assign) => resolveAssign(assign, resolve)),
    target: target === undefined ? null : target === null ? 0 : idOf(target),
  });
  const scripts = drafts.map(({ entry, steps }, i) => ({
    program: collected.scripts[i]?.name as string,
    entry: entry ? idOf(entry) : 0,
    steps: steps.map((step) => ({
      ...step,
      id: idOf(step),
      entries: step.entries.map((members) => members.map(commandOf)),
    })),
  }));
  return { collected, scripts, resolve };
}

/** An assignment with its nodes resolved. */
export const resolveAssign = ({ over, place, value }: Assign, resolve: (node: Node) => Node): Assign => ({
  over,
  place: mapPlace(place, resolve),
  value: resolve(value),
});

/** Rewrites a node of a source row for one call: parameters become arguments, locals get their full names. */
export function substitute(node: Node, instance: Instance): Node {
  if (node.op === "param") {
    const arg = instance.args[node.name];
    if (arg === undefined || "base" in arg) throw new Error(`${instance.program.name}: no value for "${node.name}"`);
    return arg;
  }
  if (node.op === "read") {
    const place = substitutePlace(node.place, instance);
    return place === node.place ? node : { op: "read", place };
  }
  return mapParts(node, (part) => substitute(part, instance));
}

/** Rewrites a place of a source row for one call. */
export function substitutePlace(place: PlaceNode, instance: Instance): PlaceNode {
  const mapped = mapPlace(place, (index) => substitute(index, instance));
  const { base } = mapped;
  if (base.kind === "local") return { ...mapped, base: { kind: "local", name: `${instance.path}:${base.name}` } };
  if (base.kind !== "param") return mapped;
  const arg = instance.args[base.name];
  if (arg === undefined || !("base" in arg)) throw new Error(`${instance.program.name}: no place for "${base.name}"`);
  return {
    base: arg.base,
    path: [...arg.path, ...mapped.path],
    shape: mapped.path.length === 0 ? arg.shape : mapped.shape,
  };
}

/**
 * Splices one script. The steps come in the order of the source, calls in the place of their rows; `oneMore` is called for
 * each, and throws where they are too many.
 */
function spliceScript(
  script: Program,
  programs: Readonly<Record<string, Program>>,
  env: Env,
  oneMore: () => void,
): { entry: Draft | null; steps: readonly Draft[] } {
  const queue: Draft[] = [];
  const reached = new Map<Instance, Map<string, Draft>>();
  const root: Instance = {
    program: programs[script.name] as Program,
    path: script.name,
    parent: null,
    stack: [{ program: script.name, callLabel: "", quote: "" }],
    args: {},
    exit: () => null,
    children: new Map(),
  };

  const childOf = (instance: Instance, label: string): Instance => {
    const known = instance.children.get(label);
    if (known) return known;
    const row = instance.program.rows[label];
    if (row?.kind !== "call") throw new Error("not a call");
    const callee = programs[row.callee.name] as Program;
    const depth = instance.stack.filter((frame) => frame.program === callee.name).length;
    if (depth > callee.recursion) {
      throw new LinkError([
        `${instance.path}, row "${label}": ${callee.name} calls itself more than ${callee.recursion} deep; state a depth with "recursion", or break the ring`,
      ]);
    }
    const args = Object.entries(row.args).map(([name, arg]) => [
      name,
      "base" in arg ? substitutePlace(arg, instance) : fold(substitute(arg, instance), env),
    ]);
    for (const [name, arg] of args as [string, Node | PlaceNode][]) {
      const param = callee.params[name];
      if (param?.kind !== "value" || "base" in arg || !isConst(arg)) continue;
      const shape = param.shape as AnyLeaf;
      if (!belongs(arg.value, shape, env.universe)) {
        throw new LinkError([
          `${instance.path}, row "${label}": the argument "${name}" is ${arg.value}, which does not fit ${describeShape(shape)} of ${callee.name}`,
        ]);
      }
    }
    const child: Instance = {
      program: callee,
      path: `${instance.path}/${label}`,
      parent: instance,
      stack: [...instance.stack, { program: callee.name, callLabel: label, quote: row.quote }],
      args: Object.fromEntries(args),
      exit: (name, entered, way) => resolve(instance, row.exits[name] as string, way, entered),
      children: new Map(),
    };
    instance.children.set(label, child);
    return child;
  };

  /** The step that a goto leads to, through calls and branches, which take none. */
  const resolve = (instance: Instance, label: string, way: readonly string[], entered: Instance[]): Draft | null => {
    const row = instance.program.rows[label];
    if (!row) return instance.exit(label, entered, way);
    const here = `${instance.path}/${label}`;
    if (way.includes(here)) throw new LinkError([`${here}: a ring of calls and branches without a step`]);
    switch (row.kind) {
      case "step": {
        const steps = reached.get(instance) ?? new Map<string, Draft>();
        reached.set(instance, steps);
        const known = steps.get(label);
        if (known) return known;
        const made: Draft = { instance, rowLabel: label, row, entries: [] };
        steps.set(label, made);
        queue.push(made);
        oneMore();
        return made;
      }
      case "call": {
        const child = childOf(instance, label);
        entered.push(child);
        return resolve(child, Object.keys(child.program.rows)[0] as string, [...way, here], entered);
      }
      case "select": {
        for (const branch of row.branches) {
          const test = fold(substitute(branch.test, instance), env);
          if (!isConst(test)) {
            throw new LinkError([
              `${here}: a branch that takes no step must be decided by the configuration or a literal argument; use a step`,
            ]);
          }
          if (test.value === true) return resolve(instance, branch.target, [...way, here], entered);
        }
        return resolve(instance, row.otherwise, [...way, here], entered);
      }
    }
  };

  const entry = resolve(root, Object.keys(root.program.rows)[0] as string, [], []);
  for (const step of queue) {
    step.entries = commandsOf(step, env, (label, entered) => resolve(step.instance, label, [], entered));
  }
  return { entry, steps: inSourceOrder(root, reached) };
}

/** The alternatives of a step that may ever be open, in their order. */
function commandsOf(
  step: Draft,
  env: Env,
  target: (label: string, entered: Instance[]) => Draft | null,
): DraftCommand[][] {
  const entries: DraftCommand[][] = [];
  for (const [entry, members] of step.row.entries.entries()) {
    const commands: DraftCommand[] = [];
    for (const [member, alternative] of members.entries()) {
      const guard: Node = fold(
        alternative.guard ? substitute(alternative.guard, step.instance) : { op: "const", value: true },
        env,
      );
      if (isConst(guard) && guard.value === false) continue;
      const entered: Instance[] = [];
      commands.push({
        source: { program: step.instance.program.name, label: step.rowLabel, entry, member },
        sourceTarget: alternative.target,
        binders: alternative.binders,
        guard,
        effect: alternative.effect.map((assign) => substituteAssign(assign, step.instance, env)),
        target: alternative.target === null ? undefined : target(alternative.target, entered),
        entered,
        fails: alternative.fails,
      });
    }
    if (commands.length > 0) entries.push(commands);
    if (commands.some((c) => isConst(c.guard) && c.binders.length === 0)) break;
  }
  return entries;
}

/** An assignment of a source row, for one call. */
export const substituteAssign = (assign: Assign, instance: Instance, env: Env): Assign => ({
  over: assign.over,
  place: mapPlace(substitutePlace(assign.place, instance), (index) => fold(index, env)),
  value: fold(substitute(assign.value, instance), env),
});

function inSourceOrder(root: Instance, reached: ReadonlyMap<Instance, ReadonlyMap<string, Draft>>): readonly Draft[] {
  const steps: Draft[] = [];
  const visit = (instance: Instance): void => {
    for (const label of Object.keys(instance.program.rows)) {
      const step = reached.get(instance)?.get(label);
      if (step) steps.push(step);
      const child = instance.children.get(label);
      if (child) visit(child);
    }
  };
  visit(root);
  return steps;
}
