/**
 * Who waits for a lock, does he get it? Processes go round: each may stay away for good, else asks for the lock, works,
 * and lets it go. Locks that are known to let everybody in (Peterson's, Dekker's, Lamport's bakery, a ticket lock, the MCS
 * queue), and two that are known not to: who tests and sets again and again may find the lock held each time.
 */
import {
  and,
  anyOf,
  bool,
  bound,
  call,
  chain,
  context,
  count,
  type Expr,
  each,
  element,
  exists,
  type Fairness,
  type Id,
  id,
  invariant,
  ite,
  leadsTo,
  next,
  not,
  optional,
  or,
  otherwise,
  type Program,
  program,
  property,
  range,
  rowsOf,
  standsIn,
  state,
  step,
  when,
  within,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

type Who = Expr<Id<"context">>;
const held = { exits: ["held"] } as const;
const done = { exits: ["done"] } as const;

/** A word that is tested and set, by an exchange that is tried again, or by one instruction that waits. */
const word = state({ locked: bool });
const { locked } = word;
const xchgLock = program("xchg_lock", held, () => ({
  xchg: step(
    "while (xchg(&lock, 1)) cpu_relax();",
    when(not(locked)).do(locked.set(true)).goto("held"),
    otherwise.goto("xchg"),
  ),
}));
const waitLock = program("wait_lock", held, () => ({
  wait: step("/* when it is free */ lock = 1;", when(not(locked)).do(locked.set(true)).goto("held")),
}));
const wordUnlock = program("word_unlock", done, () => ({
  clear: step("smp_store_release(&lock, 0);", otherwise.do(locked.set(false)).goto("done")),
}));

/** Peterson's and Dekker's, for two. */
const two = state({ wants: each(context, bool), turn: id(context) });
const other = (self: Who): Who => ite(self.eq(element(context, 0)), element(context, 1), element(context, 0));
const { wants, turn } = two;
const petersonLock = program("peterson_lock", held, (self) => ({
  want: step("wants[self] = 1;", otherwise.do(wants.at(self).set(true)).goto("yield")),
  yield: step("turn = other;", otherwise.do(turn.set(other(self))).goto("look")),
  look: step("while (wants[other]", when(wants.at(other(self))).goto("wait"), otherwise.goto("held")),
  wait: step("    && turn == other) ;", when(turn.eq(other(self))).goto("look"), otherwise.goto("held")),
}));
const petersonUnlock = program("peterson_unlock", done, (self) => ({
  leave: step("wants[self] = 0;", otherwise.do(wants.at(self).set(false)).goto("done")),
}));
const dekkerLock = program("dekker_lock", held, (self) => ({
  want: step("wants[self] = 1;", otherwise.do(wants.at(self).set(true)).goto("look")),
  look: step("while (wants[other]) {", when(wants.at(other(self))).goto("mine"), otherwise.goto("held")),
  mine: step("  if (turn == other) {", when(turn.eq(other(self))).goto("back"), otherwise.goto("look")),
  back: step("    wants[self] = 0;", otherwise.do(wants.at(self).set(false)).goto("wait")),
  wait: step("    while (turn == other) ;", when(turn.eq(self)).goto("want"), otherwise.goto("wait")),
}));
const dekkerUnlock = program("dekker_unlock", done, (self) => ({
  pass: step("turn = other;", otherwise.do(turn.set(other(self))).goto("leave")),
  leave: step("wants[self] = 0;", otherwise.do(wants.at(self).set(false)).goto("done")),
}));

/** Lamport's bakery. A number is one more than the largest: who goes round would make them larger without end. */
const bakery = state({ choosing: each(context, bool), number: each(context, range(0, bound("slots"))) });
const { choosing, number } = bakery;
const most = range(0, bound("slots"));
const bakeryLock = program(
  "bakery_lock",
  { ...held, locals: { max: most, at: optional(id(context)) } },
  (self, _, { max, at }) => {
    const j = at.known();
    const isBefore = or(
      number.at(j).lt(number.at(self)),
      and(number.at(j).eq(number.at(self)), chain(context, next(context, j), (x) => next(context, x)).has(self)),
    );
    return {
      choose: step(
        "choosing[self] = 1;",
        otherwise.do(choosing.at(self).set(true), max.set(0), at.set(element(context, 0))).goto("max"),
      ),
      max: step(
        "max = number[j] > max ? number[j] : max;",
        when(number.at(j).gt(max))
          .do(max.set(number.at(j)), at.set(next(context, j)))
          .goto("more"),
        otherwise.do(at.set(next(context, j))).goto("more"),
      ),
      more: step("(model) for each j", when(at.isNull()).goto("draw"), otherwise.goto("max")),
      draw: step("number[self] = max + 1;", otherwise.do(number.at(self).set(max.plus(1))).goto("chosen")),
      chosen: step(
        "choosing[self] = 0;",
        otherwise.do(choosing.at(self).set(false), at.set(element(context, 0))).goto("await"),
      ),
      await: step("while (choosing[j]) ;", when(not(choosing.at(j))).goto("spin")),
      spin: step(
        "while (number[j] && (number[j], j) < (number[self], self)) ;",
        when(not(and(number.at(j).ne(0), isBefore)))
          .do(at.set(next(context, j)))
          .goto("next"),
      ),
      next: step("(model) for each j", when(at.isNull()).goto("held"), otherwise.goto("await")),
    };
  },
);
const bakeryUnlock = program("bakery_unlock", done, (self) => ({
  leave: step("number[self] = 0;", otherwise.do(number.at(self).set(0)).goto("done")),
}));

/** Tickets, which wrap around: one more than there are processes. */
const tickets = state({ drawn: range(0, bound("slots")), served: range(0, bound("slots")) });
const { drawn, served } = tickets;
const ticketLock = program("ticket_lock", { ...held, locals: { mine: most } }, (_, __, { mine }) => ({
  draw: step(
    "mine = atomic_fetch_inc(&lock->next);",
    otherwise.do(mine.set(drawn), drawn.set(drawn.plus(1).mod(bound("slots")))).goto("spin"),
  ),
  spin: step("while (READ_ONCE(lock->owner) != mine) ;", when(served.eq(mine)).goto("held")),
}));
const ticketUnlock = program("ticket_unlock", done, () => ({
  serve: step("lock->owner++;", otherwise.do(served.set(served.plus(1).mod(bound("slots")))).goto("done")),
}));

/** The queue lock of Mellor-Crummey and Scott: each waits at a node of his own. */
const queue = state({
  tail: optional(id(context)),
  next: each(context, optional(id(context))),
  waits: each(context, bool),
});
const { tail, waits } = queue;
const mcsLock = program("mcs_lock", { ...held, locals: { prev: optional(id(context)) } }, (self, _, { prev }) => ({
  init: step(
    "node->next = NULL; node->locked = 1;",
    otherwise.do(queue.next.at(self).set(null), waits.at(self).set(true)).goto("xchg"),
  ),
  xchg: step("prev = xchg(lock, node);", otherwise.do(prev.set(tail), tail.set(self)).goto("first")),
  first: step("if (!prev) return;", when(prev.isNull()).goto("held"), otherwise.goto("link")),
  link: step("WRITE_ONCE(prev->next, node);", otherwise.do(queue.next.at(prev.known()).set(self)).goto("spin")),
  spin: step("while (READ_ONCE(node->locked)) ;", when(not(waits.at(self))).goto("held")),
}));
const mcsUnlock = program("mcs_unlock", done, (self) => ({
  last: step(
    "if (!node->next && cmpxchg(lock, node, NULL) == node) return;",
    when(and(queue.next.at(self).isNull(), tail.eq(self)))
      .do(tail.set(null))
      .goto("done"),
    otherwise.goto("wait"),
  ),
  wait: step("while (!(next = READ_ONCE(node->next))) ;", when(queue.next.at(self).notNull()).goto("pass")),
  pass: step("next->locked = 0;", otherwise.do(waits.at(queue.next.at(self).known()).set(false)).goto("done")),
}));

type Part<X extends string> = Program<object, object, X, string>;
const LOCKS = {
  xchg: { lock: xchgLock, unlock: wordUnlock, memory: word },
  waits: { lock: waitLock, unlock: wordUnlock, memory: word },
  peterson: { lock: petersonLock, unlock: petersonUnlock, memory: two },
  dekker: { lock: dekkerLock, unlock: dekkerUnlock, memory: two },
  bakery: { lock: bakeryLock, unlock: bakeryUnlock, memory: bakery },
  ticket: { lock: ticketLock, unlock: ticketUnlock, memory: tickets },
  mcs: { lock: mcsLock, unlock: mcsUnlock, memory: queue },
} as const;
type Kind = keyof typeof LOCKS;
const KINDS = Object.keys(LOCKS) as Kind[];

/** Goes round; at the bakery once, since its numbers have an end here. */
const process = (kind: Kind) => {
  const { lock, unlock } = LOCKS[kind] as { lock: Part<"held">; unlock: Part<"done"> };
  const goesRound = kind !== "bakery";
  return program(`process_${kind}`, { exits: goesRound ? [] : ["end"] }, () => ({
    away: step("/* does something else */", { mayStop: true }, otherwise.goto("lock")),
    lock: call("lock();", lock as never, {}, { held: "critical" } as never),
    critical: step("/* critical section */", otherwise.goto("unlock")),
    unlock: call("unlock();", unlock as never, {}, { done: goesRound ? "away" : "end" } as never),
  }));
};
const PROCESSES = Object.fromEntries(KINDS.map((kind) => [kind, process(kind)])) as Record<Kind, Part<never>>;

const inside = anyOf(...KINDS.map((kind) => rowsOf(PROCESSES[kind], "critical")));
const asking = anyOf(...KINDS.map((kind) => within(LOCKS[kind].lock as Part<string>)));

const oneInside = property(
  "oneInside",
  "at most one process is in the critical section",
  invariant(count(context, (c) => standsIn(c, inside)).le(1)),
);

/** That the process of a number gets the lock that it asks for. */
const gets = (name: string, sentence: string, who: number, fairness: Fairness = {}) => {
  const self = element(context, who);
  return property(name, sentence, leadsTo(standsIn(self, asking), standsIn(self, inside), fairness));
};
const properties = {
  oneInside,
  p0Enters: gets("p0Enters", "p0 gets the lock that it asks for", 0),
  p1Enters: gets("p1Enters", "p1 gets the lock that it asks for", 1),
  p2Enters: gets("p2Enters", "p2 gets the lock that it asks for", 2),
  p0EntersByLuck: gets("p0EntersByLuck", "p0 gets the lock, though nobody has to go on", 0, { none: "everywhere" }),
  p0EntersIfStrong: gets("p0EntersIfStrong", "p0 gets the lock, if who can take it again and again does", 0, {
    strong: asking,
  }),
  someEnters: property(
    "someEnters",
    "where somebody asks, somebody gets the lock",
    leadsTo(
      exists(context, (c) => standsIn(c, asking)),
      exists(context, (c) => standsIn(c, inside)),
    ),
  ),
};

export default defineModel({
  name: "starvation",
  title: "locks, and who may starve",
  parameters: {
    lock: { about: "which lock", type: "choice", default: "xchg", choices: KINDS },
    processes: { about: "how many processes there are", type: "integer", default: 2, min: 2, max: 6 },
  },
  properties,
  problems: ({ configuration: { lock, processes } }) =>
    ["peterson", "dekker"].includes(lock as string) && processes !== 2
      ? [{ path: "/configuration/processes", what: `the lock "${lock}" is for two`, mend: "set processes to 2" }]
      : [],
  build: ({ configuration }) => {
    const kind = configuration.lock as Kind;
    const processes = configuration.processes as number;
    return {
      sizes: { slots: processes + (kind === "ticket" ? 1 : 0) },
      roots: [LOCKS[kind].memory],
      contexts: Array.from({ length: processes }, (_, i) => ({ name: `p${i}`, script: PROCESSES[kind] })),
    };
  },
});
