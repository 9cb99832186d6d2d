/**
 * Last pass: the system as a search takes it. Commands get their numbers, contexts their first labels, cells their first
 * values; what may be renamed is found out, and all of it is hashed.
 */
import { stateKey } from "../language/cells.ts";
import type { State } from "../language/evaluate.ts";
import { orLinkErrors } from "../language/link-error.ts";
import { running } from "../language/mistakes.ts";
import { type Node, TRUE, walk } from "../language/nodes.ts";
import { SELF } from "../language/programs.ts";
import { type Property, property } from "../language/properties.ts";
import { type Data, defaultOf } from "../language/shapes.ts";
import { CONDITION, type Sort } from "../language/sorts.ts";
import type { Command, Label, System } from "../language/system.ts";
import { type Expr, termOf } from "../language/terms.ts";
import type { Allocated, AllocatedScript } from "./allocate.ts";
import { initialised } from "./configured.ts";
import { hashOf } from "./hash.ts";
import { asymmetries, renamableOf } from "./symmetric.ts";

/** Throws `LinkError` where the relation takes elements for different that may be renamed. */
export function tableOf(allocated: Allocated): System {
  const { collected, resolve, scripts, properties, fields, invariants, atRest, alwaysPossible, liveness, witnesses } =
    allocated;
  const { options, programs, declared, env } = collected;
  const { universe, constants } = env;
  const { labels, commands } = labelsOf(scripts);
  const numberOf = (name: string) => options.contexts.findIndex((one) => one.name === name);
  const contexts = options.contexts.map(({ name, script }) => ({
    name,
    script: collected.scripts.indexOf(script as unknown as (typeof collected.scripts)[number]),
    ...(options.after?.[name] ? { after: options.after[name].map(numberOf) } : {}),
  }));
  const zero = stateOf(allocated, contexts);
  const renamable = options.renames === false ? {} : renamableOf(fields, scripts, universe, options.named ?? {});
  /** What the model says of every context. */
  const asked = (of: string, say: ((self: typeof SELF) => Expr<unknown>) | undefined, sort?: Sort): Node | null =>
    say ? resolve(running(() => termOf(say(SELF), of, sort))) : null;
  const blank: Omit<System, "hash"> = {
    name: options.name,
    universe,
    fields,
    constants,
    contexts,
    scripts: scripts.map(({ program, entry, slots }) => ({ program, entry, slots })),
    labels,
    commands,
    initials: [zero],
    mayRun: asked("mayRun", options.mayRun, CONDITION) ?? TRUE,
    below: asked("below", options.below),
    lane: asked("lane", options.lane),
    invariants,
    atRest,
    alwaysPossible,
    liveness,
    witnesses,
    deadlock: options.deadlock ?? true,
    properties: [...properties, ...failing(commands, properties)],
    programs,
    droppedGhosts: allocated.droppedGhosts,
    renamable,
  };
  const startsIf = options.startsIf ? resolve(termOf(options.startsIf, "startsIf", CONDITION)) : null;
  orLinkErrors(ghostsAsked({ ...blank, startsIf }));
  const starts = initialised(zero, options.initially ?? [], startsIf, fields, { ...env, state: zero }, resolve);
  const key = stateKey({ ...blank, hash: "" });
  const ordered = starts.map((state) => ({ state, key: key(state) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const table: Omit<System, "hash"> = { ...blank, initials: ordered.map(({ state }) => state) as [State, ...State[]] };
  orLinkErrors([...constantsSet(commands), ...asymmetries(table, declared.constants)]);
  return Object.freeze({ ...table, hash: hashOf(table) });
}

/** Constants are folded into the relation: a row that set one would change nothing. */
const constantsSet = (commands: readonly Command[]): string[] =>
  commands.flatMap(({ source: { program, label }, effect }) =>
    effect.flatMap(({ place: { base } }) =>
      base.kind === "constants"
        ? [
            `${program}, row "${label}": it sets the constant "${base.field}", which a configuration fixes; declare it with \`state\``,
          ]
        : [],
    ),
  );

/** Who may run must not depend on what properties note. */
function ghostsAsked(table: Pick<System, "mayRun" | "below" | "lane"> & { readonly startsIf: Node | null }): string[] {
  const found = new Set<string>();
  for (const key of ["mayRun", "below", "lane", "startsIf"] as const)
    walk(table[key] ?? TRUE, (node) => {
      if (node.op === "read" && node.place.base.kind === "ghost")
        found.add(
          `"${key}" reads the ghost "${node.place.base.field}", which is there for properties only; declare it with \`state\``,
        );
    });
  return [...found];
}

/** All labels, the end of a script in the place of the first, and their commands in the order of their numbers. */
function labelsOf(scripts: readonly AllocatedScript[]) {
  const commands: Command[] = [];
  const labels: (Label | null)[] = [null];
  for (const [script, { steps }] of scripts.entries()) {
    for (const { id, instance, row, rowLabel, waits, cuts, slots, ...step } of steps) {
      const entries = step.entries.map((members) =>
        members.map((one): Command => {
          const command = { id: commands.length, ...one };
          commands.push(command);
          return command;
        }),
      );
      labels.push({
        id,
        name: `${instance.path}/${rowLabel}`,
        script,
        program: instance.program.name,
        rowLabel,
        row,
        meta: row.meta,
        stack: instance.stack,
        entries,
        waits,
        cuts,
        slots,
      });
    }
  }
  return { labels, commands };
}

/** Every cell with its default, every context at the first label of its script. */
function stateOf({ collected, scripts, fields }: Allocated, contexts: System["contexts"]): State {
  const { universe } = collected.env;
  const cells = Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, defaultOf(shape, universe)]));
  return {
    ...(cells as Record<string, Data>),
    pc: contexts.map(({ script }) => scripts[script]?.entry ?? 0),
    local: contexts.map(({ script }) =>
      (scripts[script]?.slots ?? []).map((slot) => defaultOf(slot.shape, universe) as never),
    ),
  };
}

/** Properties that rows name by `fails` and that nobody selected: they are always on. */
function failing(commands: readonly Command[], selected: readonly Property[]): Property[] {
  const names = new Set(commands.flatMap((c) => (c.fails ? [c.fails.property] : [])));
  for (const { name } of selected) names.delete(name);
  return [...names].sort().map((name) => property(name, `no row fails ${name}`));
}
