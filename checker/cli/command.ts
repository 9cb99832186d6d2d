/**
 * What is a command? A table: its name, how it is used, and its options with what they do not go with. From it the line is
 * read, refused and helped with; what is left to write is what the command does.
 */
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";
import { type Arguments, type Option, type Options, readArguments } from "./arguments.ts";
import type { Environment } from "./environment.ts";

/** Columns of help. */
const HELP_WIDTH = 79;
/** Where the sentence of an option begins. */
const INDENT = 22;

const COMMON = {
  help: { kind: "flag", group: "Of any command", help: "show this" },
  "trust-model": {
    kind: "flag",
    group: "Of any command",
    help: "run the model file that a spec names, wherever it lies",
  },
} as const satisfies Options;

interface Table<O extends Options> {
  readonly name: string;
  /** What it does, in half a line: for the list of all commands. */
  readonly brief: string;
  /** What may follow its name, a way each: "SPEC [options]". */
  readonly usage: readonly string[];
  /** Paragraphs between usage and options. */
  readonly about: readonly string[];
  /** Whether words may stand on its line that are no options. */
  readonly takesNames: boolean;
  /** Those that there are, with a sentence each, where they are few. */
  readonly names?: Readonly<Record<string, string>>;
  readonly options: O;
  /** An option that it had once, and the command line that does it now. */
  readonly moved?: Readonly<Record<string, string>>;
  /** Paragraphs after the options: exit statuses. */
  readonly ends?: readonly string[];
  /** Gives the exit status. */
  readonly run: (asked: Arguments<O>, env: Environment) => Promise<number>;
}

export interface Command {
  readonly name: string;
  readonly brief: string;
  readonly help: string;
  /** Names of its options. */
  readonly options: readonly string[];
  /** Gives the exit status. Throws `SpecError` for a line that cannot be understood. */
  readonly run: (args: readonly string[], env: Environment) => Promise<number>;
}

export function command<const O extends Options>(table: Table<O>): Command {
  const { name, brief, takesNames, moved = {} } = table;
  const options: O & typeof COMMON = { ...table.options, ...COMMON };
  const help = helpOf(table, options);
  return {
    name,
    brief,
    help,
    options: Object.keys(options),
    run: async (args, env) => {
      const asked = readArguments<Options>({ name, options, moved }, args);
      if (asked.options.help) {
        env.print(help);
        return EXIT.asExpected;
      }
      if (!takesNames && asked.words.length > 0) {
        const what = `it takes no names, and there is ${asked.words.join(", ")}`;
        throw new SpecError([
          { where: `nolock ${name}`, what, mend: `\`nolock ${name} --help\` shows how it is used` },
        ]);
      }
      const folders = asked.options["trust-model"] ? { ...env.folders, trustsModels: true } : env.folders;
      return table.run(asked as unknown as Arguments<O>, { ...env, folders });
    },
  };
}

function helpOf<O extends Options>({ name, usage, about, names = {}, ends = [] }: Table<O>, options: Options): string {
  const uses = usage.map((use, i) => {
    const call = `npm run ${name}${use === "" ? "" : ` -- ${use}`}`;
    return `${i === 0 ? "Usage: " : "       "}${call}`;
  });
  const paragraphs = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => ["", ...wrap(text, { width: HELP_WIDTH })]);
  const groups = new Map<string, string[]>();
  for (const [option, told] of Object.entries(options)) {
    const { group = "Options" } = told;
    groups.set(group, [...(groups.get(group) ?? []), ...linesOf(option, told)]);
  }
  const lists = [...groups].flatMap(([group, lines]) => ["", `${group}:`, ...lines]);
  const known = Object.keys(names).length > 0 ? ["", "Names:", ...listed(names, "  ")] : [];
  return `${[...uses, ...paragraphs(about), ...known, ...lists, ...paragraphs(ends)].join("\n")}\n`;
}

function linesOf(name: string, { kind, value, help, each = {} }: Option): string[] {
  const shown = value ?? (Array.isArray(kind) ? kind.join("|") : ({ flag: "", count: "N" }[kind as string] ?? "TEXT"));
  const left = `  --${name}${shown === "" ? "" : ` ${shown}`}`;
  const rest = " ".repeat(INDENT);
  const lines = [...wrap(help, { first: rest, rest, width: HELP_WIDTH }), ...listed(each, rest)];
  return left.length + 2 <= INDENT
    ? [left + (lines[0] as string).slice(left.length), ...lines.slice(1)]
    : [left, ...lines];
}

/** Words with a sentence each, one below the other. */
function listed(words: Readonly<Record<string, string>>, indent: string): readonly string[] {
  const longest = Math.max(0, ...Object.keys(words).map((word) => word.length));
  const rest = " ".repeat(indent.length + longest + 2);
  return Object.entries(words).flatMap(([word, about]) => {
    const first = `${indent}${word.padEnd(longest)}  `;
    const [line = "", ...more] = wrap(about, { first: rest, rest, width: HELP_WIDTH });
    return [first + line.slice(first.length), ...more];
  });
}
