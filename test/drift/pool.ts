/** A model of the made-up allocator in tree/: rows that quote what is there, what is not, and what is elsewhere. */
import {
  call,
  invariant,
  lit,
  otherwise,
  patch,
  program,
  property,
  type Row,
  range,
  select,
  state,
  step,
  version,
} from "../../checker/language/index.ts";
import { defineModel } from "../../checker/spec/model.ts";

const memory = state({ count: range(0, 3) });
const FILE = "v9.1.2 mm/pool.c";

const trylock = program("pool_trylock", { exits: ["done"], kernel: `${FILE} pool_trylock()` }, () => ({
  pin: step("preempt_disable();", otherwise.goto("try")),
  try: step("__got = try_bit(&(p)->lock);", otherwise.goto("done")),
}));

const put = program("pool_put", { exits: ["done"], kernel: `${FILE} pool_put()` }, () => ({
  lock: step("spin_lock(&p->lock);", otherwise.goto("store")),
  store: step("p->items[p->count++] = item;", otherwise.goto("done")),
}));

const gone = program("pool_shrink", { exits: ["done"], kernel: `${FILE} pool_shrink()` }, () => ({
  shrink: step("p->count /= 2;", otherwise.goto("done")),
}));

const grow = program("__pool_grow", { exits: ["done"], kernel: `${FILE} __pool_grow()` }, () => ({
  grown: step("p->grown++;", otherwise.goto("done")),
}));

const alone = program("(model) nobody", { exits: ["done"] }, () => ({
  rest: step("(model) rests", otherwise.goto("done")),
}));

/** Rows that quote nothing that is not there. */
const take = program(
  "pool_take",
  {
    exits: ["done"],
    kernel: `${FILE} pool_take()`,
    inlines: "include/linux/pool.h __pool_first(), mm/pool.c pool_old()",
  },
  () => ({
    entry: select("(model) CONFIG_POOL_RT?", [[lit(false), "rt"]], "lock"),
    rt: step("rt_pool_lock(&p->lock);", otherwise.goto("first")),
    first: step("READ_ONCE(p->items[0])", otherwise.goto("done")),
    lock: step("guard(irqsave)(&p->lock);", otherwise.goto("item")),
    item: step("item = p->items[p->count - 1]; if (unlikely(!item)) { .. return NULL;", otherwise.goto("count")),
    count: step("p->count--; left = p->count;", otherwise.do(memory.count.set(1)).goto("event")),
    event: step("this_cpu_inc(..);", otherwise.goto("wake")),
    wake: step("if (left == 0) pool_wake(p);", otherwise.goto("done")),
  }),
);

const flush = program("pool_flush", { exits: ["done"], kernel: `${FILE} pool_flush()` }, () => ({
  lock: step("scoped_guard(irqsave, &p->lock) {", otherwise.goto("count")),
  count: step("p->count = 0; pool_wake(p);", otherwise.goto("lost")),
  lost: step("p->count = 1;", otherwise.goto("done")),
}));

const CALLS = { take, flush, put, gone, grow, trylock, alone } as const;

/** One call after another, then an end. */
const scriptOf = (name: string, words: readonly string[]) =>
  program(`${name}: ${words.join(", ")}`, { exits: [] }, () => {
    const next = (i: number): string => (i + 1 < words.length ? `call${i + 1}` : "end");
    const rows = words.map((word, i) => [`call${i}`, call(`${word}()`, CALLS[word as "take"], {}, { done: next(i) })]);
    return Object.fromEntries([...rows, ["end", step("(model) end", otherwise.goto("end"))]]) as Record<
      string,
      Row<string>
    >;
  });

export default defineModel({
  name: "pool",
  title: "a pool",
  source: "mm/pool.c of 9.1.2",
  notModelled: [],
  parameters: {},
  versions: { "9.1": "9.1.2", "9.0": "9.0" },
  variants: {},
  contextKinds: { task: { about: "a task", options: {} } },
  operations: Object.fromEntries(Object.keys(CALLS).map((name) => [name, name])),
  properties: { small: property("small", "the count is small", invariant(memory.count.lt(3))) },
  problems: () => [],
  build: ({ contexts, version: asked }) => ({
    roots: [memory],
    contexts: contexts.map(({ name, script }) => ({
      name,
      script: scriptOf(name, script),
    })),
    initially: [memory.count.set(0)],
    variants:
      asked === "9.0"
        ? [
            version(
              "9.0",
              "9.0",
              patch(flush, () => ({ lost: step("pool_wake(p);", otherwise.goto("done")) })),
            ),
          ]
        : [],
  }),
});
