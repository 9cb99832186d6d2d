/**
 * check_timeout(): what a waiter does while it looks at a lock that stays taken. At its first look it asks whether its
 * own CPU holds the lock; later, every millisecond, whether two CPUs wait for each other; and after a quarter of a
 * second or half of one it gives up.
 *
 * Time is a free choice: each look but the first may be the one that comes too late, or the start of a check. That is
 * more than a clock allows. With `timeoutsLast` a waiter gives up only where every call stands in a loop that does not
 * end, and no check would find a deadlock: a clock that is slow beside everything else.
 *
 * @kernel v7.3.4 kernel/bpf/rqspinlock.c check_timeout(), RES_CHECK_TIMEOUT()
 */
import {
  type Assign,
  and,
  call,
  context,
  type Expr,
  either,
  exists,
  forAll,
  type Id,
  id,
  implies,
  type LeafPlace,
  lit,
  marked,
  not,
  or,
  otherwise,
  program,
  result,
  standsIn,
  step,
  value,
  when,
  within,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { mayRun, thisCpu } from "../machine/state.ts";
import { checkDeadlockAA, checkDeadlockABBA } from "./check-deadlock.ts";
import { rq } from "./config.ts";
import { returns, rqLock } from "./sets.ts";
import { isBelowTop, isLockReleased, isZero, type Lock, q, tableOf } from "./state.ts";

/** The loops in which a waiter may stay: a mark of their rows. The first two and the last look at the clock. */
export const PENDING_LOOP = "waits as pending";
export const HEAD_LOOP = "waits at the head";
export const NODE_LOOP = "waits for its turn";
export const NEXT_LOOP = "waits for a next waiter";
export const WORD_LOOP = "waits for the whole word";

export const LOOPS = [PENDING_LOOP, HEAD_LOOP, NODE_LOOP, NEXT_LOOP, WORD_LOOP] as const;

const IN_CALL = within("res_spin_lock");

/** What a frame asks for: the top of its CPU's table, where it stands in a loop. */
const askedOn = (c: Expr<Id<"cpu">>) => tableOf(c).locks.at(tableOf(c).cnt.minus(1));

/** A CPU whose frame stands in a loop that does not end by itself. */
export const isStuck = (f: Expr<Id<"context">>): Expr<boolean> => {
  const c = thisCpu(f);
  const node = q.rqnodes.at(c).at(q.nodesUsed.at(c).minus(1));
  const { locked, pending } = q.rqspinlock.at(askedOn(c));
  return or(
    and(standsIn(f, marked(PENDING_LOOP)), locked),
    and(standsIn(f, marked(HEAD_LOOP)), or(locked, pending)),
    and(standsIn(f, marked(NODE_LOOP)), node.locked.eq(0)),
    and(standsIn(f, marked(NEXT_LOOP)), node.next.cpu.isNull()),
    and(standsIn(f, marked(WORD_LOOP)), not(isZero(askedOn(c).known()))),
  );
};

/**
 * Whether the table of CPU `d` shows what the frame on `c` asks for below its top: there the check comes to an answer. A
 * CPU whose top is counted and not yet written is skipped.
 */
const answers = (c: Expr<Id<"cpu">>, d: Expr<Id<"cpu">>): Expr<boolean> =>
  and(d.ne(c), tableOf(d).cnt.ge(2), tableOf(d).cnt.le(rq.nrHeld), askedOn(d).notNull(), isBelowTop(d, askedOn(c)));

/** What check_deadlock_ABBA() finds on CPU `c` for sure, were nothing to change meanwhile. */
export const wouldFind = (c: Expr<Id<"cpu">>): Expr<boolean> =>
  and(
    exists(cpu, (d) => answers(c, d)),
    forAll(cpu, (d) => implies(answers(c, d), isBelowTop(c, askedOn(d)))),
  );

export const polls = (f: Expr<Id<"context">>) =>
  or(standsIn(f, marked(PENDING_LOOP)), standsIn(f, marked(HEAD_LOOP)), standsIn(f, marked(WORD_LOOP)));

/** Whether the clock may say that it is too late. */
const mayTimeOut = (): Expr<boolean> =>
  or(
    not(rq.timeoutsLast),
    forAll(context, (f) =>
      implies(and(mayRun(f), standsIn(f, IN_CALL)), and(isStuck(f), implies(polls(f), not(wouldFind(thisCpu(f)))))),
    ),
  );

type Ret = Pick<LeafPlace<"0" | "-EDEADLK" | "-ETIMEDOUT">, "set">;

interface Loop<G extends string, D extends string, T extends string> {
  readonly lock: Lock;
  readonly mask: "locked" | "lockedPending" | "all";
  readonly ret: Ret;
  /** The C of the loop, the step that it is, and which of the loops. */
  readonly quote: string;
  readonly ref: string;
  readonly loop: string;
  /** Where it goes on: the lock is free, a deadlock was found, it took too long. */
  readonly free: G;
  readonly deadlock: D;
  readonly late: T;
  /** Whether the own CPU is asked about at the first look, or at each check: until 6.18. */
  readonly aa?: "first" | "each";
  /** What is done by the look that finds the lock free. */
  readonly take?: readonly Assign[];
}

/**
 * The rows of a loop that calls RES_CHECK_TIMEOUT(): the first look, the check of the own CPU, and the looks after it.
 * Its entry is `look`.
 */
export function waitRows<const G extends string, const D extends string, const T extends string>({
  lock,
  mask,
  ret,
  quote,
  ref,
  loop,
  free,
  deadlock,
  late,
  aa = "first",
  take = [],
}: Loop<G, D, T>) {
  const isFree = isLockReleased(lock, lit(mask));
  const to = {
    first: { look: "aa", check: "abba", none: "wait" } as const,
    each: { look: "wait", check: "aa", none: "abba" } as const,
  }[aa];
  return {
    look: step<G | "aa" | "wait">(quote, { ref }, when(isFree).do(take).goto(free), otherwise.goto(to.look)),
    aa: call(
      "if (!ts->timeout_end) { if (check_deadlock_AA(lock)) return -EDEADLK; ..",
      checkDeadlockAA,
      { lock, ret },
      { found: deadlock, none: to.none },
      { ref: "R3.7" },
    ),
    wait: step<G | T | "aa" | "abba">(
      quote,
      {
        ref: `${ref} R3.8`,
        marks: [loop],
        note: "whether the time is over, or a millisecond has passed, is a free choice",
      },
      when(isFree).do(take).goto(free),
      either<T | "aa" | "abba">(when(mayTimeOut()).do(ret.set("-ETIMEDOUT")).goto(late), otherwise.goto(to.check)),
    ),
    abba: call(
      "if (prev + NSEC_PER_MSEC < time) { .. return check_deadlock_ABBA(lock, mask);",
      checkDeadlockABBA,
      { lock, mask: lit(mask), ret },
      { found: deadlock, none: "wait" },
      { ref: "R3.9" },
    ),
  };
}

/** Of a lock, the whole word: what the loops of those do that have no node. */
export const takes = (lock: Lock): readonly Assign[] => [q.rqspinlock.at(lock).locked.set(true)];

const KERNEL = "v7.3.4 kernel/bpf/rqspinlock.c";
/** The loop is quoted where it is called, and what it checks in check_timeout(). */
const INLINES = "kernel/bpf/rqspinlock.c resilient_queued_spin_lock_slowpath(), check_timeout()";
const LOOP = {
  exits: ["free", "deadlock", "late"],
  params: { lock: value(id(rqLock)), ret: result(returns) },
} as const;

/** What the loop of the pending waiter is; `aa` is another until 6.18. */
export const pendingLoopOf = {
  mask: "locked",
  quote: "res_smp_cond_load_acquire(&lock->locked, !VAL || RES_CHECK_TIMEOUT(ts, ret, _Q_LOCKED_MASK));",
  ref: "R4.4",
  loop: PENDING_LOOP,
  free: "free",
  deadlock: "deadlock",
  late: "late",
} as const;

/** What the loop of the head of the queue is. */
export const headLoopOf = {
  mask: "lockedPending",
  quote: "val = res_atomic_cond_read_acquire(&lock->val, !(VAL & _Q_LOCKED_PENDING_MASK) || RES_CHECK_TIMEOUT(..));",
  ref: "R5.9",
  loop: HEAD_LOOP,
  free: "free",
  deadlock: "deadlock",
  late: "late",
} as const;

/** The loop of the pending waiter: until the owner goes away. */
export const pendingLoop = program(
  "res_smp_cond_load_acquire",
  { ...LOOP, kernel: `${KERNEL} res_smp_cond_load_acquire()`, inlines: INLINES, tag: "S" },
  (_, { lock, ret }) => waitRows({ lock, ret, ...pendingLoopOf }),
);

/** The loop of the head of the queue: until owner and pending waiter go away. */
export const headLoop = program(
  "res_atomic_cond_read_acquire",
  { ...LOOP, kernel: `${KERNEL} res_atomic_cond_read_acquire()`, inlines: INLINES, tag: "S" },
  (_, { lock, ret }) => waitRows({ lock, ret, ...headLoopOf }),
);

/** Until 6.18, who has no node tries again and again. */
export const nodelessLoop = program(
  "queued_spin_trylock (loop)",
  {
    ...LOOP,
    kernel: "v6.18 kernel/bpf/rqspinlock.c resilient_queued_spin_lock_slowpath()",
    inlines: INLINES,
    tag: "S",
  },
  (_, { lock, ret }) =>
    waitRows({
      lock,
      mask: "all",
      ret,
      quote: "while (!queued_spin_trylock(lock)) { if (RES_CHECK_TIMEOUT(ts, ret, ~0u)) goto err_release_node; }",
      ref: "R7.5",
      loop: WORD_LOOP,
      free: "free",
      deadlock: "deadlock",
      late: "late",
      aa: "each",
      take: takes(lock),
    }),
);
