/** What no spec decides yet: sentences of claims, and cells of the matrix. The list only shrinks: what is decided must leave it. */
export const NOT_YET: readonly string[] = [
  "C13, !RT",
  "C13, RT",
  "C20, !RT",
  "C20, RT",
  "E33, !RT",
  "E33, RT",
  "E35, RT",
  "M5, !RT",
  "M5, RT",
  "M6, !RT",
  "M6, RT",
  "M10, !RT",
  "M10, RT",
];
