/**
 * How is a condition of any length told to Spin, which takes pieces of C of less than 65,536 characters? One that is
 * long is told by functions, each of a part of it. (Spin has no quantifiers: what is said of every element is written
 * out, element by element.)
 */
import type { Scope } from "./expression.ts";
import type { Names } from "./names.ts";

/** Characters of one piece of C. */
export const LONGEST = 40_000;

/** Characters of one condition among others in a piece. */
const LONG = 8_000;

/** A function of no arguments, as a piece of C of its own. */
export const functionInC = (head: string, body: readonly string[]): string[] => [
  "c_code {",
  `  static ${head}(void) {`,
  ...body.map((line) => `    ${line}`),
  "  }",
  "}",
];

/** Statements, in functions that are called one after the other where they are too many for one. */
export function inTurn(name: string, statements: readonly string[]): string[] {
  const parts = grouped(statements, (one) => one.length + 8, LONGEST);
  const [only, second] = parts;
  if (!second) return functionInC(`void ${name}`, only ?? []);
  return [
    ...parts.flatMap((part, i) => functionInC(`void ${name}_part_${i + 1}`, part)),
    ...functionInC(
      `void ${name}`,
      parts.map((_, i) => `${name}_part_${i + 1}();`),
    ),
  ];
}

/** Neighbours together as long as their lengths add up to no more; one that is longer is alone. */
export function grouped<T>(all: readonly T[], lengthOf: (one: T) => number, most: number): T[][] {
  const groups: T[][] = [];
  let length = 0;
  for (const one of all) {
    const more = lengthOf(one);
    if (groups.length === 0 || length + more > most) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(one);
    length += more;
  }
  return groups;
}

/** Conditions in C that are parts of longer ones, each a function. */
export class Pieces {
  readonly #names: Names;
  /** Each by its parameters and its text: what is told twice is one function. */
  readonly #functions = new Map<
    string,
    { readonly name: string; readonly parameters: string; readonly text: string }
  >();

  constructor(names: Names) {
    this.#names = names;
  }

  /** They and what they call may call each other: all are declared before. */
  get declarations(): string[] {
    const all = [...this.#functions.values()];
    const declared = all.map(({ name, parameters }) => `  static int ${name}(${parameters});`);
    return grouped(declared, ({ length }) => length + 1, LONGEST).flatMap((some) => ["c_code {", ...some, "}"]);
  }

  get functions(): string[] {
    return [...this.#functions.values()].flatMap(({ name, parameters, text }) => [
      "c_code {",
      `  static int ${name}(${parameters}) { return ${text}; }`,
      "}",
    ]);
  }

  /** Parts of a condition, joined by `&&` or `||`; functions where that would be long. */
  joined(parts: readonly string[], by: string, { bound }: Scope): string {
    const length = parts.reduce((n, part) => n + part.length + by.length, 0);
    if (length <= LONG) return parts.join(by);
    const variables = [...new Set(bound.values())].filter((name) => !/^\d/.test(name) && !this.#names.isConstant(name));
    return grouped(parts, (part) => part.length + by.length, LONG)
      .map((group) => this.#called(group.join(by), variables))
      .join(by);
  }

  #called(text: string, variables: readonly string[]): string {
    const parameters = variables.map((name) => `int ${name}`).join(", ") || "void";
    const key = `${parameters}: ${text}`;
    const number = this.#functions.size;
    const { name } = this.#functions.get(key) ?? { name: this.#names.of(`part ${number}`, `part_${number + 1}`) };
    this.#functions.set(key, { name, parameters, text });
    return `${name}(${variables.join(", ")})`;
  }
}
