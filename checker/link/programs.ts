/**
 * Which programs a system consists of: those that its scripts reach, after the patches of its variants, each checked
 * on its own. All of an author's mistakes are reported at once.
 */
import { produce } from "immer";
import { LinkError } from "../language/link-error.ts";
import { mapPlace, type Node, type PlaceNode, walk, walkAssign } from "../language/nodes.ts";
import type { Alternative, CallRow, Program, Returns, SourceRow } from "../language/programs.ts";
import type { Patch, Variant } from "../language/variants.ts";

type Table = Readonly<Record<string, Program>>;

/** The programs that the scripts reach, patched. Throws `LinkError`. */
export function reachedPrograms(scripts: readonly Program[], variants: readonly Variant[]): Table {
  const problems: string[] = [];
  const byName = new Map<string, Program>();
  const patches = variants.flatMap((v) => v.patches.map((patch) => ({ variant: v.name, patch, used: v.isVersion })));
  const visit = (given: Program): void => {
    const known = byName.get(given.name);
    if (known) {
      if (originals.get(given.name) !== given) problems.push(`${given.name}: two programs have this name; rename one`);
      return;
    }
    originals.set(given.name, given);
    let program = given;
    for (const entry of patches) {
      if (entry.patch.program !== given.name) continue;
      entry.used = true;
      program = applyPatch(program, entry.patch, entry.variant, problems);
    }
    byName.set(given.name, program);
    for (const row of Object.values(program.rows)) if (row.kind === "call") visit(row.callee);
  };
  const originals = new Map<string, Program>();
  for (const script of scripts) visit(script);
  for (const { used, variant, patch } of patches) {
    if (!used)
      problems.push(
        `variant ${variant}: it patches ${patch.program}, which no script reaches; drop the patch or call the program`,
      );
  }
  for (const program of byName.values()) problems.push(...problemsOf(program));
  if (problems.length > 0) throw new LinkError(problems);
  return Object.fromEntries(byName);
}

function applyPatch(program: Program, patch: Patch, variant: string, problems: string[]): Program {
  for (const label of Object.keys(patch.rows)) {
    const added = patch.added.includes(label);
    if (label in program.rows === added) {
      problems.push(
        added
          ? `variant ${variant}: ${program.name} already has a row "${label}"; do not list it under "added"`
          : `variant ${variant}: ${program.name} has no row "${label}" (it has: ${Object.keys(program.rows).join(", ")}); list it under "added" if it is new`,
      );
    }
  }
  for (const label of patch.removed) {
    if (!(label in program.rows)) {
      problems.push(
        `variant ${variant}: ${program.name} has no row "${label}" (it has: ${Object.keys(program.rows).join(", ")}); do not list it under "removed"`,
      );
    }
  }
  return produce(program, (draft) => {
    const rows = draft.rows as Record<string, SourceRow>;
    Object.assign(rows, patch.rows);
    for (const label of patch.removed) delete rows[label];
    if (patch.kernel !== undefined) draft.kernel = patch.kernel;
  });
}

const alternatives = (row: SourceRow): readonly Alternative[] => (row.kind === "step" ? row.entries.flat() : []);

/** Where a row may go on to: labels and exits. */
function targetsOf(row: SourceRow): readonly string[] {
  switch (row.kind) {
    case "step":
      return alternatives(row).flatMap((a) => (a.target === null ? [] : [a.target]));
    case "call":
      return Object.values(row.exits);
    case "select":
      return [...row.branches.map((b) => b.target), row.otherwise];
  }
}

/** What is wrong with a program on its own: found once, for the programs of a model are in every system of it. */
const problemsKnown = new WeakMap<Program, readonly string[]>();

function problemsOf(program: Program): readonly string[] {
  const known = problemsKnown.get(program) ?? problemsIn(program);
  problemsKnown.set(program, known);
  return known;
}

function problemsIn(program: Program): string[] {
  const problems: string[] = [];
  const say = (label: string, what: string) => problems.push(`${program.name}, row "${label}": ${what}`);
  const labels = Object.keys(program.rows);
  const entry = labels[0];
  if (entry === undefined) return [`${program.name}: it has no rows; a program needs at least an entry`];
  for (const exit of program.exits) {
    if (labels.includes(exit)) problems.push(`${program.name}: "${exit}" is both a label and an exit; rename one`);
  }
  const reached = new Set<string>([entry]);
  for (const label of reached) {
    const row = program.rows[label];
    if (!row) continue;
    for (const target of targetsOf(row)) {
      reached.add(target);
      if (!labels.includes(target) && !program.exits.includes(target)) {
        say(
          label,
          `it goes to "${target}", which is neither a label (${labels.join(", ")}) nor an exit (${program.exits.join(", ")})`,
        );
      }
    }
  }
  for (const label of labels) if (!reached.has(label)) say(label, "nothing goes there; remove it or add the goto");
  for (const exit of program.exits) {
    if (!reached.has(exit))
      problems.push(`${program.name}: no row leaves by the exit "${exit}"; remove it or add the goto`);
  }
  for (const [label, row] of Object.entries(program.rows)) {
    if (row.kind === "step") checkStep(row.entries, (what) => say(label, what));
    if (row.kind === "call") checkCall(row, (what) => say(label, what));
    if (row.meta.returns) checkReturns(row, row.meta.returns, (what) => say(label, what));
  }
  problems.push(...readBeforeSet(program, entry));
  return problems;
}

function checkStep(entries: readonly (readonly Alternative[])[], say: (what: string) => void): void {
  entries.forEach((members, i) => {
    const always = members.some((a) => a.guard === null && a.binders.length === 0);
    if (always && i < entries.length - 1) say("an alternative after `otherwise` is never tried; put it before");
  });
}

function checkCall(row: CallRow, say: (what: string) => void): void {
  const { callee } = row;
  for (const exit of callee.exits) {
    if (!(exit in row.exits)) say(`the exit "${exit}" of ${callee.name} leads nowhere; name a label for it`);
  }
  for (const name of Object.keys(callee.params)) {
    if (!(name in row.args)) say(`the parameter "${name}" of ${callee.name} has no argument`);
  }
  for (const [name, arg] of Object.entries(row.args)) {
    if (!callee.params[name]) {
      say(`${callee.name} has no parameter "${name}" (it has: ${Object.keys(callee.params).join(", ") || "none"})`);
      continue;
    }
    const shared = unstableParts(arg);
    if (shared) {
      say(
        `the argument "${name}" reads ${shared}, which may change while ${callee.name} runs; load it into a local in a step first`,
      );
    }
  }
}

/** What a call gave is read off the steps of the callee that leave by an exit: it must have no other way out. */
function checkReturns(row: SourceRow, { inVain }: Returns, say: (what: string) => void): void {
  if (row.kind !== "call") {
    say('"returns" is about the exits of a call; put it on the call row');
    return;
  }
  const { callee } = row;
  const other = Object.entries(callee.rows).find(([, { kind }]) => kind !== "step");
  if (other) say(`"returns" needs a callee of steps alone, and "${other[0]}" of ${callee.name} is a ${other[1].kind}`);
  if (inVain !== undefined && !callee.exits.includes(inVain))
    say(`"returns" names "${inVain}", which is no exit of ${callee.name} (${callee.exits.join(", ")})`);
}

const isPlace = (arg: Node | PlaceNode): arg is PlaceNode => "base" in arg;

/** The shared cell that an argument depends on, if any. */
function unstableParts(arg: Node | PlaceNode): string | null {
  let found: string | null = null;
  const visit = (node: Node): void => {
    if (
      node.op === "read" &&
      node.place.base.kind !== "local" &&
      node.place.base.kind !== "param" &&
      node.place.base.kind !== "constants"
    ) {
      found ??= node.place.base.kind === "slot" ? node.place.base.name : node.place.base.field;
    }
  };
  if (isPlace(arg)) {
    mapPlace(arg, (index) => {
      walk(index, visit);
      return index;
    });
  } else walk(arg, visit);
  return found;
}

/** Locals that a row may read before any row has set them. */
function readBeforeSet(program: Program, entry: string): string[] {
  const uses = new Map<string, Set<string>>();
  for (const [label, row] of Object.entries(program.rows)) uses.set(label, localsRead(row));
  const need = new Map<string, Set<string>>(
    Object.keys(program.rows).map((label) => [label, new Set(uses.get(label))]),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const [label, row] of Object.entries(program.rows)) {
      const into = need.get(label) as Set<string>;
      for (const { target, sets } of edgesOf(row)) {
        for (const name of need.get(target) ?? []) {
          if (sets.has(name) || into.has(name)) continue;
          into.add(name);
          changed = true;
        }
      }
    }
  }
  return [...(need.get(entry) ?? [])].map(
    (name) =>
      `${program.name}: the local "${name}" may be read before it is set; set it on every way to the row that reads it`,
  );
}

function localsRead(row: SourceRow): Set<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.op === "read" && node.place.base.kind === "local") found.add(node.place.base.name);
  };
  for (const a of alternatives(row)) {
    if (a.guard) walk(a.guard, visit);
    for (const assign of a.effect) walkAssign(assign, visit);
  }
  if (row.kind === "call") {
    for (const [name, arg] of Object.entries(row.args)) {
      if (row.callee.params[name]?.kind === "value") walk(arg as Node, visit);
      else if (isPlace(arg)) {
        if (row.callee.params[name]?.kind === "place" && arg.base.kind === "local") found.add(arg.base.name);
        mapPlace(arg, (index) => {
          walk(index, visit);
          return index;
        });
      }
    }
  }
  return found;
}

function edgesOf(row: SourceRow): { target: string; sets: Set<string> }[] {
  switch (row.kind) {
    case "step":
      return alternatives(row).flatMap((a) => {
        const sets = a.effect.flatMap((assign) => (assign.place.base.kind === "local" ? [assign.place.base.name] : []));
        return a.target === null ? [] : [{ target: a.target, sets: new Set(sets) }];
      });
    case "call": {
      const sets = Object.entries(row.args).flatMap(([name, arg]) =>
        row.callee.params[name]?.kind === "result" && isPlace(arg) && arg.base.kind === "local" ? [arg.base.name] : [],
      );
      return Object.values(row.exits).map((target) => ({ target, sets: new Set(sets) }));
    }
    case "select":
      return targetsOf(row).map((target) => ({ target, sets: new Set() }));
  }
}
