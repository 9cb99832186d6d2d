/** Versions and variants: rows of programs replaced, as data. `link` applies them before anything else. */
import { refuse, running } from "./mistakes.ts";
import type { Program, Row, Scope, SourceRow } from "./programs.ts";

/** Rows of a program replaced or added, before anything is spliced: how a design variant differs from its base. */
export interface Patch {
  readonly program: string;
  readonly rows: Readonly<Record<string, SourceRow>>;
  /** Labels that the variant has and the base has not. */
  readonly added: readonly string[];
  /** Labels that the variant no longer has. */
  readonly removed: readonly string[];
  /** The function of the C, where the version has it under another name. */
  readonly kernel?: string;
}

/** Replaces rows of a program. `added` and `removed` labels are said aloud, so that a misspelt one is an error. */
export function patch<P, L, X extends string, R extends string, const A extends string = never>(
  base: Program<P, L, X, R>,
  rows: (scope: Scope<P, L>) => { readonly [K in NoInfer<R> | NoInfer<A>]?: Row<NoInfer<R> | NoInfer<A> | X> },
  changes: { added?: readonly A[]; removed?: readonly NoInfer<R>[]; kernel?: string } = {},
): Patch {
  return Object.freeze({
    program: base.name,
    rows: running(() => rows(base.scope)) as Readonly<Record<string, SourceRow>>,
    added: changes.added ?? [],
    removed: changes.removed ?? [],
    ...(changes.kernel === undefined ? {} : { kernel: changes.kernel }),
  });
}

/** Rows of a program that do the same, and quote other lines: how a version of the source writes it. `after`: a patch that comes before. */
export function quotes<P, L, X extends string, R extends string>(
  base: Program<P, L, X, R>,
  texts: Readonly<Record<string, string>>,
  { after, kernel }: { after?: Patch; kernel?: string } = {},
): Patch {
  const rows: Readonly<Record<string, SourceRow>> = { ...base.rows, ...after?.rows };
  const quoting = Object.entries(texts).map(([label, quote]) => {
    const row = rows[label];
    if (!row) return refuse(`${base.name} has no row "${label}" to quote another line`, "name one that it has");
    return [label, { ...row, quote }] as const;
  });
  return Object.freeze({
    program: base.name,
    rows: Object.fromEntries(quoting),
    added: [],
    removed: [],
    ...(kernel === undefined ? {} : { kernel }),
  });
}

/** A named set of patches. */
export interface Variant {
  readonly name: string;
  readonly summary: string;
  readonly patches: readonly Patch[];
  /** A version of the source: what it patches need not be reached. A variant that patches nothing reached is a mistake. */
  readonly isVersion: boolean;
}
export const variant = (name: string, summary: string, ...patches: Patch[]): Variant =>
  Object.freeze({ name, summary, patches, isVersion: false });

/** How a version of the source differs from the one that the programs are written as. */
export const version = (name: string, summary: string, ...patches: Patch[]): Variant =>
  Object.freeze({ name, summary, patches, isVersion: true });
