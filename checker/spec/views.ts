/**
 * How does a page draw a state of a model? Which cells belong together under which name, which of them begin a list, and
 * which name who holds a lock. Data only: the page knows no model, and draws every field by itself where nothing is said.
 */

export interface Views {
  /** In the order of the page. Fields that no structure names come last, each under its own name. */
  readonly structures: readonly Structure[];
}

/** Cells that a reader knows by one name: "struct kmem_cache_cpu". */
export interface Structure {
  readonly title: string;
  /** Fields of the state; each element of a field's index sets is drawn as a box of its own. */
  readonly fields: readonly string[];
  /**
   * Lists that begin in a cell of the box, drawn as chains. By the name of the cell, where the next element stands:
   * `{ freelist: "object.link" }` goes on from x at `object[x].link`. The cell of a box without names is "".
   */
  readonly lists?: Readonly<Record<string, string>>;
  /** Cells of the box that name who holds it, in the order in which they are asked; drawn as a bar beside the lanes. */
  readonly holders?: readonly string[];
}
