/** A model in the forms that the contenders take. */
export interface Model {
  readonly name: string;
  /** How many states it has: what everybody must find. */
  readonly states: number;
  /** What `nolock check` is given. */
  readonly check: readonly string[];
  /** The table for the others, without properties: they only count. */
  readonly promela: () => string;
  readonly murphi: () => string;
  /** The same model as a user of the other tools would write it. */
  readonly byHand: { readonly promela: () => string; readonly murphi: () => string } | null;
}
