/** The programs of contexts: what the `script` of a task, an interrupt or a hook becomes. */
import {
  type AnyLeaf,
  bool,
  type Expr,
  type LeafPlace,
  type Program,
  program,
  range,
} from "../../checker/language/index.ts";
import type { ContextSpec, Question } from "../../checker/spec/model.ts";
import {
  arrival,
  departure,
  type FrameKind,
  hardirqMayArrive,
  hookMayFire,
  nmiMayArrive,
  softirqMayArrive,
} from "../machine/contexts.ts";
import type { Self } from "../machine/state.ts";
import { anyRows } from "./any.ts";
import { type Call, callRows, type Found, type Locals, type Pool, type Returned, type Rows } from "./calls.ts";
import { type HookPlaces, hookKind } from "./hooks.ts";
import { type Section, sectionOf, sectionRows } from "./section.ts";

const KINDS: Readonly<Record<string, FrameKind>> = {
  softirq: {
    quote: "(model) softirq",
    kernel: "softirq",
    comes: "2.1s.1 2.1s.2 2.1s.3",
    goes: "2.1s.4",
    softirq: true,
  },
  hardirq: {
    quote: "(model) hardirq",
    kernel: "hardirq",
    comes: "2.1h.1",
    goes: "2.1h.2",
    hardirq: true,
    irqsOff: true,
  },
  nmi: {
    quote: "(model) NMI",
    kernel: "NMI",
    comes: "2.1n.1",
    goes: "2.1n.2",
    nmi: true,
    hardirq: true,
    irqsOff: true,
  },
};

export type Script = Program<object, object, string, string>;

const localsOf = (calls: readonly Call[]): Readonly<Record<string, AnyLeaf>> =>
  Object.assign({}, ...calls.map(({ locals = {} }) => locals));

const foundIn = (section: Section | null): Found => ({
  irqs: section?.irqsOff ?? false,
  preempt: section?.preemptOff ? 1 : 0,
  migrate: 0,
});

/** The script of a task: a call may never come, and so may the next; but see `section.ts`. */
export function taskScript(spec: ContextSpec, calls: readonly Call[], returned: Returned, pool: Pool | null): Script {
  const lines = spec.script;
  if (pool) return anyTask(spec, calls, returned, pool);
  const section = sectionOf(spec);
  const found = foundIn(section);
  return program(spec.name, { exits: ["done"], locals: localsOf(calls) }, (self, __, own) => {
    const locals = own as unknown as Locals;
    if (!section)
      return callRows(calls, locals, found, { mayStop: true, end: "done", returned, lines }) as Record<string, never>;
    const { enter, leave } = sectionRows(self, section, "call1", "done");
    const rows: Rows = {
      enter,
      ...callRows(calls, locals, found, { mayStop: false, end: "leave", returned, lines }),
      leave,
    };
    return rows as Record<string, never>;
  }) as unknown as Script;
}

/** The script of a task that makes any calls: between two it may stop. With something turned off it makes one at a time. */
function anyTask(spec: ContextSpec, calls: readonly Call[], returned: Returned, pool: Pool): Script {
  const lines = spec.script;
  const section = sectionOf(spec);
  return program(spec.name, { exits: [], locals: localsOf(calls) }, (self, __, own) => {
    const locals = own as unknown as Locals;
    const found = foundIn(section);
    if (!section)
      return anyRows(calls, locals, found, {
        pool,
        mayStop: true,
        end: "call1",
        returned,
        lines,
      }) as Record<string, never>;
    const { enter, leave } = sectionRows(self, section, "call1", "enter");
    const calling = anyRows(calls, locals, found, { pool, mayStop: false, end: "leave", returned, lines });
    const rows: Rows = { enter, ...calling, leave };
    return rows as Record<string, never>;
  }) as unknown as Script;
}

const FRAME_LOCALS = { flags: bool, irqs: bool, preempt: range(0, 7), migrate: range(0, 15) };

interface Frame {
  readonly flags: LeafPlace<boolean>;
  readonly irqs: LeafPlace<boolean>;
  readonly preempt: LeafPlace<number>;
  readonly migrate: LeafPlace<number>;
}

/**
 * The script of a softirq, hardirq, NMI or hook: it may never come; once there it makes all its calls and returns. One that
 * makes any calls makes one, and may come again: two in a row are two arrivals at one instruction.
 */
export function frameScript(
  spec: ContextSpec,
  calls: readonly Call[],
  returned: Returned,
  hooks: { readonly places: HookPlaces; readonly question: Question },
  pool: Pool | null,
): Script {
  const kind = spec.kind === "hook" ? hookKind(spec, hooks.places) : (KINDS[spec.kind] as FrameKind);
  const may = (self: Self): Expr<boolean> => {
    switch (spec.kind) {
      case "nmi":
        return nmiMayArrive(self);
      case "hardirq":
        return hardirqMayArrive(self);
      case "softirq":
        return softirqMayArrive(self);
      default: {
        const place = hooks.places[spec.options.at as string];
        if (!place) throw new Error(`no place "${spec.options.at}" for a hook`);
        return hookMayFire(self, place.region(hooks.question));
      }
    }
  };
  const exits = pool ? [] : (["done"] as const);
  return program(spec.name, { exits, locals: { ...localsOf(calls), ...FRAME_LOCALS } }, (self, _, locals) => {
    const frame = locals as unknown as Frame;
    const { irqs, preempt, migrate } = frame;
    const own = locals as unknown as Locals;
    const found = { irqs, preempt, migrate };
    const how = { mayStop: false, end: "return", returned, lines: spec.script };
    const rows: Rows = {
      arrive: arrival(self, kind, frame, may(self), "call1", { mayStop: true }),
      ...(pool ? anyRows(calls, own, found, { ...how, pool }) : callRows(calls, own, found, how)),
      return: departure(self, kind, frame.flags, pool ? "arrive" : "done"),
    };
    return rows as Record<string, never>;
  }) as unknown as Script;
}
