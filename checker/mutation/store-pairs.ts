/**
 * Which two stores follow one another in a linked system, so that a compiler may exchange them? Both go into plain memory,
 * neither reads nor writes what the other writes, and between them is nothing but loads into locals: no lock, no atomic
 * operation, no branch.
 */
import { type Access, accessesOf, effectAccesses } from "../language/accesses.ts";
import { type Assign, isConst, type Node, type PlaceNode } from "../language/nodes.ts";
import type { Command, Label, System } from "../language/system.ts";

/** Two rows that follow one another, at every place of the linked code where they do. */
export interface StorePair {
  /** "___slab_alloc: full, fullTid". */
  readonly name: string;
  readonly sites: readonly Site[];
  /** Why the two cannot be exchanged in this system, though a compiler might; null: they can. */
  readonly obstacle: string | null;
}

/** One such place. */
export interface Site {
  readonly from: Label;
  /** The store of `from` that goes on to the other one. */
  readonly first: Command;
  /** What comes after `first`: loads, then the other store. */
  readonly then: readonly [Label, ...Label[]];
}

/** May a compiler write a cell in any order? The cell is named without its indices, "cpuSlab.freelist". */
export type IsPlain = (cell: string) => boolean;

/** What a model says of it; all of its cells, where it says nothing. */
export const plainIn = ({ plainStores }: { readonly plainStores?: readonly string[] }): IsPlain =>
  plainStores === undefined
    ? () => true
    : (cell) => plainStores.some((name) => cell === name || cell.startsWith(`${name}.`));

/** Rows that may stand from one store to the next: pairs further apart are not looked for. */
const FAR = 5;

/** The pairs of a system, in the order of its labels. */
export function storePairs(system: System, isPlain: IsPlain): readonly StorePair[] {
  const found = new Map<string, { site: Site; obstacle: string | null }[]>();
  for (const from of system.labels) {
    for (const first of from?.entries.flat() ?? []) {
      const one = siteOf(system, from as Label, first, isPlain);
      if (!one) continue;
      const second = one.site.then.at(-1) as Label;
      const other = second.program === from?.program ? second.rowLabel : `${second.program}: ${second.rowLabel}`;
      const name = `${from?.program}: ${from?.rowLabel}, ${other}`;
      found.set(name, [...(found.get(name) ?? []), one]);
    }
  }
  return [...found].map(([name, all]) => ({
    name,
    sites: all.map(({ site }) => site),
    obstacle: all.find(({ obstacle }) => obstacle !== null)?.obstacle ?? null,
  }));
}

function siteOf({ labels }: System, from: Label, first: Command, isPlain: IsPlain) {
  if (!isOrdinary(from) || first.fails || first.binders.length > 0 || !isStore(first, isPlain)) return null;
  const isOnly = onlyWay(from) === first;
  const then: Label[] = [];
  let obstacle: string | null = null;
  for (let at = labels[first.target ?? 0]; at && then.length < FAR; ) {
    const command = onlyWay(at);
    if (!command || !isOrdinary(at) || at === from || then.includes(at)) return null;
    const alone = at.entries.flat().length === 1;
    if (isDependent(first, isOnly ? from : null, command, at)) return null;
    if (sharesLocals(first, command)) obstacle ??= "their locals share a place";
    // Where `from` has other ways to go on, what comes first there can bring no alternative of its own.
    if (!isOnly && then.length === 0 && !alone)
      obstacle ??= "the other one may fail, and this one is one way of several";
    then.push(at);
    if (isStore(command, isPlain) && losesLocals(first, then))
      obstacle ??= "what is tracked of them needs a local that is gone";
    if (isStore(command, isPlain)) return { site: { from, first, then: then as [Label, ...Label[]] }, obstacle };
    if (!isLoad(command, at) || !alone) return null;
    at = labels[command.target ?? 0];
  }
  return null;
}

/** No arrival, no scheduler, no end of a call: a step of a program that runs. */
const isOrdinary = ({ meta }: Label): boolean => !(meta.arrive || meta.mayStop || meta.serves || meta.schedules);

/** The one alternative that a row goes on by, without a test; others of it only fail. */
export function onlyWay({ entries }: Label): Command | null {
  const going = entries.flat().filter(({ fails }) => !fails);
  const [one] = going;
  const isOpen = one !== undefined && one.binders.length === 0 && isConst(one.guard) && one.guard.value === true;
  return going.length === 1 && isOpen ? one : null;
}

/** What the program does: not what properties track, nor what is only forgotten. */
const ofProgram = (effect: readonly Assign[]): readonly Assign[] =>
  effect.filter(({ place, forgets, unstored }) => place.base.kind !== "ghost" && !forgets && !unstored);

const cellsWritten = ({ effect }: Command): readonly string[] =>
  ofProgram(effect).flatMap(({ place }) => (isShared(place) ? [cellsOf(place)] : []));

/** A row that tests memory and writes it in one step stands for an atomic operation, and is no store. */
function isStore(command: Command, isPlain: IsPlain): boolean {
  const cells = cellsWritten(command);
  return cells.length > 0 && cells.every(isPlain) && !accessesOf(command.guard).some(({ place }) => isShared(place));
}

/** Sets locals, which somebody may read or not, and nothing else that a kernel has. */
const isLoad = (command: Command, { row }: Label): boolean =>
  cellsWritten(command).length === 0 && row.entries.flat().some(({ effect }) => effect.length > 0);

const isShared = ({ base }: PlaceNode): boolean => base.kind === "state";
const isGhost = ({ base }: PlaceNode): boolean => base.kind === "ghost";
const isLocal = ({ base }: PlaceNode): boolean => base.kind === "slot";

/** Cells by their fields, whatever their indices are: "cpuSlab.freelist". */
export const cellsOf = ({ base, path }: PlaceNode): string =>
  [
    base.kind === "slot" ? `slot ${base.index}` : "field" in base ? base.field : base.name,
    ...path.flatMap((step) => ("field" in step ? [step.field] : [])),
  ].join(".");

const cells = (
  accesses: readonly Access[],
  kind: Access["kind"],
  is: (place: PlaceNode) => boolean,
): readonly string[] => accesses.flatMap((one) => (one.kind === kind && is(one.place) ? [cellsOf(one.place)] : []));

/** Whether one writes memory that the other reads or writes, or the later one needs a local that the first sets. */
function isDependent(first: Command, from: Label | null, then: Command, at: Label): boolean {
  const guards = (label: Label | null): Access[] =>
    label?.entries.flat().flatMap(({ guard }: { guard: Node }) => accessesOf(guard)) ?? [];
  const a = [...effectAccesses(ofProgram(first.effect)), ...guards(from)];
  const b = [...effectAccesses(ofProgram(then.effect)), ...guards(at)];
  const meets = (x: readonly string[], y: readonly string[]): boolean => x.some((cell) => y.includes(cell));
  const [aWrites, bWrites] = [cells(a, "write", isShared), cells(b, "write", isShared)];
  const [aReads, bReads] = [cells(a, "read", isShared), cells(b, "read", isShared)];
  const needsLocal = meets(cells(a, "write", isLocal), cells(b, "read", isLocal));
  return needsLocal || meets(aWrites, [...bReads, ...bWrites]) || meets(bWrites, aReads);
}

/** Whether the later one sets, or forgets, what stands where the first, or what is said of it, has a local. */
function sharesLocals(first: Command, then: Command): boolean {
  const said = [...first.checks, ...first.witnesses].flatMap(({ condition }) => accessesOf(condition));
  const a = effectAccesses(first.effect);
  const used = [...cells([...a, ...said], "read", isLocal), ...cells(a, "write", isLocal)];
  return cells(effectAccesses(then.effect), "write", isLocal).some((cell) => used.includes(cell));
}

/** Cells of ghosts that the first store and what comes after it both write: these writes stay in their order. */
export function ghostsOfBoth(first: Command, ways: readonly Command[]): ReadonlySet<string> {
  const ghosts = ({ effect }: Command): readonly string[] => cells(effectAccesses(effect), "write", isGhost);
  const later = ways.flatMap(ghosts);
  return new Set(ghosts(first).filter((cell) => later.includes(cell)));
}

/** Whether such a write, which comes one place later than what it was written beside, needs a local that ended there. */
function losesLocals(first: Command, then: readonly Label[]): boolean {
  const ways = then.map((label) => onlyWay(label) as Command);
  const both = ghostsOfBoth(first, ways);
  const gone: string[] = [];
  return ways.some(({ effect }) => {
    gone.push(...cells(effectAccesses(effect), "write", isLocal));
    const tracked = effect.filter(({ place }) => both.has(cellsOf(place)));
    return cells(effectAccesses(tracked), "read", isLocal).some((cell) => gone.includes(cell));
  });
}
