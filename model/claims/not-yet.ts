/** What no spec decides yet: sentences of claims, and cells of the matrix. The list only shrinks: what is decided must leave it. */
export const NOT_YET: readonly string[] = [];
