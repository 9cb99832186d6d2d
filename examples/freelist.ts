/**
 * A lock-free free list (Treiber's stack). Each process pops an object, then pushes it back, for ever. Every change of
 * the head raises a tag, and a compare-and-exchange wants the tag that it read: without it, the head may have gone from
 * A to B and back to A meanwhile, and the link that was read is out of date (the ABA problem; variant `untagged`).
 */
import {
  and,
  bound,
  constants,
  context,
  each,
  element,
  exists,
  id,
  indexSet,
  next,
  not,
  optional,
  otherwise,
  patch,
  program,
  property,
  range,
  setEach,
  sometimes,
  state,
  step,
  variant,
  when,
  whenever,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const LARGEST_TAG = 1000;

const object = indexSet("object", { interchangeable: true });

const fixed = constants({ lastTag: range(0, LARGEST_TAG) });
const memory = state({
  head: optional(id(object)),
  tag: range(0, bound("lastTag")),
  /** The link word of each object. */
  link: each(object, optional(id(object))),
  /** The object that a process has popped and not yet pushed. */
  held: each(context, optional(id(object))),
});

const locals = { h: optional(id(object)), t: range(0, bound("lastTag")), n: optional(id(object)) };

const popAndPush = program("pop_and_push", { exits: [], locals }, (self, _, { h, t, n }) => {
  const { head, tag, link } = memory;
  const held = memory.held.at(self);
  const again = tag.lt(fixed.lastTag); // the tag never wraps around: at its last value the run ends
  const unchanged = and(head.eq(h), tag.eq(t));
  return {
    load: step(
      "h = head; t = tag;",
      { mayStop: true },
      when(and(again, held.isNull())).do(h.set(head), t.set(tag)).goto("popLink"),
      when(again).do(h.set(head), t.set(tag)).goto("pushLink"),
    ),
    popLink: step(
      "if (!h) continue; n = h->next;",
      when(h.isNull()).goto("load"),
      otherwise.do(n.set(link.at(h))).goto("pop"),
    ),
    pop: step(
      "cmpxchg(&(head, tag), (h, t), (n, t + 1))",
      when(unchanged)
        .do(head.set(n), tag.set(tag.plus(1)), held.set(h))
        .goto("load"),
      otherwise.goto("load"),
    ),
    pushLink: step("object->next = h;", otherwise.do(link.at(held).set(h)).goto("push")),
    push: step(
      "cmpxchg(&(head, tag), (h, t), (object, t + 1))",
      when(unchanged)
        .do(head.set(held), tag.set(tag.plus(1)), held.set(null))
        .goto("load"),
      otherwise.goto("load"),
    ),
  };
});

const poppedByOne = property(
  "poppedByOne",
  "nobody pops an object that somebody holds",
  whenever(popAndPush, "pop", ({ h }) =>
    not(exists(context, (other) => and(memory.held.at(other).eq(h), memory.head.eq(h)))),
  ),
);

const ranEmpty = property("ranEmpty", "at some time every object is held", sometimes(memory.head.isNull()));

/** The tag is raised still, so that the run ends, but nobody compares it. */
const untagged = variant(
  "untagged",
  "the compare-and-exchange looks at the head alone",
  patch(popAndPush, ({ self, h, n }) => {
    const { head, tag } = memory;
    const held = memory.held.at(self);
    const unchanged = and(head.eq(h), tag.lt(fixed.lastTag));
    return {
      pop: step(
        "cmpxchg(&head, h, n)",
        when(unchanged)
          .do(head.set(n), tag.set(tag.plus(1)), held.set(h))
          .goto("load"),
        otherwise.goto("load"),
      ),
      push: step(
        "cmpxchg(&head, h, object)",
        when(unchanged)
          .do(head.set(held), tag.set(tag.plus(1)), held.set(null))
          .goto("load"),
        otherwise.goto("load"),
      ),
    };
  }),
);

export default defineModel({
  name: "freelist",
  title: "a lock-free free list",
  parameters: {
    processes: { about: "how many processes there are", type: "integer", default: 3, min: 1, max: 4 },
    objects: { about: "how many objects there are", type: "integer", default: 2, min: 1, max: 4 },
    lastTag: { about: "how often the head may change", type: "integer", default: 4, min: 1, max: LARGEST_TAG },
  },
  variants: { untagged: untagged.summary },
  properties: { poppedByOne, ranEmpty },
  build: ({ configuration, variants }) => {
    const { processes, objects, lastTag } = configuration as Record<string, number>;
    return {
      sizes: { object: objects as number, lastTag: lastTag as number },
      roots: [fixed, memory],
      constants: [fixed.lastTag.set(lastTag as number)],
      initially: [memory.head.set(element(object, 0)), setEach(object, (o) => memory.link.at(o).set(next(object, o)))],
      contexts: Array.from({ length: processes as number }, (_, i) => ({ name: `p${i}`, script: popAndPush })),
      variants: variants.includes("untagged") ? [untagged] : [],
    };
  },
});
