/** What is told of a kernel tree beside an answer? */

/** Whether the rows that an answer stands on are in a tree of kernel sources. */
export interface TreeFacts {
  /** "7.3.4", of the tree. */
  readonly kernel: string;
  /** All of them are, in functions of the tokens that the model was written from, where those are recorded. */
  readonly inStep: boolean;
  /** How many rows quote something, and of how many functions. */
  readonly rows: number;
  readonly functions: number;
  /** Rows whose quotation is not there: "free_to_pcs: store". */
  readonly lost: readonly string[];
  /** Functions that are gone, elsewhere, or of other tokens: "mm/slub.c free_to_pcs() has changed". */
  readonly drifted: readonly string[];
}
