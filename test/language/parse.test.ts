/** Does the text of an expression mean what was printed, and is a mistake in it told? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { findSpec, folders } from "../../checker/cli/specs.ts";
import { evaluate, ModelError } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { type Binder, mapParts, type Node, type Region, setOf, walk } from "../../checker/language/nodes.ts";
import { parseExpression } from "../../checker/language/parse-expression.ts";
import { Cells, type Root } from "../../checker/language/parse-places.ts";
import { rootOf } from "../../checker/language/places.ts";
import { BinderNames, printNode } from "../../checker/language/print-expression.ts";
import { envOf } from "../../checker/reference/step.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { drawSystem, linkDrawn, tapes } from "../reference/random-systems.ts";
import { k, Tape } from "../reference/random-terms.ts";
import { statesOf } from "../reference/states.ts";
import { runs } from "../runs.ts";

/**
 * Conditions and values of a system whose text says what they are: no variable of a command, no row that is not
 * reached, no local that is called as a field or as another local is, no next(nil).
 */
function sayable(system: System): readonly Node[] {
  const known = new Set(system.labels.flatMap((label) => (label ? [`${label.program}: ${label.rowLabel}`] : [])));
  const programs = new Set(system.labels.flatMap((label) => label?.stack.map(({ program }) => program) ?? []));
  const locals = new Map<string, string>();
  const isClear = (node: Node): boolean =>
    Object.entries(localsIn([node])).every(([name, { base, shape }]) => {
      const what = JSON.stringify([base, shape]);
      if (!locals.has(name)) locals.set(name, what);
      return !(name in system.fields) && locals.get(name) === what;
    });
  return closed(system).filter((node) => speaksOfRows(node, known, programs) && isClear(node) && !asksOfNothing(node));
}

function asksOfNothing(node: Node): boolean {
  let found = false;
  walk(node, (one) => {
    if ("of" in one && one.op !== "not" && one.op !== "racy" && one.of.op === "const" && one.of.value === null)
      found = true;
    if (one.op === "chain" && setOf(one.start) === null) found = true;
  });
  return found;
}

/** No variable of a command. */
function closed(system: System): readonly Node[] {
  const ofCommands = system.commands
    .filter(({ binders }) => binders.length === 0)
    .flatMap(({ guard, effect, checks }) => [
      guard,
      ...effect.filter(({ over }) => over.length === 0).map(({ value }) => value),
      ...checks.map(({ condition }) => condition),
    ]);
  const asked = [...system.invariants, ...system.atRest, ...system.alwaysPossible, ...system.witnesses];
  return [system.mayRun, ...asked.flatMap(({ condition }) => condition ?? []), ...ofCommands];
}

const bases = (node: Node): readonly string[] => {
  const found: string[] = [];
  walk(node, (one) => {
    if (one.op === "read") found.push(one.place.base.kind);
  });
  return found;
};

/** Whether all rows that an expression speaks of are reached: no text may name others, for it would be a mistake. */
function speaksOfRows(node: Node, known: ReadonlySet<string>, programs: ReadonlySet<string>): boolean {
  const isKnown = (region: Region): boolean => {
    switch (region.kind) {
      case "rows":
        return region.labels
          ? region.labels.every((label) => known.has(`${region.program}: ${label}`))
          : programs.has(region.program);
      case "within":
        return programs.has(region.program);
      case "inlined":
        return [region.program, ...region.callees].every((one) => programs.has(one));
      case "anyOf":
      case "allOf":
        return region.of.every(isKnown);
      case "except":
        return isKnown(region.of) && isKnown(region.minus);
      default:
        return true;
    }
  };
  let all = true;
  walk(node, (one) => {
    if (one.op === "pcIn") all &&= isKnown(JSON.parse(one.text) as Region);
  });
  return all;
}

/** Locals by their names, as a row reads them. */
function localsIn(nodes: readonly Node[]): Record<string, Root> {
  const roots: Record<string, Root> = {};
  for (const of of nodes)
    walk(of, (node) => {
      if (node.op === "read" && node.place.base.kind === "slot" && node.place.path.length === 0)
        roots[node.place.base.name] = { base: node.place.base, shape: node.place.shape };
    });
  return roots;
}

function stateRoots(system: System): Record<string, Root> {
  return Object.fromEntries(
    Object.entries(system.fields).map(([field, shape]) => [field, { base: { kind: "state", field }, shape }]),
  );
}

/** With a variable of its own for each quantifier: a model may use one at several places. */
function apart(node: Node, bound: ReadonlyMap<Binder, Binder> = new Map()): Node {
  if (node.op === "bound") return { op: "bound", binder: bound.get(node.binder) ?? node.binder };
  if (!("binder" in node)) return mapParts(node, (part) => apart(part, bound));
  const binder: Binder = { set: node.binder.set };
  const inner = new Map([...bound, [node.binder, binder]]);
  if (node.op !== "chain") return { ...node, binder, body: apart(node.body, inner) };
  const item = node.item ? { item: apart(node.item, bound) } : {};
  return { ...node, binder, start: apart(node.start, bound), next: apart(node.next, inner), ...item };
}

const printed = (system: System, node: Node): string => {
  const names = new BinderNames([...Object.keys(system.fields), ...Object.keys(localsIn([node])), "self", "nil"]);
  return printNode(apart(node), { universe: system.universe, binder: (binder) => names.of(binder) });
};

function valueIn(node: Node, system: System, state: (typeof system.initials)[0], self: number): unknown {
  try {
    return evaluate(node, envOf(system, state, self));
  } catch (error) {
    if (error instanceof ModelError) return error.kind;
    throw error;
  }
}

describe("a printed expression is parsed as what it was", () => {
  it("of systems drawn at random, in all their states", () => {
    let parsed = 0;
    fc.assert(
      fc.property(tapes, (numbers) => {
        const system = linkDrawn(drawSystem(new Tape(numbers)));
        fc.pre(system !== null);
        const nodes = sayable(system as System);
        const constants = Object.fromEntries(
          Object.entries(rootOf(k).fields).map(([field, shape]) => [
            field,
            { base: { kind: "constants", field } as const, shape },
          ]),
        );
        const cells = new Cells(system as System, {
          ...stateRoots(system as System),
          ...localsIn(nodes),
          ...constants,
        });
        const states = statesOf(system as System).slice(0, 20);
        for (const node of nodes) {
          const text = printed(system as System, node);
          const again = parseExpression(text, cells);
          // Drawn conditions have forms that nobody writes, and that print as another: an `and` of one, say.
          const once = printed(system as System, again);
          expect(printed(system as System, parseExpression(once, cells))).toBe(once);
          // Locals have values only where they live.
          for (const state of bases(node).includes("slot") ? [] : states)
            expect([text, valueIn(again, system as System, state, 0)]).toEqual([
              text,
              valueIn(node, system as System, state, 0),
            ]);
          parsed += 1;
        }
      }),
      runs(150),
    );
    expect(parsed).toBeGreaterThan(1000);
  });

  it.each(["7.3/nmi-refused", "deferred/defer-reasons", "rqspinlock/abba-with-third", "memcg/memcg-hook-on-stock"])(
    "of %s",
    async (name) => {
      const { system } = await loadSpec(findSpec(name, folders), builtins);
      const nodes = sayable(system).filter((node) => !bases(node).includes("constants"));
      const cells = new Cells(system, { ...stateRoots(system), ...localsIn(nodes) });
      const texts = new Set<string>();
      for (const node of nodes) {
        const text = printed(system, node);
        if (texts.has(text)) continue;
        texts.add(text);
        expect(printed(system, parseExpression(text, cells))).toBe(text);
      }
      expect(texts.size).toBeGreaterThan(100);
    },
  );
});
