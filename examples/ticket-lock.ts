/**
 * A ticket lock. Each process draws a ticket, waits until it is served, works, and serves the next. Drawing is one
 * atomic fetch-and-add; variant `torn` reads the counter and writes it back in two steps, and two may draw one ticket.
 */
import {
  atRest,
  bound,
  call,
  context,
  count,
  invariant,
  otherwise,
  patch,
  place,
  program,
  property,
  range,
  rowsOf,
  sometimes,
  standsIn,
  state,
  step,
  struct,
  variant,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const ticket = range(0, bound("tickets"));
const lockShape = struct({ next: ticket, owner: ticket });

const memory = state({ lock: lockShape });

const ticketLock = program(
  "ticket_lock",
  { exits: ["held"], params: { lock: place(lockShape) }, locals: { mine: ticket } },
  (_, { lock }, { mine }) => ({
    draw: step(
      "mine = fetch_add(&lock->next, 1);",
      otherwise.do(mine.set(lock.next), lock.next.set(lock.next.plus(1))).goto("spin"),
    ),
    spin: step("while (lock->owner != mine) ;", when(lock.owner.eq(mine)).goto("held")),
  }),
);

const ticketUnlock = program(
  "ticket_unlock",
  { exits: ["done"], params: { lock: place(lockShape) } },
  (_, { lock }) => ({
    serve: step("lock->owner++;", otherwise.do(lock.owner.set(lock.owner.plus(1))).goto("done")),
  }),
);

const user = program("user", { exits: ["done"] }, () => ({
  take: call("ticket_lock(&lock);", ticketLock, { lock: memory.lock }, { held: "critical" }),
  critical: step("/* critical section */", otherwise.goto("release")),
  release: call("ticket_unlock(&lock);", ticketUnlock, { lock: memory.lock }, { done: "done" }),
}));

const mutualExclusion = property(
  "mutualExclusion",
  "at most one process is in the critical section",
  invariant(count(context, (c) => standsIn(c, rowsOf(user, "critical"))).le(1)),
);
const free = property("free", "in the end the lock is free", atRest(memory.lock.owner.eq(memory.lock.next)));
const contended = property(
  "contended",
  "at some time two processes wait for their turn",
  sometimes(count(context, (c) => standsIn(c, rowsOf(ticketLock, "spin"))).ge(2)),
);

const torn = variant(
  "torn",
  "the ticket counter is read and written back in two steps",
  patch(
    ticketLock,
    ({ lock, mine }) => ({
      draw: step("mine = lock->next;", otherwise.do(mine.set(lock.next)).goto("write")),
      write: step("lock->next = mine + 1;", otherwise.do(lock.next.set(mine.plus(1))).goto("spin")),
    }),
    { added: ["write"] },
  ),
);

export default defineModel({
  name: "ticket-lock",
  title: "a ticket lock",
  parameters: { processes: { about: "how many processes there are", type: "integer", default: 3, min: 2, max: 8 } },
  variants: { torn: torn.summary },
  properties: { mutualExclusion, free, contended },
  build: ({ configuration, variants }) => {
    const processes = configuration.processes as number;
    return {
      sizes: { tickets: processes },
      roots: [memory],
      contexts: Array.from({ length: processes }, (_, i) => ({ name: `p${i}`, script: user })),
      variants: variants.includes("torn") ? [torn] : [],
    };
  },
});
