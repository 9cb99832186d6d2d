/**
 * Properties, attached from outside to rows of programs or to states; programs do not know of them.
 *
 * | clause | violated when |
 * | --- | --- |
 * | `whenever(program, label, P)` | the row fires in a state where P is false |
 * | `whenever(.., { to: "exit" })` | only where it goes on to that label or exit |
 * | `whenever(.., { to: "(waits)" })` | a context that may run stands there, nothing is open, and P is false |
 * | `guardedBy(cells, held)` | a row reads (not `racy`) or writes such a cell and `held` is false |
 * | `atMost(program, label, n)` | the row fires more than n times in one call: "the call returns" |
 * | `invariant(P)` | P is false in a reachable state |
 * | `atRest(P)` | P is false in a state where every context is at the end of its script |
 * | `alwaysPossible(P)` | from some reachable state no state with P can be reached (AG EF) |
 * | `leadsTo(P, Q)` | some fair run has P, and from there on never Q |
 * | `eventually(P)` | some fair run never has P |
 * | `happens(program, label, P?)` | it never fires (with P true): the run is vacuous |
 * | `sometimes(P)` | no reachable state has P: the run is vacuous |
 *
 * `track(program, label, ..)` writes ghosts when a row fires.
 */
import { type Fairness, type FairRegion, fairRegions } from "./fairness.ts";
import { running } from "./mistakes.ts";
import type { Assign, Binder, Node, PlaceNode } from "./nodes.ts";
import { assignsOf, placeNode } from "./places.ts";
import { type Program, type Scope, SELF } from "./programs.ts";
import type { Id } from "./sets.ts";
import { type ElementOf, type Over, setOver } from "./shapes.ts";
import { CONDITION } from "./sorts.ts";
import { Expr, termOf } from "./terms.ts";

export type Clause =
  | {
      readonly kind: "whenever" | "happens";
      readonly program: string;
      readonly label: string;
      readonly to: string | null;
      readonly condition: Node;
    }
  | {
      readonly kind: "track";
      readonly program: string;
      readonly label: string;
      readonly to: string | null;
      readonly effect: readonly Assign[];
    }
  | {
      readonly kind: "guardedBy";
      readonly binders: readonly Binder[];
      readonly place: PlaceNode;
      readonly held: Node;
      readonly access: "any" | "write";
    }
  | { readonly kind: "atMost"; readonly program: string; readonly label: string; readonly times: number }
  | { readonly kind: "invariant" | "atRest" | "sometimes" | "alwaysPossible"; readonly condition: Node }
  | {
      readonly kind: "leadsTo";
      /** Where it begins to be owed; null: where a run begins. */
      readonly from: Node | null;
      readonly condition: Node;
      readonly fairness: readonly FairRegion[];
    };

/** Clauses under one name, with the sentence that they stand for. */
export interface Property {
  readonly name: string;
  readonly sentence: string;
  readonly clauses: readonly Clause[];
}

/** Names clauses: "S7", "no spin on a lock held below". */
export const property = (name: string, sentence: string, ...clauses: Clause[]): Property =>
  Object.freeze({ name, sentence, clauses: Object.freeze(clauses) });

type To<X, R> = { readonly to?: X | R | "(waits)" };

export const whenever = <P, L, X extends string, R extends string>(
  on: Program<P, L, X, R>,
  label: NoInfer<R>,
  condition: (scope: Scope<P, L>) => Expr<boolean>,
  { to }: To<NoInfer<X>, NoInfer<R>> = {},
): Clause => ({
  kind: "whenever",
  program: on.name,
  label,
  to: to ?? null,
  condition: running(() => termOf(condition(on.scope), "whenever", CONDITION)),
});

export const happens = <P, L, X extends string, R extends string>(
  on: Program<P, L, X, R>,
  label: NoInfer<R>,
  condition: (scope: Scope<P, L>) => Expr<boolean> = () => new Expr<boolean>({ op: "const", value: true }),
  { to }: { readonly to?: NoInfer<X> | NoInfer<R> } = {},
): Clause => ({
  kind: "happens",
  program: on.name,
  label,
  to: to ?? null,
  condition: running(() => termOf(condition(on.scope), "happens", CONDITION)),
});

/** Writes ghosts when a row fires; right sides read the state before. */
export const track = <P, L, X extends string, R extends string>(
  on: Program<P, L, X, R>,
  label: NoInfer<R>,
  effect: (scope: Scope<P, L>) => Assign | readonly (Assign | readonly Assign[])[],
  { to }: { readonly to?: NoInfer<X> | NoInfer<R> } = {},
): Clause => ({
  kind: "track",
  program: on.name,
  label,
  to: to ?? null,
  effect: running(() => assignsOf(effect(on.scope), "track")),
});

/** Bounds how often a row may fire within one call of its program. Violated: no progress. */
export const atMost = <P, L, X extends string, R extends string>(
  on: Program<P, L, X, R>,
  label: NoInfer<R>,
  times: number,
): Clause => ({ kind: "atMost", program: on.name, label, times });

type Ids<S extends readonly Over[]> = { readonly [K in keyof S]: Expr<ElementOf<S[K]>> };

/** Who touches one of these cells holds what protects it. `access: "write"` leaves reads free. */
export function guardedBy<const S extends readonly Over[]>(
  over: S,
  cells: (...ids: Ids<S>) => Parameters<typeof placeNode>[0],
  held: (self: Expr<Id<"context">>, ...ids: Ids<S>) => Expr<boolean>,
  { access = "any" }: { access?: "any" | "write" } = {},
): Clause {
  const binders = over.map((set): Binder => Object.freeze({ set: setOver(set, "guardedBy") }));
  const ids = binders.map((binder) => new Expr({ op: "bound", binder })) as unknown as Ids<S>;
  return {
    kind: "guardedBy",
    binders,
    place: running(() => placeNode(cells(...ids), "guardedBy")),
    held: running(() => termOf(held(SELF, ...ids), "guardedBy", CONDITION)),
    access,
  };
}

const ofState =
  (kind: "invariant" | "atRest" | "sometimes" | "alwaysPossible") =>
  (condition: Expr<boolean>): Clause => ({ kind, condition: termOf(condition, kind, CONDITION) });

export const invariant = ofState("invariant");
export const atRest = ofState("atRest");
export const sometimes = ofState("sometimes");
export const alwaysPossible = ofState("alwaysPossible");

/**
 * Whenever P holds, Q holds then or later: in every run that is fair (`fairness.ts`; `docs/language.md`, "Liveness").
 * `fairness` says of some rows otherwise than they say themselves.
 */
export const leadsTo = (from: Expr<boolean>, to: Expr<boolean>, fairness: Fairness = {}): Clause => ({
  kind: "leadsTo",
  from: termOf(from, "leadsTo", CONDITION),
  condition: termOf(to, "leadsTo", CONDITION),
  fairness: fairRegions("leadsTo", fairness),
});

/** P holds at some time, in every run that is fair. */
export const eventually = (condition: Expr<boolean>, fairness: Fairness = {}): Clause => ({
  kind: "leadsTo",
  from: null,
  condition: termOf(condition, "eventually", CONDITION),
  fairness: fairRegions("eventually", fairness),
});
