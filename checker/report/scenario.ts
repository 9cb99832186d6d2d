/**
 * The scenario: a trace as kernel developers draw it. A column for each CPU (or, where a model has none, for each
 * context), functions by name, the C beneath them, interrupting frames nested where they cut, time downwards.
 */

import type { Trace, TraceStep } from "../answer/outcome.ts";
import { comesOnTop } from "../language/arrivals.ts";
import { walkAssign } from "../language/nodes.ts";
import type { Command, Label, StackFrame, System } from "../language/system.ts";
import { expand, isAtRest } from "../reference/step.ts";
import { lanesOf } from "../reference/trace.ts";
import { type Accounts, accountsOf } from "./accounts.ts";
import { type Line, layOut } from "./columns.ts";

/** In "short" a run of steps that neither touch nor load what is shared, nor are spoken of by the property, is "..". */
export type Detail = "short" | "full";

/** A context in the drawing: where its functions begin, and which of them were last named. */
interface Drawn {
  readonly indent: number;
  functions: readonly StackFrame[];
}

/** What is drawn in one column: contexts from the one at the bottom to the one that runs. */
interface Column {
  readonly name: string;
  readonly bottoms: Set<number>;
  chain: number[];
}

/** Draws a trace. The lines after it, such as what was violated, are the report's. */
export function scenario(system: System, trace: Trace, detail: Detail): string[] {
  const drawing = new Drawing(system, trace, detail);
  for (const step of trace.steps) {
    if (step.number === (trace.loop ?? -1) + 1) drawing.across(FOR_EVER);
    drawing.step(step);
  }
  if (trace.loop === trace.steps.length) drawing.across(NOTHING_MORE);
  drawing.end(trace);
  return drawing.lines();
}

/** Before the steps that are taken again and again, or where there are none. */
export const FOR_EVER = "and then for ever:";
export const NOTHING_MORE = "and nothing more, for ever";

class Drawing {
  readonly #system: System;
  readonly #detail: Detail;
  readonly #columns: readonly Column[];
  readonly #columnOf: (step: TraceStep) => number;
  readonly #drawn = new Map<number, Drawn>();
  /** The chain that each context belongs to, by the context at its bottom. */
  readonly #chains = new Map<number, number[]>();
  readonly #lastColumn = new Map<number, number>();
  readonly #lines: (Line & { readonly isFunction?: boolean })[] = [];
  readonly #last: number;
  readonly #property: string;
  readonly #accounts: Accounts;

  constructor(system: System, trace: Trace, detail: Detail) {
    this.#system = system;
    this.#detail = detail;
    this.#last = trace.steps.length;
    this.#property = trace.property;
    this.#accounts = accountsOf(system, trace.property);
    const places = columnsOf(system, trace);
    this.#columns = places.names.map((name) => ({ name, bottoms: new Set(), chain: [] }));
    this.#columnOf = (step) => places.names.indexOf(places.of.get(step) as string);
  }

  step(step: TraceStep): void {
    const { context, label } = step;
    const isLast = step.number === this.#last;
    // Who has the CPU is seen by who takes the next step.
    if (label.meta.schedules && !isLast) return;
    const column = this.#columnOf(step);
    this.#lastColumn.set(context, column);
    if (label.cuts) this.#arrive(step, column);
    else this.#resume(context, column);
    const leaves = step.after !== null && endsFrame(this.#system, step);
    if (isLast || !isFrameEdge(this.#system, step)) this.#show(step, column);
    if (leaves) this.#leave(context, column);
  }

  /** A frame begins, on top of the context that it cuts. */
  #arrive({ context, cuts }: TraceStep, column: number): void {
    const below = cuts === null ? undefined : this.#drawn.get(cuts);
    if (cuts !== null && !below) this.#resume(cuts, column);
    const chain = cuts === null ? [] : (this.#chains.get(cuts) as number[]);
    if (cuts !== null) this.#turnTo(chain, column);
    while (cuts !== null && chain.at(-1) !== cuts) this.#leave(chain.at(-1) as number, column);
    const under = cuts === null ? null : (this.#drawn.get(cuts) as Drawn);
    const indent = under ? under.indent + this.#shown(under.functions).length : 0;
    chain.push(context);
    this.#chains.set(context, chain);
    this.#drawn.set(context, { indent: indent + 1, functions: [] });
    if (cuts === null) this.#turnTo(chain, column);
    this.#say(column, indent, `<${this.#name(context)}>`);
  }

  /** A context goes on: frames above it have ended, or another chain had the CPU. */
  #resume(context: number, column: number): void {
    if (!this.#drawn.has(context)) {
      this.#drawn.set(context, { indent: 0, functions: [] });
      this.#chains.set(context, [context]);
    }
    const chain = this.#chains.get(context) as number[];
    while (chain.at(-1) !== context) this.#leave(chain.at(-1) as number, column);
    if (!this.#turnTo(chain, column)) return;
    const { indent, functions } = this.#drawn.get(context) as Drawn;
    const shown = this.#shown(functions);
    const inner = shown.at(-1);
    if (inner) this.#say(column, indent + shown.length - 1, `${inner.program}() ..`);
  }

  /** True where another chain was last seen in the column. */
  #turnTo(chain: number[], column: number): boolean {
    const shown = this.#columns[column] as Column;
    if (shown.chain === chain) return false;
    shown.chain = chain;
    const bottom = chain[0] as number;
    shown.bottoms.add(bottom);
    if (!comesOnTop(this.#system, bottom))
      this.#lines.push({ column, indent: 0, text: `[${this.#name(bottom)}]`, turnsTo: bottom });
    return true;
  }

  #leave(context: number, column: number): void {
    const chain = this.#chains.get(context) as number[];
    const { indent } = this.#drawn.get(context) as Drawn;
    this.#say(column, indent - 1, `</${this.#name(context)}>`);
    chain.splice(chain.indexOf(context), 1);
    this.#drawn.delete(context);
  }

  #show(step: TraceStep, column: number): void {
    const drawn = this.#drawn.get(step.context) as Drawn;
    const functions = this.#shown(step.label.stack);
    const known = commonLength(drawn.functions, step.label.stack);
    for (const [depth, frame] of functions.entries()) {
      if (step.label.stack.indexOf(frame) < known) continue;
      this.#lines.push({ column, indent: drawn.indent + depth, text: `${frame.program}()`, isFunction: true });
    }
    drawn.functions = step.label.stack;
    const indent = drawn.indent + functions.length;
    if (this.#detail === "full" || step.number === this.#last || this.#matters(step)) {
      this.#say(column, indent, step.label.row.quote);
      return;
    }
    if (isOfModel(step)) return;
    const last = this.#lines.at(-1);
    if (last?.column === column && last.text.endsWith("..")) return;
    if (last?.column === column && last.isFunction)
      this.#lines[this.#lines.length - 1] = { ...last, text: `${last.text} ..` };
    else this.#say(column, indent, "..");
  }

  /** Who cannot go on where the trace ends. */
  end({ final, steps }: Trace): void {
    if (steps.at(-1)?.after === null) return;
    const expansion = expand(this.#system, final);
    const stuck = expansion.transitions.every((t) => t.label.meta.mayStop) && !isAtRest(this.#system, final, expansion);
    for (const [context, pc] of final.pc.entries()) {
      const label = this.#system.labels[pc];
      if (!label || isIdle(label)) continue;
      const waits = expansion.waiting.some((w) => w.context === context);
      if (!waits && !stuck) continue;
      const column = this.#lastColumn.get(context);
      const text = `${waits ? "waits" : "stopped before"}: ${label.row.quote}`;
      const drawn = this.#drawn.get(context);
      if (column === undefined || !drawn) this.#say(0, 0, `${this.#name(context)} ${text}`);
      else
        this.#say(
          column,
          drawn.indent + this.#shown(drawn.functions).length,
          this.#isOnTop(context, column) ? text : `${this.#name(context)} ${text}`,
        );
    }
  }

  lines(): string[] {
    const alone = this.#columns.map(({ bottoms }) => (bottoms.size === 1 ? [...bottoms][0] : undefined));
    const headings = this.#columns.map(({ name }, i) => {
      const only = alone[i];
      const who = only === undefined || comesOnTop(this.#system, only) ? "" : this.#name(only);
      return who === "" || who === name ? name : `${name} ${who}`;
    });
    const lines = this.#lines.filter(({ turnsTo, column }) => turnsTo === undefined || alone[column] === undefined);
    return layOut(headings, lines);
  }

  /** A step of what is shared, or one that the property speaks of: it checks there, or keeps account of it. */
  #matters = (step: TraceStep): boolean =>
    touchesShared(step) ||
    step.command.checks.some(({ property }) => property === this.#property) ||
    step.command.effect.some(({ place }) => place.base.kind === "ghost" && this.#accounts.own.has(place.base.field));

  #isOnTop = (context: number, column: number): boolean => this.#columns[column]?.chain.at(-1) === context;
  #name = (context: number): string => this.#system.contexts[context]?.name as string;
  /** Scripts and other programs of the model alone are left out: their names would look like functions. */
  #shown = (stack: readonly StackFrame[]): readonly StackFrame[] =>
    stack.filter(({ program }, depth) =>
      depth === 0 ? this.#system.programs[program]?.kernel != null : /^[\w.]+$/.test(program),
    );

  across(text: string): void {
    this.#lines.push({ column: 0, indent: 0, text, isAcross: true });
  }

  #say(column: number, indent: number, text: string): void {
    this.#lines.push({ column, indent, text });
  }
}

/** Nobody misses a context that stays here for good. */
const isIdle = ({ meta }: Label): boolean => [meta.arrive, meta.mayStop, meta.serves, meta.schedules].includes(true);

const endsFrame = (system: System, { context, next }: TraceStep): boolean =>
  comesOnTop(system, context) && (next === null || next.meta.arrive === true);

/** A step of the model alone, by which a frame comes or goes: drawn as "<nmi0>" and "</nmi0>". */
export const isFrameEdge = (system: System, step: TraceStep): boolean =>
  isOfModel(step) && (step.label.cuts !== null || endsFrame(system, step));

const isOfModel = ({ label }: TraceStep): boolean => label.row.quote.startsWith("(model)");

const commonLength = (a: readonly StackFrame[], b: readonly StackFrame[]): number => {
  const differs = b.findIndex((frame, i) => frame.program !== a[i]?.program || frame.callLabel !== a[i]?.callLabel);
  return differs < 0 ? b.length : differs;
};

/** The row may write what is shared (a trylock that fails, too), or this step loads it into a local. */
function touchesShared({ label, command }: TraceStep): boolean {
  const writes = ({ effect }: Command) => effect.some(({ place }) => place.base.kind === "state");
  let loads = false;
  for (const assign of command.effect) {
    walkAssign(assign, (node) => {
      if (node.op === "read" && node.place.base.kind === "state" && assign.place.base.kind === "slot") loads = true;
    });
  }
  return loads || label.entries.flat().some(writes);
}

/** The columns of a trace, and the column of each step. A context that is on no lane yet is drawn where it will be. */
function columnsOf(system: System, trace: Trace): { names: readonly string[]; of: ReadonlyMap<TraceStep, string> } {
  const of = new Map<TraceStep, string>();
  const laneOfContext = new Map<number, string>();
  const order = lanesOf(system);
  for (const step of trace.steps) {
    const later = () =>
      trace.steps.find((s) => s.number > step.number && s.context === step.context && s.lane !== null);
    const below = step.cuts === null ? undefined : laneOfContext.get(step.cuts);
    const lane = step.lane ?? below ?? later()?.lane ?? laneOfContext.get(step.context);
    if (lane != null) laneOfContext.set(step.context, lane);
    of.set(step, lane ?? (system.contexts[step.context]?.name as string));
  }
  const used = new Set(of.values());
  const names = [
    ...order.filter((lane) => used.has(lane)),
    ...system.contexts.map((c) => c.name).filter((name) => used.has(name)),
  ];
  return { names: [...new Set(names)], of };
}
