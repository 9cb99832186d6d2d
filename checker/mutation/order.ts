/**
 * Which mistakes could stand in the way from row to row? Two neighbours in the other order, and a way to an exit that
 * forgets what the others do on theirs: an unlock, a restore.
 */
import { type Access, effectAccesses } from "../language/accesses.ts";
import type { PlaceNode } from "../language/nodes.ts";
import type { Alternative, Program, SourceRow } from "../language/programs.ts";
import type { Changed } from "./changed.ts";
import { cellsOf, type IsPlain } from "./store-pairs.ts";

/**
 * The row and the one that it goes on to, exchanged; only where both are on one way, and nobody else comes to the second.
 * Two stores that a compiler may exchange are no mistake: they are what `swap-stores` asks about.
 */
export function exchangedRows({ rows }: Pick<Program, "rows">, label: string, isPlain: IsPlain): Changed[] {
  const first = onlyWay(rows[label]);
  const second = first === null || first === label ? null : onlyWay(rows[first]);
  const isEntry = Object.keys(rows)[0] === label;
  if (first === null || second === null || second === label || isEntry) return [];
  const comers = Object.keys(rows).filter((from) => waysOf(rows[from]).includes(first));
  if (comers.length !== 1 || areFree(rows[label], rows[first], isPlain)) return [];
  const to = (target: string): string => (target === label ? first : target === first ? label : target);
  const changed = Object.fromEntries(
    Object.entries(rows).flatMap(([from, row]) =>
      from === label || from === first || waysOf(row).includes(label)
        ? [[from, redirected(row, from === label ? () => second : from === first ? () => label : to)]]
        : [],
    ),
  );
  return [{ what: `after ${first}`, rows: changed, infects: null }];
}

/** Ways of the row to another that has only one way on, and to which others come as well: past it. */
export function skippedRows({ rows }: Pick<Program, "rows">, label: string): Changed[] {
  const row = rows[label] as SourceRow;
  return [...new Set(waysOf(row))].flatMap((target): Changed[] => {
    const on = onlyWay(rows[target]);
    const isDone = rows[target]?.kind === "call" || effectsOf(rows[target]).length > 0;
    const comers = Object.values(rows)
      .flatMap(waysOf)
      .filter((to) => to === target);
    if (on === null || on === target || !isDone || comers.length < 2 || target === label) return [];
    // The last way to a row is not taken from it: it would be one that nothing reaches.
    if (waysOf(row).filter((to) => to === target).length === comers.length) return [];
    const changed = { [label]: redirected(row, (to) => (to === target ? on : to)) };
    const infects = row.kind === "step" ? { to: target, condition: { op: "const", value: true } as const } : null;
    return [{ what: `${target} is left out`, rows: changed, infects }];
  });
}

/** Where a row may go on to. */
export function waysOf(row: SourceRow | undefined): readonly string[] {
  switch (row?.kind) {
    case "step":
      return alternativesOf(row).flatMap(({ target }) => (target === null ? [] : [target]));
    case "call":
      return Object.values(row.exits);
    case "select":
      return [...row.branches.map(({ target }) => target), row.otherwise];
    default:
      return [];
  }
}

const alternativesOf = (row: SourceRow | undefined): readonly Alternative[] =>
  row?.kind === "step" ? row.entries.flat() : [];

const effectsOf = (row: SourceRow | undefined) => alternativesOf(row).flatMap(({ effect }) => effect);

/** Where a row goes on that has no test and no choice; null for any other. */
function onlyWay(row: SourceRow | undefined): string | null {
  if (row?.kind === "call") return Object.values(row.exits).length === 1 ? (waysOf(row)[0] as string) : null;
  const [one, ...others] = alternativesOf(row);
  return one && others.length === 0 && one.guard === null && one.binders.length === 0 ? one.target : null;
}

/** Steps that touch nothing of each other, and one of them locals only or both plain memory: the order is nobody's. */
function areFree(a: SourceRow | undefined, b: SourceRow | undefined, isPlain: IsPlain): boolean {
  if (a?.kind !== "step" || b?.kind !== "step") return false;
  const [one, other] = [effectAccesses(effectsOf(a)), effectAccesses(effectsOf(b))];
  const meets = one.some((x) => other.some((y) => isSameCell(x, y) && (x.kind === "write" || y.kind === "write")));
  const shared = [one, other].map((all) => all.filter(({ kind, place }) => kind === "write" && isShared(place)));
  const areStores = shared.flat().every(({ place }) => isPlain(cellsOf(place)));
  return !meets && (areStores || shared.some((writes) => writes.length === 0));
}

const isShared = ({ base }: PlaceNode): boolean => base.kind === "state" || base.kind === "param";
const isSameCell = (x: Access, y: Access): boolean => cellsOf(x.place) === cellsOf(y.place);

function redirected(row: SourceRow, to: (target: string) => string): SourceRow {
  switch (row.kind) {
    case "step":
      return {
        ...row,
        entries: row.entries.map((members) =>
          members.map((one) => (one.target === null ? one : { ...one, target: to(one.target) })),
        ),
      };
    case "call":
      return {
        ...row,
        exits: Object.fromEntries(Object.entries(row.exits).map(([exit, target]) => [exit, to(target)])),
      };
    case "select":
      return {
        ...row,
        branches: row.branches.map(({ test, target }) => ({ test, target: to(target) })),
        otherwise: to(row.otherwise),
      };
  }
}
