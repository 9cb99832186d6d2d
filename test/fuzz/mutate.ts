/** How is a file that was right made wrong, or into another that is right? Its JSON is changed, or its text. */
import type { Random } from "./random.ts";

export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };

/** Values that nobody expects where they come to stand. */
const STRANGE: readonly (() => Data)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1e308,
  () => 2 ** 53,
  () => 0.5,
  () => "",
  () => " ",
  () => "__proto__",
  () => "constructor",
  () => "toString",
  () => "a\u0000b",
  () => "../..",
  () => "/",
  () => "\u{1F512} \u202E\u0301",
  () => "x".repeat(5000),
  () => "a -> b: c -> d",
  () => [],
  () => ({}),
  () => [[[{}]]],
  () => ({ verdict: {} }),
  () => ({ toString: 1, valueOf: "x" }),
  () => Array.from({ length: 400 }, (_, i) => i),
  () => Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i])),
];

const isObject = (data: Data): data is { [key: string]: Data } =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/** A place within data: what holds it, and by which key. */
interface Spot {
  readonly of: Data[] | { [key: string]: Data };
  readonly key: string;
}

const get = ({ of, key }: Spot): Data => (of as Record<string, Data>)[key] as Data;

function put({ of, key }: Spot, value: Data): void {
  // A key such as "__proto__" is to be one.
  Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
}

function spotsIn(data: Data): Spot[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.keys(data).flatMap((key) => {
    const spot = { of: data, key };
    return [spot, ...spotsIn(get(spot))];
  });
}

/** Data with some changes; `words` are texts that mean something somewhere. */
export function mutated(given: Data, random: Random, words: readonly string[]): Data {
  const root = { data: structuredClone(given) };
  for (let left = 1 + random.below(3); left > 0; left--) {
    const spots = spotsIn(root);
    const spot = random.pick(spots);
    const value = get(spot);
    switch (random.below(9)) {
      case 0:
        put(spot, random.pick(STRANGE)());
        break;
      case 1:
      case 2:
        put(spot, similar(value, random, words));
        break;
      case 3:
        if (Array.isArray(spot.of)) spot.of.splice(Number(spot.key), 1);
        else if (spot.key !== "data") delete spot.of[spot.key];
        break;
      case 4:
        if (Array.isArray(value)) value.push(...value.slice(0, 1 + random.below(3)));
        else if (isObject(value)) put({ of: value, key: random.pick(words) }, random.pick(words));
        break;
      case 5:
        put(spot, structuredClone(get(random.pick(spots))));
        break;
      case 6:
        if (Array.isArray(value)) value.splice(random.below(value.length + 1), 0, random.pick(words));
        else put(spot, random.pick(words));
        break;
      case 7:
        if (Array.isArray(value)) value.reverse();
        else if (typeof value === "string") put(spot, respelt(value, random, words));
        break;
      default:
        if (isObject(spot.of) && spot.key !== "data") {
          delete spot.of[spot.key];
          put({ of: spot.of, key: random.chance(0.5) ? random.pick(words) : respelt(spot.key, random, words) }, value);
        }
    }
  }
  return root.data;
}

/** Another value of the same kind. */
function similar(value: Data, random: Random, words: readonly string[]): Data {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return random.pick([value + 1, value - 1, value * 10, -value, value / 2]);
  if (typeof value === "string") return respelt(value, random, words);
  return random.pick(STRANGE)();
}

/** A text with one of its words, or one of its letters, changed. */
function respelt(text: string, random: Random, words: readonly string[]): string {
  const parts = text.split(" ");
  const at = random.below(parts.length);
  const part = parts[at] as string;
  const letter = random.below(part.length + 1);
  const other = [
    () => random.pick(words),
    () => "",
    () => part.slice(0, letter) + part.slice(letter + 1),
    () => part.slice(0, letter) + random.pick(["0", "9", "#", ":", "/", " ", "ä", "\n", '"', "="]) + part.slice(letter),
    () => part.toUpperCase(),
  ];
  parts[at] = random.pick(other)();
  return parts.join(" ");
}

/** A text that is cut, or that has something more or less in it, nested without end at times. */
export function spoilt(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const more = random.pick([
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    "\\u12",
    "\u0000",
    "//",
    "1e999",
    "-",
    "[".repeat(3000),
    "nul",
  ]);
  return random.pick([
    () => text.slice(0, at),
    () => text.slice(0, at) + more + text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1 + random.below(20)),
    () => `${text}${text.slice(at)}`,
    () => "\uFEFF".concat(text),
    () => "",
  ])();
}
