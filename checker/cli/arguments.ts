/** The command line as a user typed it, against the options that a command has; every mistake at once. */
import { parseArgs } from "node:util";
import { type LocatedProblem, mendName, mendValue, SpecError } from "../spec/problems.ts";

/**
 * What follows an option: nothing, a text, a text or nothing (then it is empty), a whole number of at least 1, a size in
 * bytes, or one of some words.
 */
export type OptionKind = "flag" | "text" | "maybe" | "texts" | "count" | "size" | readonly string[];
export type Options = Readonly<Record<string, OptionKind>>;

type ValueOf<K> = K extends "flag"
  ? boolean
  : K extends "texts"
    ? readonly string[]
    : K extends "count" | "size"
      ? number | undefined
      : K extends "text" | "maybe"
        ? string | undefined
        : K extends readonly (infer W)[]
          ? W | undefined
          : never;

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: ValueOf<O[K]> };
  readonly words: readonly string[];
}

/** Reads a command line. Throws `SpecError` for options that the command does not have, and values that do not fit. */
export function readArguments<const O extends Options>(
  command: string,
  args: readonly string[],
  known: O,
): Arguments<O> {
  const problems: LocatedProblem[] = [];
  const help = `\`nolock ${command} --help\` shows the options`;
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, kind]) => [name, { type: kind === "flag" ? "boolean" : "string" } as const]),
    ),
  });
  const options: Record<string, unknown> = Object.fromEntries(
    Object.entries(known).map(([name, kind]) => [name, kind === "flag" ? false : kind === "texts" ? [] : undefined]),
  );
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName } = token;
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    const say = (what: string, mend: string) => problems.push({ where: rawName, what, mend });
    if (kind === undefined) {
      say("there is no such option", `${mendName(name, Object.keys(known), "option").replaceAll('"', "")} ${help}`);
      continue;
    }
    if (kind === "flag") {
      if (token.value !== undefined) say("it takes no value", `write ${rawName} alone`);
      options[name] = true;
      continue;
    }
    const value = kind === "maybe" ? (token.value ?? "") : token.value;
    if (value === undefined || (/^-./.test(value) && !token.inlineValue)) {
      say("its value is missing", `write ${rawName} ${Array.isArray(kind) ? kind.join(" | ") : "VALUE"}; ${help}`);
    } else if (kind === "count" && !/^[1-9]\d{0,14}$/.test(value)) {
      say(`"${value}" is not a whole number of at least 1`, `write ${rawName} 1000`);
    } else if (kind === "size" && sizeOf(value) === null) {
      say(`"${value}" is not a size`, `write ${rawName} 512M or ${rawName} 2G`);
    } else if (Array.isArray(kind) && !kind.includes(value)) {
      say(`"${value}" is not one of its values`, mendValue(value, kind));
    } else if (kind === "texts") options[name] = [...(options[name] as readonly string[]), value];
    else if (options[name] !== undefined) say("it is given twice", "keep one of the two");
    else if (kind === "size") options[name] = sizeOf(value);
    else options[name] = kind === "count" ? Number(value) : value;
  }
  if (problems.length > 0) throw new SpecError(problems);
  return { options: options as Arguments<O>["options"], words };
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
    throw new SpecError([{ where, what: "which spec?", mend: "name one, or see them all: `npm run check -- --list`" }]);
  }
  if (more.length > 0) {
    throw new SpecError([
      { where, what: `one spec at a time, not ${words.join(", ")}`, mend: "name one, or check them all with --all" },
    ]);
  }
  return word;
}
