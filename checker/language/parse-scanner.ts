/** How is the text of an expression read? Names may hold spaces and brackets: the longest that is known is taken. */
import type { Node } from "./nodes.ts";

/** What an expression may mean, and where it begins. */
export interface Readings {
  readonly nodes: readonly Node[];
  readonly from: number;
}

/** An expression that says nothing: where (a position in the text), what, and what was expected. */
export class ExpressionError extends Error {
  readonly text: string;
  readonly position: number;
  constructor(text: string, position: number, what: string, expected: string) {
    const here = text.slice(position).trimStart();
    const where = here === "" ? "at its end" : `at "${here.length > 30 ? `${here.slice(0, 30)}..` : here}"`;
    super(`"${text}", ${where}: ${what}${expected === "" ? "" : `; expected: ${expected}`}`);
    this.text = text;
    this.position = position;
  }
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+/y;
const IN_NAME = /[A-Za-z0-9_]/;

export class Scanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the next sign begins. */
  get at(): number {
    while (/\s/.test(this.text[this.#at] ?? "")) this.#at += 1;
    return this.#at;
  }

  set at(position: number) {
    this.#at = position;
  }

  rest = (): string => this.text.slice(this.at);
  atEnd = (): boolean => this.at >= this.text.length;
  sees = (sign: string): boolean => this.text.startsWith(sign, this.at);
  /** Whether a sign of one character comes that is not doubled. */
  seesAlone = (sign: string): boolean => this.sees(sign) && !this.sees(sign + sign);

  sign(sign: string): boolean {
    if (!this.sees(sign)) return false;
    this.#at += sign.length;
    return true;
  }

  /** A whole word, which no longer name begins with. */
  word(word: string): boolean {
    const comes = this.#comes(word, this.at);
    if (comes) this.#at += word.length;
    return comes;
  }

  #comes(word: string, at: number): boolean {
    if (!this.text.startsWith(word, at)) return false;
    return !(IN_NAME.test(word.at(-1) ?? "") && IN_NAME.test(this.text[at + word.length] ?? ""));
  }

  /** A word with the bracket that opens a call. */
  call(word: string): boolean {
    const before = this.at;
    if (this.word(word) && this.sign("(")) return true;
    this.#at = before;
    return false;
  }

  number(): number | null {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return Number(found);
  }

  name(what: string): string {
    NAME.lastIndex = this.at;
    const found = NAME.exec(this.text)?.[0];
    if (found === undefined) return this.fail("no name stands here", what);
    this.#at += found.length;
    return found;
  }

  /** The longest of some names that comes; null where none does. */
  longest<T>(of: readonly T[], name: (one: T) => string): T | null {
    const { at } = this;
    const coming = of.filter((one) => this.#comes(name(one), at));
    const best = coming.reduce<T | null>((a, b) => (a === null || name(b).length > name(a).length ? b : a), null);
    if (best !== null) this.word(name(best));
    return best;
  }

  oneOf<T>(of: readonly T[], name: (one: T) => string, what: string): T {
    return this.longest(of, name) ?? this.fail(`this is not ${what}`, of.map(name).join(", "));
  }

  expect(sign: string, what: string): void {
    if (!this.sign(sign)) this.fail(`"${sign}" is missing`, `"${sign}"${what === "" ? "" : `, then ${what}`}`);
  }

  fail(what: string, expected: string, at = this.at): never {
    throw new ExpressionError(this.text, at, what, expected);
  }
}
