/**
 * What are the reachable states of a model, and what is violated in them? A second answer: an interpreter of source
 * programs with a stack of calls and named locals, and a breadth-first search over it. It shares no code with the
 * linker, the evaluator or the reference search. Over 400 lines, to share none.
 */
import type { LinkOptions } from "../../checker/language/link-options.ts";
import type { Assign, Binder, Node, PlaceNode } from "../../checker/language/nodes.ts";
import { type Alternative, SELF, type SourceRow, type StepRow } from "../../checker/language/programs.ts";
import type { Clause } from "../../checker/language/properties.ts";
import type { AnyLeaf, Value } from "../../checker/language/shapes.ts";
import { defaults, everyValue, rowsByProgram } from "./naive-setup.ts";
import {
  cellName,
  each,
  type Frame,
  fits,
  frameOf,
  Meaningless,
  meaningOf,
  type NaiveState,
  spotOf,
  type Touch,
  truth,
  type View,
} from "./naive-values.ts";

export interface NaiveResult {
  readonly states: readonly NaiveState[];
  readonly transitions: number;
  /** For each violated property, by name, the length of the shortest violation of each kind. */
  readonly violations: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** For each `happens` and `sometimes`, in order, whether it was met. */
  readonly met: readonly boolean[];
  /** Whether every context was at rest in some state. */
  readonly rested: boolean;
  /** Properties for which either answer is right, such as a rule that was asked about an access through a null id. */
  readonly uncertain: ReadonlySet<string>;
}

/** An alternative that is open, with its choices made. */
interface Open {
  readonly context: number;
  readonly row: StepRow;
  readonly entry: number;
  readonly alternative: Alternative;
  readonly view: View;
}

/** Explores a model, or gives null where it has more states than asked for. */
export function naiveSearch(options: LinkOptions, maxStates: number): NaiveResult | null {
  const properties = options.properties ?? [];
  const sizes = { ...options.sizes, context: options.contexts.length };
  const rows = rowsByProgram(options);
  const rowOf = (program: string, label: string) => rows.get(program)?.[label] as SourceRow;
  const constants = defaults(options, "constants", sizes);
  const emptyView: View = {
    sizes,
    constants,
    state: { cells: {}, stacks: [] },
    rowOf,
    self: -1,
    depth: -1,
    bound: new Map(),
    log: null,
  };
  for (const assign of (options.constants ?? []).flat() as Assign[])
    Object.assign(constants, writes([assign], emptyView).cells);

  const cells = { ...defaults(options, "state", sizes), ...defaults(options, "ghost", sizes) };
  const blank: NaiveState = { cells, stacks: options.contexts.map(() => []) };
  const initially = (options.initially ?? []).flat() as Assign[];
  const setOnce = initially.filter((assign) => !assign.any);
  Object.assign(cells, writes(setOnce, { ...emptyView, state: { ...blank, cells: { ...cells } } }).cells);
  const stacks = options.contexts.map(({ script }, context) =>
    goTo([newFrame(script.name, {})], firstLabel(script.name), { ...emptyView, state: blank, self: context }),
  );
  let initials: readonly NaiveState[] = [{ cells, stacks }];
  for (const assign of initially.filter(({ any }) => any))
    for (const view of choices(emptyView, assign.over)) {
      const spot = spotOf(assign.place, view);
      if (spot.kind !== "cell") throw new Error("a local begins with no value");
      const name = cellName(spot.field, spot.keys);
      initials = initials.flatMap((one) =>
        everyValue(spot.shape as AnyLeaf, sizes).map((value) => ({ ...one, cells: { ...one.cells, [name]: value } })),
      );
    }
  if (options.startsIf) {
    const { node } = options.startsIf;
    initials = initials.filter((state) => truth(node, { ...emptyView, state }));
  }

  const violations = new Map<string, Map<string, number>>();
  const uncertain = new Set<string>();
  const violate = (property: string, verdict: string, length: number): void => {
    const known = violations.get(property) ?? new Map<string, number>();
    violations.set(property, known.set(verdict, Math.min(length, known.get(verdict) ?? length)));
  };
  /** A broken chain makes a condition false; whatever else has no meaning is the model's fault. */
  const answer = (condition: () => boolean, length: number): boolean | "meaningless" => {
    try {
      return condition();
    } catch (error) {
      if (!(error instanceof Meaningless)) throw error;
      if (error.brokenChain) return false;
      violate("model error", "model error", length);
      return "meaningless";
    }
  };
  const holds = (condition: () => boolean, length: number): boolean => answer(condition, length) !== false;
  const witnessed = (condition: () => boolean, length: number): boolean => answer(condition, length) === true;
  const clauses = properties.flatMap((property) =>
    property.clauses.map((clause) => ({ property: property.name, clause })),
  );
  const witnesses = clauses.filter(({ clause }) => clause.kind === "happens" || clause.kind === "sometimes");
  const met = witnesses.map(() => false);
  const meet = (clause: Clause): void => {
    met[witnesses.findIndex((w) => w.clause === clause)] = true;
  };

  const states: NaiveState[] = [...initials];
  const levels = initials.map(() => 0);
  const index = new Map(initials.map((state, i) => [keyOf(state), i]));
  const edges: [number, number][] = [];
  let rested = false;
  for (let from = 0; from < states.length; from++) {
    if (states.length > maxStates) return null;
    const state = states[from] as NaiveState;
    const level = levels[from] as number;
    const outside: View = { ...emptyView, state };
    for (const { property, clause } of clauses) {
      if (clause.kind === "invariant" && !holds(() => truth(clause.condition, outside), level))
        violate(property, "violated", level);
      if (clause.kind === "sometimes" && witnessed(() => truth(clause.condition, outside), level)) meet(clause);
    }
    const { open, confused } = expand(state, level);
    const resting = state.stacks.every((stack, context) => {
      const meta = rowAt(stack)?.meta;
      return !meta || meta.mayStop || meta.schedules || (meta.serves && !open.some((o) => o.context === context));
    });
    if (resting) rested = true;
    for (const { property, clause } of clauses) {
      if (clause.kind === "atRest" && resting && !holds(() => truth(clause.condition, outside), level))
        violate(property, "violated", level);
    }
    const stuck = !confused && !resting && open.every((o) => o.row.meta.mayStop);
    if (stuck && (options.deadlock ?? true)) violate("deadlock", "deadlock", level);
    for (const one of open) {
      const after = fire(one, level);
      if (!after) continue;
      const key = keyOf(after);
      let to = index.get(key);
      if (to === undefined) {
        to = states.push(after) - 1;
        levels.push(level + 1);
        index.set(key, to);
      }
      edges.push([from, to]);
    }
  }
  for (const { property, clause } of clauses) {
    if (clause.kind !== "alwaysPossible") continue;
    const can = states.map((state, i) =>
      holds(() => truth(clause.condition, { ...emptyView, state }), levels[i] as number),
    );
    for (let before = -1; before !== can.filter(Boolean).length; ) {
      before = can.filter(Boolean).length;
      for (const [a, b] of edges) if (can[b]) can[a] = true;
    }
    const lost = can.indexOf(false);
    if (lost >= 0) violate(property, "noProgress", levels[lost] as number);
  }
  return { states, transitions: edges.length, violations, met, rested, uncertain };

  function rowAt(stack: readonly Frame[]): StepRow | null {
    const top = stack.at(-1);
    return top ? (rowOf(top.program, top.label) as StepRow) : null;
  }

  function firstLabel(program: string): string {
    return Object.keys(rows.get(program) ?? {})[0] as string;
  }

  /** All that is open in a state; what has no meaning or waits is recorded on the way. */
  function expand(state: NaiveState, level: number): { open: Open[]; confused: boolean } {
    const open: Open[] = [];
    let confused = false;
    for (const [context, stack] of state.stacks.entries()) {
      const row = rowAt(stack);
      if (!row) continue;
      const view: View = { ...emptyView, state, self: context, depth: stack.length - 1 };
      try {
        const mayRun = row.meta.arrive || !options.mayRun || truth(options.mayRun(SELF).node, view);
        if (!mayRun || waitsToBegin(context, state)) continue;
        const found = openIn(context, row, view);
        open.push(...found);
        if (found.length === 0) checkWaiting(view, level);
      } catch (error) {
        if (!(error instanceof Meaningless)) throw error;
        confused = true;
        violate("model error", "model error", level);
      }
    }
    return { open, confused };
  }

  /** At its first row, whom it comes after not all ended. */
  function waitsToBegin(context: number, state: NaiveState): boolean {
    const others = options.after?.[options.contexts[context]?.name as string] ?? [];
    const rowsOn = (stack: readonly Frame[]) => stack.map(({ program, label }) => `${program}: ${label}`).join("/");
    if (rowsOn(state.stacks[context] as readonly Frame[]) !== rowsOn(stacks[context] as readonly Frame[])) return false;
    return options.contexts.some(
      ({ name }, i) => others.includes(name) && (state.stacks[i] as readonly Frame[]).length > 0,
    );
  }

  function openIn(context: number, row: StepRow, view: View): Open[] {
    for (const [entry, members] of row.entries.entries()) {
      const open = members.flatMap((alternative) =>
        choices(view, alternative.binders)
          .filter((chosen) => alternative.guard === null || truth(alternative.guard, chosen))
          .map((chosen): Open => ({ context, row, entry, alternative, view: chosen })),
      );
      if (open.length > 0) return open;
    }
    return [];
  }

  function checkWaiting(view: View, level: number): void {
    const { program, label } = frameOf(view);
    for (const { property, clause } of clauses) {
      if (clause.kind !== "whenever" || clause.to !== "(waits)" || clause.program !== program || clause.label !== label)
        continue;
      if (!holds(() => truth(clause.condition, view), level)) violate(property, "violated", level);
    }
  }

  /** Checks all properties of a step and takes it; null where nothing comes after it. */
  function fire({ row, entry, alternative, view }: Open, level: number): NaiveState | null {
    const { program, label, passes } = frameOf(view);
    let bounds = passes;
    const tracked = new Set<Extract<Clause, { kind: "track" }>>();
    for (const { property, clause } of clauses) {
      if (clause.kind === "guardedBy") checkGuarded(property, clause);
      if (!("program" in clause) || clause.program !== program || clause.label !== label) continue;
      if (clause.kind === "atMost") {
        const name = `${label}/${clause.times}`;
        const fired = passes[name] ?? 0;
        if (fired >= clause.times) violate(property, "noProgress", level + 1);
        bounds = { ...bounds, [name]: Math.min(fired + 1, clause.times) };
        continue;
      }
      if (clause.to !== null && clause.to !== alternative.target) continue;
      if (clause.kind === "track") tracked.add(clause);
      if (clause.kind === "whenever" && !holds(() => truth(clause.condition, view), level + 1))
        violate(property, "violated", level + 1);
      if (clause.kind === "happens" && witnessed(() => truth(clause.condition, view), level + 1)) meet(clause);
    }
    function checkGuarded(property: string, clause: Extract<Clause, { kind: "guardedBy" }>): void {
      try {
        if (!guarded(clause, row, entry, alternative, view)) violate(property, "violated", level + 1);
      } catch (error) {
        if (!(error instanceof Meaningless)) throw error;
        uncertain.add(property).add("model error");
      }
    }
    if (alternative.fails) {
      violate(alternative.fails.property, "violated", level + 1);
      return null;
    }
    try {
      const effect = [...alternative.effect, ...[...tracked].flatMap((clause) => clause.effect)];
      const { cells, locals } = writes(effect, view);
      const stacks = view.state.stacks.map((stack, context) => {
        if (context !== view.self) return stack;
        const written = stack.map((frame, depth) => ({
          ...frame,
          locals: { ...frame.locals, ...locals.get(depth) },
          passes: depth === view.depth ? bounds : frame.passes,
        }));
        return goTo(written, alternative.target as string, view);
      });
      return { cells: { ...view.state.cells, ...cells }, stacks };
    } catch (error) {
      if (!(error instanceof Meaningless)) throw error;
      violate("model error", "model error", level + 1);
      return null;
    }
  }

  /** The calls in progress after a goto: through exits, calls and branches, to a row that takes a step. */
  function goTo(stack: readonly Frame[], label: string, view: View): readonly Frame[] {
    const top = stack.at(-1);
    if (!top) return [];
    const row = rows.get(top.program)?.[label];
    const below = stack.slice(0, -1);
    if (!row) {
      const caller = below.at(-1);
      if (!caller) return [];
      const call = rowOf(caller.program, caller.label);
      if (call.kind !== "call") throw new Error("a frame above a row that does not call");
      return goTo(below, call.exits[label] as string, view);
    }
    const here = [...below, { ...top, label }];
    switch (row.kind) {
      case "step":
        return here;
      case "call":
        return goTo([...here, newFrame(row.callee.name, row.args)], firstLabel(row.callee.name), view);
      case "select": {
        const state = { ...view.state, stacks: view.state.stacks.map((s, c) => (c === view.self ? here : s)) };
        const inside = { ...view, state, depth: here.length - 1 };
        const branch = row.branches.find(({ test }) => truth(test, inside));
        return goTo(here, branch?.target ?? row.otherwise, view);
      }
    }
  }
}

const newFrame = (program: string, args: Readonly<Record<string, Node | PlaceNode>>): Frame => ({
  program,
  label: "",
  args,
  locals: {},
  passes: {},
});

/** States are equal when their cells, calls, locals and passes are; arguments follow from the calls. */
const keyOf = ({ cells, stacks }: NaiveState): string =>
  JSON.stringify([
    cells,
    stacks.map((stack) =>
      stack.map(({ program, label, locals, passes }) => [program, label, sorted(locals), sorted(passes)]),
    ),
  ]);
const sorted = (record: object): unknown => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const choices = (view: View, binders: readonly Binder[]): readonly View[] =>
  binders.reduce<readonly View[]>((views, binder) => views.flatMap((v) => each(v, binder)), [view]);

/** What an effect writes, all at once. Throws `Meaningless`. */
function writes(effect: readonly Assign[], view: View) {
  const cells: Record<string, Value> = {};
  const locals = new Map<number, Record<string, Value>>();
  for (const { over, place, value } of effect) {
    for (const inner of choices(view, over)) {
      const spot = spotOf(place, inner);
      const written = meaningOf(value, inner);
      const into = spot.kind === "cell" ? cells : (locals.get(spot.depth) ?? {});
      const name = spot.kind === "cell" ? cellName(spot.field, spot.keys) : spot.name;
      if (spot.kind === "local") locals.set(spot.depth, into);
      if (Object.hasOwn(into, name)) throw new Meaningless(`${name} is written twice`);
      if (!fits(written, spot.shape as AnyLeaf, inner)) throw new Meaningless(`${written} does not fit ${name}`);
      if (spot.kind === "cell") view.log?.push({ kind: "write", field: spot.field, keys: spot.keys });
      into[name] = written;
    }
  }
  return { cells, locals };
}

/** Whether every access that a fired alternative made is allowed by a rule: the guards tried before it, then its own. */
function guarded(
  clause: Extract<Clause, { kind: "guardedBy" }>,
  row: StepRow,
  entry: number,
  alternative: Alternative,
  view: View,
): boolean {
  const log: Touch[] = [];
  const bare = new Map([...view.bound].filter(([binder]) => !alternative.binders.includes(binder)));
  for (const { binders, guard } of row.entries.slice(0, entry).flat()) {
    if (guard) for (const chosen of choices({ ...view, bound: bare, log }, binders)) meaningOf(guard, chosen);
  }
  if (alternative.guard) meaningOf(alternative.guard, { ...view, log });
  writes(alternative.effect, { ...view, log });
  return log.every(({ kind, field, keys }) => {
    if (clause.access === "write" && kind === "read") return true;
    const bound = matches(clause.place, field, keys, view);
    return bound === null || truth(clause.held, { ...view, bound: new Map([...view.bound, ...bound]) });
  });
}

function matches(
  pattern: PlaceNode,
  field: string,
  keys: readonly (string | number)[],
  view: View,
): ReadonlyMap<Binder, number> | null {
  if (!("field" in pattern.base) || pattern.base.field !== field || pattern.path.length !== keys.length) return null;
  const bound = new Map<Binder, number>();
  for (const [i, step] of pattern.path.entries()) {
    const key = keys[i];
    if ("field" in step) {
      if (step.field !== key) return null;
    } else if (step.index.op === "bound") {
      if (bound.has(step.index.binder) && bound.get(step.index.binder) !== key) return null;
      bound.set(step.index.binder, key as number);
    } else if (meaningOf(step.index, view) !== key) return null;
  }
  return bound;
}
