/**
 * How is the author of a model told of a mistake? At once, with the line of the author's own file, and with what to
 * write instead. JavaScript decides `&&`, `||`, `!`, `?:` and `===` while a file is loaded, and does not see into
 * terms: what it decided looks like a constant where a term is wanted, or leaves a term behind that nothing uses.
 */

/** A mistake in the file of a model. */
export class AuthorError extends Error {
  /** What to write instead. */
  readonly mend: string;
  constructor(what: string, mend: string, where: string | null = whereWritten(new Error().stack)) {
    super(where === null ? what : `${what} (${where})`);
    this.mend = mend;
  }
}

export function refuse(what: string, mend: string): never {
  throw new AuthorError(what, mend);
}

/** What JavaScript says, and what a model says. */
export const OPERATORS =
  "write and(a, b), or(a, b), not(a), ite(test, a, b) or a.eq(b) where the file says &&, ||, !, ?: or ===";

/** The folder of the checker itself, and where its built form is kept. Not asked in a page: there is none. */
const own = (): readonly string[] => [new URL("../", import.meta.url).pathname, "/node_modules/", "node:"];

/** The folder that the user is in; a page, which reads this file too, has none. */
const here = (): string => (globalThis as { process?: { cwd: () => string } }).process?.cwd() ?? "";

/** File and line of the author: the first frame of a stack that is not the checker's own. */
export function whereWritten(stack: string | undefined): string | null {
  for (const line of stack?.split("\n").slice(1) ?? []) {
    const place = /\(?((?:file:\/\/)?\/[^()]*:\d+):\d+\)?$/.exec(line)?.[1]?.replace("file://", "");
    if (place === undefined || own().some((folder) => place.includes(folder))) continue;
    return decodeURI(place).replace(`${here()}/`, "");
  }
  return null;
}

/**
 * Assignments and alternatives. One that is made and then left out, because a configuration has no use for it, is no
 * mistake; one that JavaScript is asked to decide on is.
 */
const parts = new WeakSet<object>();

/** Notes that something is a part of a row. */
export function part<T extends object>(thing: T): T {
  parts.add(thing);
  return thing;
}

export const isPart = (thing: unknown): boolean => typeof thing === "object" && thing !== null && parts.has(thing);

/** Terms that a body made and that nothing has used yet, with what each is. */
type Made = Map<object, { readonly what: string; readonly stack: string | undefined }>;

/** The bodies that run now, the innermost last. */
const bodies: Made[] = [];
/** Whether lines are noted: only once something is known to be wrong, for a stack takes long. */
let notesLines = false;

/** Notes what a body made. */
export function made<T extends object>(thing: T, what: string): T {
  bodies.at(-1)?.set(thing, { what, stack: notesLines ? new Error().stack : undefined });
  return thing;
}

/** Notes that something became part of something else. */
export function used(thing: object): void {
  for (const body of bodies) body.delete(thing);
}

/**
 * Runs the body of a program, a property or a quantifier. Throws where it leaves something behind that became part of
 * nothing: `a && b` is b, and a is lost.
 */
export function running<T>(body: () => T, keep: (result: T) => void = () => {}): T {
  const first = run(body, keep);
  if (first.left.length === 0) return first.result;
  // Once more, for the lines: a body gives the same again, or it says less.
  const before = notesLines;
  notesLines = true;
  try {
    const again = run(body, keep).left;
    const left = again.length === first.left.length ? again : first.left;
    const [one, ...others] = left.map(({ what, stack }) => ({ what, where: whereWritten(stack) }));
    const all = [one, ...others].map((o) => `${o?.what}${o?.where ? ` (${o.where})` : ""}`).join("; ");
    throw new AuthorError(
      `${left.length > 1 ? "these were made and became" : "this was made and became"} part of no row: ${all}`,
      `${OPERATORS}; make what is not always used only where it is used`,
      null,
    );
  } finally {
    notesLines = before;
  }
}

function run<T>(body: () => T, keep: (result: T) => void) {
  const own: Made = new Map();
  bodies.push(own);
  try {
    const result = body();
    keep(result);
    return { result, left: [...own.values()] };
  } finally {
    bodies.pop();
  }
}
