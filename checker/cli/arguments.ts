/** The command line as a user typed it, against the table of options that a command has; every mistake at once. */
import { parseArgs } from "node:util";
import { type LocatedProblem, mendName, mendValue, SpecError } from "../spec/problems.ts";

/** What follows an option: nothing, a text, a whole number of at least 1, a size in bytes, a time, or one of some words. */
export type OptionKind = "flag" | "text" | "texts" | "count" | "size" | "seconds" | readonly string[];

/** All that is to be known of an option: how it is read, how help tells it, and what it does not go with. */
export interface Option {
  readonly kind: OptionKind;
  /** What its value is called in the help: "FILE". Default: the words themselves, or N. */
  readonly value?: string;
  readonly help: string;
  /** A sentence for each of its words. */
  readonly each?: Readonly<Record<string, string>>;
  /** The heading in the help under which it stands. */
  readonly group?: string;
  /** Options that it does not go with; `NAMES` for words that are no options. */
  readonly not?: readonly string[];
  /** It goes only with one of these. */
  readonly only?: readonly string[];
  /** What to do where it is given with what it does not go with, or without what it needs. */
  readonly mend?: string;
}
export type Options = Readonly<Record<string, Option>>;

/** Stands for the words of a command line in a list of what does not go together. */
export const NAMES = "NAMES";

type ValueOf<K> = K extends "flag"
  ? boolean
  : K extends "texts"
    ? readonly string[]
    : K extends "count" | "size" | "seconds"
      ? number | undefined
      : K extends "text"
        ? string | undefined
        : K extends readonly (infer W)[]
          ? W | undefined
          : never;

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: ValueOf<O[K]["kind"]> };
  readonly words: readonly string[];
}

/** How a command is told from others, as far as reading its line goes. */
interface Reading<O extends Options> {
  readonly name: string;
  readonly options: O;
  /** An option that it had once, and the command line that does it now. */
  readonly moved?: Readonly<Record<string, string>>;
}

/**
 * Reads a command line. Throws `SpecError` for options that the command does not have, values that do not fit, and options
 * that do not go together.
 */
export function readArguments<const O extends Options>(
  { name: command, options: known, moved = {} }: Reading<O>,
  args: readonly string[],
): Arguments<O> {
  const problems: LocatedProblem[] = [];
  const help = `\`nolock ${command} --help\` shows the options`;
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { kind }]) => [
        name,
        { type: kind === "flag" ? "boolean" : "string" } as const,
      ]),
    ),
  });
  const options: Record<string, unknown> = Object.fromEntries(
    Object.entries(known).map(([name, { kind }]) => [
      name,
      kind === "flag" ? false : kind === "texts" ? [] : undefined,
    ]),
  );
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const kind = Object.hasOwn(known, name) ? known[name]?.kind : undefined;
    const say = (what: string, mend: string) => problems.push({ where: rawName, what, mend });
    if (Object.hasOwn(moved, name)) {
      const what = "it is a command of its own now";
      throw new SpecError([{ where: rawName, what, mend: `write ${moved[name]}` }]);
    }
    if (kind === undefined) {
      say("there is no such option", `${mendName(name, Object.keys(known), "option").replaceAll('"', "")} ${help}`);
      continue;
    }
    if (kind === "flag") {
      if (value !== undefined) say("it takes no value", `write ${rawName} alone`);
      options[name] = true;
      continue;
    }
    if (value === undefined || (/^-./.test(value) && !token.inlineValue)) {
      say("its value is missing", `write ${rawName} ${Array.isArray(kind) ? kind.join(" | ") : "VALUE"}; ${help}`);
    } else if (kind === "count" && !/^[1-9]\d{0,14}$/.test(value)) {
      say(`"${value}" is not a whole number of at least 1`, `write ${rawName} 1000`);
    } else if (kind === "size" && sizeOf(value) === null) {
      say(`"${value}" is not a size`, `write ${rawName} 512M or ${rawName} 2G`);
    } else if (kind === "seconds" && !/^\d{1,6}(\.\d{1,3})?$/.test(value)) {
      say(`"${value}" is not a number of seconds`, `write ${rawName} 30 or ${rawName} 0.5`);
    } else if (Array.isArray(kind) && !kind.includes(value)) {
      say(`"${value}" is not one of its values`, mendValue(value, kind));
    } else if (kind === "texts") options[name] = [...(options[name] as readonly string[]), value];
    else if (options[name] !== undefined) say("it is given twice", "keep one of the two");
    else if (kind === "size") options[name] = sizeOf(value);
    else options[name] = kind === "count" || kind === "seconds" ? Number(value) : value;
  }
  if (problems.length === 0) problems.push(...clashes(known, options, words));
  if (problems.length > 0) throw new SpecError(problems);
  return { options: options as Arguments<O>["options"], words };
}

/** What is given together and does not go together, or not without another. */
function clashes(
  known: Options,
  options: Readonly<Record<string, unknown>>,
  words: readonly string[],
): LocatedProblem[] {
  const isGiven = (name: string): boolean => {
    if (name === NAMES) return words.length > 0;
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  const shown = (name: string): readonly string[] => (name === NAMES ? words : [`--${name}`]);
  return Object.entries(known).flatMap(([name, { not = [], only = [], mend }]) => {
    if (!isGiven(name)) return [];
    const where = `--${name}`;
    const others = not.filter(isGiven).flatMap(shown);
    const clash = {
      where,
      what: `it does not go with ${others.join(", ")}`,
      mend: mend ?? `leave out ${where}, or the rest`,
    };
    const lacks = only.length > 0 && !only.some(isGiven);
    const needed = only.flatMap((one) => (one === NAMES ? ["a name"] : [`--${one}`])).join(" or ");
    const lack = { where, what: `it goes with ${needed}`, mend: mend ?? `add ${needed}, or leave out ${where}` };
    return [...(others.length > 0 ? [clash] : []), ...(lacks ? [lack] : [])];
  });
}

/** Bytes: a whole number with K, M or G; null for anything else. */
function sizeOf(text: string): number | null {
  const found = /^([1-9]\d{0,8})([KMG])$/.exec(text);
  return found ? Number(found[1]) * 2 ** (10 * (1 + "KMG".indexOf(found[2] as string))) : null;
}

/** The one spec that a command is about. Throws `SpecError` for none or several. */
export function oneSpec(command: string, words: readonly string[]): string {
  const [word, ...more] = words;
  const where = `nolock ${command}`;
  if (word === undefined) {
    throw new SpecError([{ where, what: "which spec?", mend: "name one, or see them all: `npm run list`" }]);
  }
  if (more.length > 0) {
    throw new SpecError([
      { where, what: `one spec at a time, not ${words.join(", ")}`, mend: "name one, or check them all with --all" },
    ]);
  }
  return word;
}
