/** Does each pass of the linker leave what its type and its first comment say, of systems drawn at random? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LinkOptions, property } from "../../checker/language/index.ts";
import { type Assign, type Node, walk, walkAssign } from "../../checker/language/nodes.ts";
import { allocate } from "../../checker/link/allocate.ts";
import { attach } from "../../checker/link/attach.ts";
import { collect } from "../../checker/link/collect.ts";
import { order } from "../../checker/link/order.ts";
import { printPass } from "../../checker/link/print-pass.ts";
import { splice } from "../../checker/link/splice.ts";
import { tableOf } from "../../checker/link/table.ts";
import ticketLock from "../../examples/ticket-lock.ts";
import { drawSystem, linkDrawn, tapes } from "../reference/random-systems.ts";
import { Tape } from "../reference/random-terms.ts";
import { runs } from "../runs.ts";

/** Asks a question of systems that can be linked. */
const ofDrawn = (ask: (options: LinkOptions) => void): void =>
  fc.assert(
    fc.property(tapes, (numbers) => {
      const options = drawSystem(new Tape(numbers));
      fc.pre(linkDrawn(options) !== null);
      ask(options);
    }),
    runs(60),
  );

/** The forms of nodes, and where the cells lie that are read or written. */
function formsOf(nodes: readonly Node[], effect: readonly Assign[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    found.add(node.op);
    if (node.op === "read") found.add(node.place.base.kind);
  };
  for (const node of nodes) walk(node, visit);
  for (const assign of effect) {
    walkAssign(assign, visit);
    if (!assign.unstored) found.add(assign.place.base.kind);
  }
  return found;
}

describe("after splicing", () => {
  it("a step has no parameter and no region of the source, and leads to a label of its script or to its end", () => {
    ofDrawn((options) => {
      const { scripts } = splice(collect(options));
      const all = scripts.flatMap(({ steps }) => steps);
      expect(all.map(({ id }) => id)).toEqual(all.map((_, i) => i + 1));
      for (const { entry, steps } of scripts) {
        const labels = [0, ...steps.map(({ id }) => id)];
        expect(labels).toContain(entry);
        for (const { guard, effect, target, fails } of steps.flatMap(({ entries }) => entries.flat())) {
          const forms = formsOf([guard], effect);
          for (const form of ["param", "stands", "slot"]) expect(forms).not.toContain(form);
          expect(target === null).toBe(fails !== null);
          if (target !== null) expect(labels).toContain(target);
        }
      }
    });
  });
});

describe("ordering", () => {
  it("changes the guards of first steps alone, and nothing where nobody waits", () => {
    ofDrawn((options) => {
      const spliced = splice(collect(options));
      const ordered = order(spliced);
      const waits = new Set(Object.keys(options.after ?? {}));
      const entries = new Set(
        options.contexts.flatMap(({ name, script }) =>
          waits.has(name) ? (spliced.scripts.find(({ program }) => program === script.name)?.entry ?? []) : [],
        ),
      );
      expect(new Set(ordered.begins.keys())).toEqual(entries);
      const others = ({ scripts }: Pick<typeof spliced, "scripts">) =>
        scripts.flatMap(({ steps }) => steps.filter(({ id }) => !entries.has(id)));
      expect(others(ordered)).toEqual(others(spliced));
      const guards = ({ scripts }: Pick<typeof spliced, "scripts">) =>
        scripts.flatMap(({ steps }) =>
          steps.flatMap((step) => (entries.has(step.id) ? step.entries.flat().map((c) => c.guard) : [])),
        );
      const before = guards(spliced);
      for (const [i, guard] of guards(ordered).entries()) {
        expect(formsOf([guard], []).has("pcIn")).toBe(true);
        expect(guard).not.toEqual(before[i]);
      }
    });
  });
});

describe("attaching", () => {
  it("takes nothing away, and writes no ghost that is dropped", () => {
    ofDrawn((options) => {
      const spliced = order(splice(collect(options)));
      const attached = attach(spliced);
      const commands = ({ scripts }: Pick<typeof spliced, "scripts">) =>
        scripts.flatMap(({ steps }) => steps.flatMap(({ entries }) => entries.flat()));
      const before = commands(spliced);
      const after = commands(attached);
      expect(after.map(({ guard, target }) => [guard, target])).toEqual(
        before.map(({ guard, target }) => [guard, target]),
      );
      for (const [i, { effect }] of after.entries()) {
        const own = before[i]?.effect ?? [];
        expect(effect.slice(0, own.length)).toEqual(own);
        for (const { place } of effect)
          if (place.base.kind === "ghost") expect(attached.droppedGhosts).not.toContain(place.base.field);
      }
    });
  });
});

describe("after allocation", () => {
  it("no local has a name, and every slot is one of the script", () => {
    ofDrawn((options) => {
      for (const { slots, steps } of allocate(attach(order(splice(collect(options))))).scripts)
        for (const step of steps) {
          const conditions = step.waits.map(({ condition }) => condition);
          for (const { guard, effect, checks, witnesses } of step.entries.flat()) {
            const nodes = [guard, ...[...checks, ...witnesses].map(({ condition }) => condition), ...conditions];
            const forms = formsOf(nodes, effect);
            for (const form of ["local", "param", "stands"]) expect(forms).not.toContain(form);
          }
          for (const { slot } of step.slots) expect(slots[slot]).toBeDefined();
        }
    });
  });

  it("the table has the same commands, numbered, and nothing of it depends on what was linked before", () => {
    ofDrawn((options) => {
      const allocated = allocate(attach(order(splice(collect(options)))));
      const table = tableOf(allocated);
      const commands = allocated.scripts.flatMap(({ steps }) => steps.flatMap(({ entries }) => entries.flat()));
      expect(table.commands).toEqual(commands.map((command, id) => ({ id, ...command })));
      expect(tableOf(allocated).hash).toBe(table.hash);
    });
  });
});

describe("a pass as text", () => {
  const options = (): LinkOptions => {
    const configuration = Object.fromEntries(Object.entries(ticketLock.parameters).map(([k, p]) => [k, p.default]));
    const asked = { configuration, version: null, variants: [], contexts: [] };
    const served = { program: "ticket_unlock", label: "serve", to: null, condition: { op: "self" } } as const;
    const properties = [
      property("W", "", { kind: "whenever", ...served }),
      property("H", "", { kind: "happens", ...served }),
      property("L", "", { kind: "atMost", program: "ticket_lock", label: "spin", times: 3 }),
    ];
    return { name: "ticket lock", properties, ...ticketLock.build(asked) };
  };

  it("shows locals by their calls, then with what properties ask, then as slots", () => {
    const [spliced, attached, allocated] = (["splice", "attach", "allocate"] as const).map((pass) =>
      printPass(options(), pass),
    );
    expect(spliced).toMatchInlineSnapshot(`
      "user: 4 steps, begins at 1
        1 user/take/draw: mine = fetch_add(&lock->next, 1);
          when true do user/take:mine = lock.next, lock.next = lock.next + 1 -> 2
        2 user/take/spin: while (lock->owner != mine) ;
          when lock.owner == user/take:mine -> 3
        3 user/critical: /* critical section */
          when true -> 4
        4 user/release/serve: lock->owner++;
          when true do lock.owner = lock.owner + 1 -> 0
      "
    `);
    expect(attached).toMatchInlineSnapshot(`
      "user: 4 steps, begins at 1
        1 user/take/draw: mine = fetch_add(&lock->next, 1);
          when true do user/take:mine = lock.next, lock.next = lock.next + 1 -> 2
        2 user/take/spin: while (lock->owner != mine) ;
          when lock.owner == user/take:mine do user/take:passes of spin up to 3 = user/take:passes of spin up to 3 < 3 ? user/take:passes of spin up to 3 + 1 : user/take:passes of spin up to 3 -> 3
            checks L: user/take:passes of spin up to 3 < 3
        3 user/critical: /* critical section */
          when true -> 4
        4 user/release/serve: lock->owner++;
          when true do lock.owner = lock.owner + 1 -> 0
            checks W: self
            meets 0: self
      "
    `);
    expect(allocated).toMatchInlineSnapshot(`
      "user: 4 steps, begins at 1
        1 user/take/draw: mine = fetch_add(&lock->next, 1);
            slots 0 passes of spin up to 3
          when true do mine = lock.next, lock.next = lock.next + 1 -> 2
        2 user/take/spin: while (lock->owner != mine) ;
            slots 1 mine, 0 passes of spin up to 3
          when lock.owner == mine do user/take:passes of spin up to 3 = passes of spin up to 3 < 3 ? passes of spin up to 3 + 1 : passes of spin up to 3, mine = 0, passes of spin up to 3 = 0 -> 3
            checks L: passes of spin up to 3 < 3
        3 user/critical: /* critical section */
          when true -> 4
        4 user/release/serve: lock->owner++;
          when true do lock.owner = lock.owner + 1 -> 0
            checks W: self
            meets 0: self
      "
    `);
  });
});
