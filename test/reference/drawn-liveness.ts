/** How does a test draw a question of liveness, with any fairness, about a system drawn at random? */
import {
  and,
  bool,
  choose,
  context,
  type Expr,
  either,
  element,
  eventually,
  type Id,
  id,
  LinkError,
  type LinkOptions,
  leadsTo,
  not,
  or,
  otherwise,
  type Program,
  program,
  property,
  rowsOf,
  type System,
  standsIn,
  state,
  step,
  when,
} from "../../checker/language/index.ts";
import type { LivenessCheck } from "../../checker/language/system.ts";
import { link } from "../../checker/link/link.ts";
import { drawSystem, linkDrawn } from "./random-systems.ts";
import { slot, Tape, term } from "./random-terms.ts";

/** Null for a draw that does not link. */
export function drawLiveness(numbers: readonly number[]): System | null {
  const options: LinkOptions = drawSystem(new Tape(numbers));
  const tape = new Tape(numbers.toReversed());
  const scope = { tape, vars: [] };
  const clause = tape.oneIn(3)
    ? eventually(term("bool", scope, 2))
    : leadsTo(term("bool", scope, 1), term("bool", scope, 2));
  const asked = {
    ...options,
    deadlock: false,
    properties: [...(options.properties ?? []), property("live", "", clause)],
  };
  const system = linkDrawn(asked);
  if (!system) return null;
  const fair: LivenessCheck["fair"] = system.labels.map(() => tape.pick(["weak", "weak", "strong", "none", "each"]));
  const labels = system.labels.map((label) => label && { ...label, meta: { ...label.meta, fair: { each: slot } } });
  return { ...system, labels, liveness: system.liveness.map((check) => ({ ...check, fair })) };
}

const toggles = state({ a: bool, b: bool, who: id(context) });

/** Small programs that go round and round over two bits: many ways to be fair, or not, in few states. */
export function drawRounds(numbers: readonly number[]): System | null {
  const tape = new Tape(numbers);
  const { a, b, who } = toggles;
  const condition = (): Expr<boolean> =>
    tape.pick([() => a, () => not(a), () => b, () => not(b), () => a.eq(b), () => and(a, b), () => or(a, b)])();
  const sets = () => {
    const bit = tape.pick([a, b]);
    return tape.pick([
      () => [],
      () => [bit.set(not(bit))],
      () => [bit.set(not(bit))],
      () => [bit.set(tape.oneIn(2))],
    ])();
  };
  const script = (name: string) => {
    const labels = Array.from({ length: 1 + tape.upTo(1) }, (_, i) => `r${i}`);
    const row = (next: string) => {
      const to = () => (tape.oneIn(3) ? tape.pick(labels) : next);
      const one = () =>
        when(condition())
          .do(...sets())
          .goto(to());
      const some = tape.pick([
        () => [one()],
        () => [one()],
        () => [one(), otherwise.do(...sets()).goto(to())],
        () => [otherwise.do(...sets()).goto(to())],
        () => [either(one(), one())],
        () => [
          choose(context, (c) =>
            when(or(condition(), who.ne(c)))
              .do(who.set(c))
              .goto(to()),
          ),
        ],
      ])();
      return step("", { arrive: tape.oneIn(3) }, ...(some as [(typeof some)[0]]));
    };
    const rows = labels.map((label, i) => [label, row(labels[(i + 1) % labels.length] as string)] as const);
    return program(name, { exits: [] }, () => Object.fromEntries(rows) as never);
  };
  const sometimes = condition();
  const runs = tape.pick([
    undefined,
    (self: Expr<Id<"context">>) => who.eq(self),
    (self: Expr<Id<"context">>) => or(sometimes, self.ne(element(context, 0))),
  ]);
  const contexts = ["p", "q", "r"].slice(0, 2 + tape.upTo(1)).map((name) => ({ name, script: script(name) }));
  const first = rowsOf((contexts[0] as (typeof contexts)[0]).script as Program<object, object, string, string>, "r0");
  const stands = (): Expr<boolean> => standsIn(element(context, 0), first);
  const clause = tape.pick([
    () => leadsTo(stands(), not(stands())),
    () => leadsTo(and(stands(), condition()), not(stands())),
    () => leadsTo(condition(), condition()),
    () => eventually(tape.oneIn(2) ? condition() : not(stands())),
  ])();
  const options: LinkOptions = {
    name: "rounds",
    roots: [toggles],
    contexts,
    ...(runs ? { mayRun: runs } : {}),
    properties: [property("live", "", clause)],
    deadlock: false,
  };
  try {
    const system = link(options);
    const fair: LivenessCheck["fair"] = system.labels.map(() =>
      tape.pick(["weak", "weak", "weak", "strong", "none", "each"]),
    );
    const labels = system.labels.map(
      (label) => label && { ...label, meta: { ...label.meta, fair: { each: context } } },
    );
    return { ...system, labels, liveness: system.liveness.map((check) => ({ ...check, fair })) };
  } catch (error) {
    if (error instanceof LinkError && error.problems.every((one) => /nothing goes there/.test(one))) return null;
    throw error;
  }
}
