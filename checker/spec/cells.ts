/**
 * One file, several questions: the same once more with other settings. Which cells has a file, how is each called, and
 * what does it ask?
 */
import type { Change } from "./change.ts";
import type { Problem } from "./model.ts";
import type { RawCell, RawSetting, RawSpec } from "./structure.ts";
import { pointer } from "./text.ts";

/** Between the name of a file and what a cell of it sets: "nmi-on-kmalloc@preemptRt". */
const AT = "@";

/** What a cell sets, in the words of `--set`: "preemptRt=true". */
const settingText = ([key, value]: readonly [string, RawSetting]): string => `${key}=${[value].flat().join(",")}`;

/** The same as part of a name: "preemptRt", "no-smp", "v1", "cpus=3". An empty list has none. */
function partOfName(one: readonly [string, RawSetting]): string[] {
  const [key, value] = one;
  if (typeof value === "boolean") return [`${value ? "" : "no-"}${key}`];
  if (Array.isArray(value) && value.length === 0) return [];
  return [key === "version" || key === "variants" ? [value].flat().join(",") : settingText(one)];
}

export const cellName = ({ set }: Pick<RawCell, "set">): string => Object.entries(set).flatMap(partOfName).join(",");

/** The name of a spec with that of a cell, and back. */
export const withCell = (name: string, cell: string | null): string => (cell === null ? name : `${name}${AT}${cell}`);

export function splitCell(name: string): { readonly file: string; readonly cell: string | null } {
  // A folder may be called whatever it likes.
  const at = name.indexOf(AT, name.lastIndexOf("/") + 1);
  return at < 0 ? { file: name, cell: null } : { file: name.slice(0, at), cell: name.slice(at + 1) };
}

type Said = Readonly<Record<string, unknown>>;
const isSaid = (data: unknown): data is Said => typeof data === "object" && data !== null && !Array.isArray(data);

/** The cells in data that may be no spec at all, as far as they can be named. */
function cellsIn(data: unknown): readonly { readonly name: string; readonly said: Said }[] {
  const cells = isSaid(data) && Array.isArray(data.for) ? (data.for as readonly unknown[]) : [];
  return cells.flatMap((said) =>
    isSaid(said) && isSaid(said.set) ? [{ name: cellName({ set: said.set as RawCell["set"] }), said }] : [],
  );
}

/** Names of the cells in data that may be no spec at all. */
export const cellNames = (data: unknown): readonly string[] => [...new Set(cellsIn(data).map(({ name }) => name))];

/** What such data, or a cell of it, says under a key. */
export function saidIn(data: unknown, cell: string | null, key: string): unknown {
  const own = cellsIn(data).find(({ name }) => name === cell)?.said[key];
  return own ?? (isSaid(data) ? data[key] : undefined);
}

/**
 * Which cell do changes ask for? That whose settings are all among them, the one with the most; and what they change
 * beside it.
 */
export function cellAmong(
  { for: cells }: RawSpec,
  changes: readonly Change[],
): { readonly name: string | null; readonly rest: readonly Change[] } {
  const fits = cells.filter(({ set }) =>
    Object.entries(set).every((one) => changes.some(({ text }) => text === settingText(one))),
  );
  const size = ({ set }: RawCell): number => Object.keys(set).length;
  const [most] = fits.toSorted((a, b) => size(b) - size(a));
  if (!most) return { name: null, rest: changes };
  const texts = Object.entries(most.set).map(settingText);
  return { name: cellName(most), rest: changes.filter(({ text }) => !texts.includes(text)) };
}

/** Two cells of one name. */
export function cellProblems({ for: cells }: RawSpec): Problem[] {
  const names = cells.map(cellName);
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (first === i) return [];
    const what = `it sets what ${pointer("for", first)} sets`;
    return [{ path: pointer("for", i), what, mend: "keep one of the two" }];
  });
}

export interface Cell {
  readonly raw: RawSpec;
  /** Where something stands in the file that is asked in this cell, by where it would stand in a spec of its own. */
  readonly locate: (path: string) => string;
}

/** What a cell asks, as a spec of its own; the question of the file itself where `name` is null. */
export function cellOf(raw: RawSpec, name: string | null): Cell | null {
  if (name === null) return { raw, locate: (path) => path };
  const i = raw.for.findIndex((one) => cellName(one) === name);
  const cell = raw.for[i];
  if (!cell) return null;
  const { set, configuration: besides = {}, ...own } = cell;
  const { version, variants, ...configuration } = set;
  const { expect: _, ...shared } = raw;
  const at = (...keys: string[]): string => pointer("for", i, ...keys);
  const moved: readonly (readonly [string, string])[] = [
    ...Object.keys(configuration).map((key) => [pointer("configuration", key), at("set", key)] as const),
    ...Object.keys(besides).map((key) => [pointer("configuration", key), at("configuration", key)] as const),
    ...["version", "variants"].filter((key) => key in set).map((key) => [pointer(key), at("set", key)] as const),
    ...Object.keys(own).map((key) => [pointer(key), at(key)] as const),
  ];
  return {
    raw: {
      ...shared,
      ...own,
      ...(version === undefined ? {} : { version: version as string }),
      ...(variants === undefined ? {} : { variants: variants as readonly string[] }),
      configuration: { ...raw.configuration, ...besides, ...configuration },
    },
    locate: (path) => {
      const found = moved.find(([from]) => path === from || path.startsWith(`${from}/`));
      return found ? found[1] + path.slice(found[0].length) : path;
    },
  };
}
