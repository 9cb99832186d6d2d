/**
 * One file, several questions: the same once more with other settings. Which twins has a file, how is each called, and
 * what does it ask?
 */
import type { Change } from "./change.ts";
import type { Problem } from "./model.ts";
import type { RawSetting, RawSpec, RawTwin } from "./structure.ts";
import { pointer } from "./text.ts";

/** Between the name of a file and what a twin of it sets: "nmi-on-kmalloc@preemptRt". */
const AT = "@";

/** What a twin sets, in the words of `--set`: "preemptRt=true". */
const settingText = ([key, value]: readonly [string, RawSetting]): string => `${key}=${[value].flat().join(",")}`;

/** The same as part of a name: "preemptRt", "no-smp", "v1", "cpus=3". An empty list has none. */
function partOfName(one: readonly [string, RawSetting]): string[] {
  const [key, value] = one;
  if (typeof value === "boolean") return [`${value ? "" : "no-"}${key}`];
  if (Array.isArray(value) && value.length === 0) return [];
  return [key === "version" || key === "variants" ? [value].flat().join(",") : settingText(one)];
}

export const twinName = ({ set }: Pick<RawTwin, "set">): string => Object.entries(set).flatMap(partOfName).join(",");

/** The name of a spec with that of a twin, and back. */
export const withTwin = (name: string, twin: string | null): string => (twin === null ? name : `${name}${AT}${twin}`);

export function splitTwin(name: string): { readonly file: string; readonly twin: string | null } {
  // A folder may be called whatever it likes.
  const at = name.indexOf(AT, name.lastIndexOf("/") + 1);
  return at < 0 ? { file: name, twin: null } : { file: name.slice(0, at), twin: name.slice(at + 1) };
}

type Said = Readonly<Record<string, unknown>>;
const isSaid = (data: unknown): data is Said => typeof data === "object" && data !== null && !Array.isArray(data);

/** The twins in data that may be no spec at all, as far as they can be named. */
function twinsIn(data: unknown): readonly { readonly name: string; readonly said: Said }[] {
  const twins = isSaid(data) && Array.isArray(data.for) ? (data.for as readonly unknown[]) : [];
  return twins.flatMap((said) =>
    isSaid(said) && isSaid(said.set) ? [{ name: twinName({ set: said.set as RawTwin["set"] }), said }] : [],
  );
}

/** Names of the twins in data that may be no spec at all. */
export const twinNames = (data: unknown): readonly string[] => [...new Set(twinsIn(data).map(({ name }) => name))];

/** What such data, or a twin of it, says under a key. */
export function saidIn(data: unknown, twin: string | null, key: string): unknown {
  const own = twinsIn(data).find(({ name }) => name === twin)?.said[key];
  return own ?? (isSaid(data) ? data[key] : undefined);
}

/**
 * Which twin do changes ask for? That whose settings are all among them, the one with the most; and what they change
 * beside it.
 */
export function twinAmong(
  { for: twins }: RawSpec,
  changes: readonly Change[],
): { readonly name: string | null; readonly rest: readonly Change[] } {
  const fits = twins.filter(({ set }) =>
    Object.entries(set).every((one) => changes.some(({ text }) => text === settingText(one))),
  );
  const size = ({ set }: RawTwin): number => Object.keys(set).length;
  const [most] = fits.toSorted((a, b) => size(b) - size(a));
  if (!most) return { name: null, rest: changes };
  const texts = Object.entries(most.set).map(settingText);
  return { name: twinName(most), rest: changes.filter(({ text }) => !texts.includes(text)) };
}

/** Two twins of one name. */
export function twinProblems({ for: twins }: RawSpec): Problem[] {
  const names = twins.map(twinName);
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (first === i) return [];
    const what = `it sets what ${pointer("for", first)} sets`;
    return [{ path: pointer("for", i), what, mend: "keep one of the two" }];
  });
}

export interface Twin {
  readonly raw: RawSpec;
  /** Where something stands in the file that is asked in this twin, by where it would stand in a spec of its own. */
  readonly locate: (path: string) => string;
}

/** What a twin asks, as a spec of its own; the question of the file itself where `name` is null. */
export function twinOf(raw: RawSpec, name: string | null): Twin | null {
  if (name === null) return { raw, locate: (path) => path };
  const i = raw.for.findIndex((one) => twinName(one) === name);
  const twin = raw.for[i];
  if (!twin) return null;
  const { set, configuration: besides = {}, ...own } = twin;
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
