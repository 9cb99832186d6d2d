/**
 * Linking: from programs, properties and a configuration to a frozen transition system, in this order: variants,
 * author checks, splicing and folding, labels, properties and ghosts, liveness and slots, commands, hash.
 */
import { produce } from "immer";
import { ModelError, type State, type Write, writesOf } from "../language/evaluate.ts";
import { LinkError, orLinkErrors } from "../language/link-error.ts";
import type { Effect, LinkOptions } from "../language/link-options.ts";
import {
  type Assign,
  mapParts,
  mapPlace,
  type Node,
  type PlaceNode,
  TRUE,
  walk,
  walkAssign,
} from "../language/nodes.ts";
import { type Root, rootOf } from "../language/places.ts";
import { type Program, SELF } from "../language/programs.ts";
import { type Property, property } from "../language/properties.ts";
import { Universe } from "../language/sets.ts";
import { type Data, defaultOf, rangeBounds, type Shape } from "../language/shapes.ts";
import type { Command, Label, StateCheck, StepCheck, System } from "../language/system.ts";
import { type Attachments, attach } from "./attach.ts";
import { collect } from "./collect.ts";
import { duplicates, undeclared } from "./declarations.ts";
import { fold } from "./fold.ts";
import { hashOf } from "./hash.ts";
import { allocate } from "./liveness.ts";
import { inRegion, type Spliced, type SplicedCommand, splice } from "./splice.ts";
import { asymmetries, renamableOf } from "./symmetric.ts";

/** Links a system. Throws `LinkError`, with every mistake that was found, where the table has no meaning. */
export function link(options: LinkOptions): System {
  const scriptPrograms = [...new Set(options.contexts.map((c) => c.script))] as unknown as Program[];
  const programs = collect(scriptPrograms, options.variants ?? []);
  const names = { ...options.names, context: options.contexts.map((c) => c.name) };
  const universe = new Universe({ ...options.sizes, context: options.contexts.length }, names);
  const declared = declaredFields(options.roots, universe);
  const assigned = [...flat(options.constants ?? []), ...flat(options.initially ?? [])];
  const mistakes = [
    ...duplicates(
      "contexts",
      options.contexts.map((c) => c.name),
    ),
    ...duplicates(
      "properties",
      (options.properties ?? []).map((one) => one.name),
    ),
    ...Object.values(programs).flatMap((one) => localProblems(one, universe)),
    ...undeclared(programs, options.properties ?? [], assigned, declared),
  ];
  orLinkErrors(mistakes);
  const constants = constantsOf(declared.constants, options.constants ?? [], universe);
  const env = { universe, constants, state: { pc: [], local: [] } as State, self: -1, bound: new Map() };

  const scripts = scriptPrograms.map((script, i) => splice(script, i, programs, env));
  const steps = scripts.flatMap((s) => s.steps);
  for (const [i, step] of steps.entries()) step.id = i + 1;
  const resolve = (node: Node): Node => fold(resolveRegions(node, steps), env);
  for (const step of steps)
    for (const entry of step.entries)
      for (const c of entry) Object.assign(c, { guard: resolve(c.guard), effect: resolveAll(c.effect, resolve) });

  const selected = options.properties ?? [];
  const attachments = attach(selected, steps, env);
  const ghosts = keepGhosts(declared.ghost, attachments, resolve);

  const allocations = scripts.map((s, i) => {
    const flow = s.steps.map((step) => ({
      reads: [
        ...step.entries.flat().map((c) => c.guard),
        ...(attachments.waits.get(step) ?? []).map((w) => w.condition),
      ],
      edges: step.entries.flat().map((c) => ({
        reads: [...attached(attachments, c).checks, ...attached(attachments, c).witnesses].map((x) => x.condition),
        effect: [...c.effect, ...ghosts.effectOf(c)],
        target: c.target === undefined ? undefined : c.target === null ? null : s.steps.indexOf(c.target),
      })),
    }));
    const allocation = allocate(flow, universe);
    const early = s.entry
      ? [...(allocation.live[s.steps.indexOf(s.entry)] ?? [])].filter((name) => !name.includes(":passes of "))
      : [];
    orLinkErrors(early.map((name) => `${scriptPrograms[i]?.name}: the local "${name}" may be read before it is set`));
    return allocation;
  });

  const mayRun = options.mayRun ? resolve(options.mayRun(SELF).node) : TRUE;
  const commands: Command[] = [];
  const labels: (Label | null)[] = [null];
  for (const [i, script] of scripts.entries()) {
    const allocation = allocations[i] as (typeof allocations)[number];
    const slotted = (node: Node): Node => toSlots(node, allocation.slotOf);
    const finish = (node: Node): Node => slotted(resolve(node));
    for (const [position, step] of script.steps.entries()) {
      let edge = 0;
      const entries = step.entries.map((entry) =>
        entry.map((spliced): Command => {
          const { checks, witnesses } = attached(attachments, spliced);
          const effect = allocation.effectOf(position, edge++);
          const command: Command = {
            id: commands.length,
            source: spliced.source,
            binders: spliced.binders,
            guard: slotted(spliced.guard),
            effect: effect.map((a) => ({
              ...a,
              place: a.unstored ? a.place : placeToSlot(a.place, allocation.slotOf),
              value: slotted(a.value),
            })),
            target: spliced.target === undefined ? null : (spliced.target?.id ?? 0),
            fails: spliced.fails,
            checks: checks.map((c) => ({ ...c, condition: finish(c.condition) })),
            witnesses: witnesses.map((w) => ({ ...w, condition: finish(w.condition) })),
          };
          commands.push(command);
          return command;
        }),
      );
      const waits = (attachments.waits.get(step) ?? []).map(
        (w): StepCheck => ({ ...w, condition: finish(w.condition) }),
      );
      labels.push({
        id: step.id,
        name: `${step.instance.path}/${step.rowLabel}`,
        script: i,
        program: step.instance.program.name,
        rowLabel: step.rowLabel,
        row: step.row,
        meta: step.row.meta,
        stack: step.instance.stack,
        entries,
        waits,
        cuts: step.row.meta.cuts ? finish(step.row.meta.cuts.node) : null,
        slots: [...(allocation.live[position] ?? [])].map((name) => ({
          slot: allocation.slotOf.get(name) as number,
          name: name.slice(name.lastIndexOf(":") + 1),
        })),
      });
    }
  }

  const fields = { ...declared.state, ...ghosts.fields };
  const scriptOf = (program: unknown) => scriptPrograms.indexOf(program as Program);
  const contexts = options.contexts.map((c) => ({ name: c.name, script: scriptOf(c.script) }));
  const entryOf = scripts.map((s) => s.entry?.id ?? 0);
  const initial: State = {
    ...(Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, defaultOf(shape, universe)])) as Record<
      string,
      Data
    >),
    pc: contexts.map((c) => entryOf[c.script] as number),
    local: contexts.map((c) =>
      (allocations[c.script]?.slots ?? []).map((slot) => defaultOf(slot.shape, universe) as never),
    ),
  };
  const states = (checks: readonly StateCheck[]) => checks.map((c) => ({ ...c, condition: resolve(c.condition) }));
  const table: Omit<System, "hash"> = {
    name: options.name,
    universe,
    fields,
    constants,
    contexts,
    scripts: scripts.map((_, i) => ({
      program: scriptPrograms[i]?.name as string,
      entry: entryOf[i] as number,
      slots: allocations[i]?.slots ?? [],
    })),
    labels,
    commands,
    initial: initialise(initial, options.initially ?? [], fields, { ...env, state: initial }, resolve),
    mayRun,
    below: options.below ? resolve(options.below(SELF).node) : null,
    lane: options.lane ? resolve(options.lane(SELF).node) : null,
    invariants: states(attachments.invariants),
    atRest: states(attachments.atRest),
    alwaysPossible: states(attachments.alwaysPossible),
    witnesses: attachments.witnesses.map((w) => ({ ...w, condition: w.condition ? resolve(w.condition) : null })),
    deadlock: options.deadlock ?? true,
    properties: [...selected, ...failing(commands, selected)],
    programs,
    droppedGhosts: ghosts.dropped,
    renamable: options.renames === false ? {} : renamableOf(fields, allocations, universe, options.named ?? {}),
  };
  orLinkErrors(asymmetries(table, declared.constants));
  return Object.freeze({ ...table, hash: hashOf(table) });
}

const attached = (attachments: Attachments, command: SplicedCommand) => {
  const found = attachments.ofCommand.get(command);
  if (!found) throw new Error("a command that nothing was attached to");
  return found;
};

/** Properties that rows name by `fails` and that nobody selected: they are always on. */
function failing(commands: readonly Command[], selected: readonly Property[]): Property[] {
  const names = new Set(commands.flatMap((c) => (c.fails ? [c.fails.property] : [])));
  for (const { name } of selected) names.delete(name);
  return [...names].sort().map((name) => property(name, `no row fails ${name}`));
}

function declaredFields(roots: readonly Root[], universe: Universe) {
  const fields: Record<"state" | "ghost" | "constants", Record<string, Shape>> = {
    state: {},
    ghost: {},
    constants: {},
  };
  const problems: string[] = [];
  const seen = new Set(["pc", "local"]);
  for (const root of roots) {
    const { kind, fields: own } = rootOf(root);
    for (const [name, shape] of Object.entries(own)) {
      if (seen.has(name)) problems.push(`the field "${name}" is declared twice (or reserved); rename one`);
      seen.add(name);
      fields[kind][name] = shape;
      checkShape(shape, name, universe, problems);
    }
  }
  orLinkErrors(problems);
  return fields;
}

function checkShape(shape: Shape, where: string, universe: Universe, problems: string[]): void {
  switch (shape.kind) {
    case "struct":
      for (const [name, field] of Object.entries(shape.fields))
        checkShape(field, `${where}.${name}`, universe, problems);
      return;
    case "each":
      checkShape(shape.of as Shape, `${where}[..]`, universe, problems);
      return;
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      if (lo > hi)
        problems.push(`${where}: range(${lo}, ${hi}) holds nothing; the first bound must not exceed the second`);
      return;
    }
    case "id":
      if (universe.size(shape.set) === 0)
        problems.push(
          `${where}: the index set "${shape.set.name}" is empty; give it a size of at least 1, or make the cell optional`,
        );
      return;
    default:
      return;
  }
}

const flat = (effects: readonly Effect[]): readonly Assign[] => effects.flat() as readonly Assign[];

function writeAll<T>(into: T, writes: readonly Write[]): T {
  return produce(into, (draft) => {
    for (const { cell, value } of writes) {
      let at = draft as Record<string | number, unknown>;
      for (const key of cell.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
      at[cell.at(-1) as string | number] = value;
    }
  });
}

function constantsOf(
  shapes: Readonly<Record<string, Shape>>,
  effects: readonly Effect[],
  universe: Universe,
): Record<string, Data> {
  let constants = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, defaultOf(shape, universe)]));
  for (const assign of flat(effects)) {
    const env = { universe, constants, state: { pc: [], local: [] } as State, self: -1, bound: new Map() };
    constants = writeAll(
      constants,
      orLinkError("the constants", () => writesOf([assign], env)),
    );
  }
  return constants;
}

/** A model error in what a configuration sets is the author's mistake. */
function orLinkError<T>(what: string, of: () => T): T {
  try {
    return of();
  } catch (error) {
    if (error instanceof ModelError) throw new LinkError([`${what}: ${error.message}`]);
    throw error;
  }
}

/** Locals and parameters whose shape holds nothing. */
function localProblems(program: Program, universe: Universe): string[] {
  const problems: string[] = [];
  const shapes = Object.entries(program.params).map(([name, { shape }]) => [name, shape] as const);
  for (const [name, shape] of [...shapes, ...Object.entries(program.locals)]) {
    checkShape(shape, `${program.name}.${name}`, universe, problems);
  }
  return problems;
}

function initialise(
  state: State,
  effects: readonly Effect[],
  fields: object,
  env: Parameters<typeof writesOf>[1],
  resolve: (node: Node) => Node,
): State {
  const assigns = flat(effects)
    .filter((a) => !(a.place.base.kind === "ghost") || a.place.base.field in fields)
    .map((a) => ({ ...a, value: resolve(a.value) }));
  return writeAll(
    state,
    orLinkError("the initial state", () => writesOf(assigns, env)),
  );
}

function resolveRegions(node: Node, steps: readonly Spliced[]): Node {
  const mapped = mapParts(node, (part) => resolveRegions(part, steps));
  if (mapped.op !== "stands") return mapped;
  const labels = steps.filter((s) => inRegion(s, mapped.region)).map((s) => s.id);
  if (inRegion(null, mapped.region)) labels.unshift(0);
  return { op: "pcIn", who: mapped.who, labels, text: JSON.stringify(mapped.region) };
}

const resolveAll = (effect: readonly Assign[], resolve: (node: Node) => Node): readonly Assign[] =>
  effect.map((a) => ({ over: a.over, place: mapPlace(a.place, resolve), value: resolve(a.value) }));

/** Ghosts that some property reads, directly or through another ghost, and what is written to them. */
function keepGhosts(
  declared: Readonly<Record<string, Shape>>,
  attachments: Attachments,
  resolve: (node: Node) => Node,
) {
  const read = new Set<string>();
  const visit = (node: Node): void => {
    if (node.op === "read" && node.place.base.kind === "ghost") read.add(node.place.base.field);
  };
  const conditions = [
    ...attachments.invariants,
    ...attachments.atRest,
    ...attachments.alwaysPossible,
    ...[...attachments.waits.values()].flat(),
    ...[...attachments.ofCommand.values()].flatMap((a) => [...a.checks, ...a.witnesses]),
  ].map((c) => c.condition);
  for (const witness of attachments.witnesses) if (witness.condition) conditions.push(witness.condition);
  for (const condition of conditions) walk(condition, visit);
  const field = (a: Assign): string | null => (a.place.base.kind === "ghost" ? a.place.base.field : null);
  const tracked = [...attachments.ofCommand.values()].flatMap((a) => a.effect);
  for (let size = -1; size !== read.size; ) {
    size = read.size;
    for (const a of tracked) if (read.has(field(a) ?? "")) walkAssign(a, visit);
  }
  return {
    fields: Object.fromEntries(Object.entries(declared).filter(([name]) => read.has(name))),
    dropped: Object.keys(declared).filter((name) => !read.has(name)),
    effectOf: (command: SplicedCommand) =>
      resolveAll(
        attached(attachments, command).effect.filter((a) => field(a) === null || read.has(field(a) as string)),
        resolve,
      ),
  };
}

function toSlots(node: Node, slotOf: ReadonlyMap<string, number>): Node {
  if (node.op === "read") return { op: "read", place: placeToSlot(node.place, slotOf) };
  return mapParts(node, (part) => toSlots(part, slotOf));
}

function placeToSlot(place: PlaceNode, slotOf: ReadonlyMap<string, number>): PlaceNode {
  const mapped = mapPlace(place, (index) => toSlots(index, slotOf));
  if (mapped.base.kind !== "local") return mapped;
  const index = slotOf.get(mapped.base.name);
  if (index === undefined) throw new Error(`the local ${mapped.base.name} has no slot`);
  return {
    ...mapped,
    base: { kind: "slot", index, name: mapped.base.name.slice(mapped.base.name.lastIndexOf(":") + 1) },
  };
}
