/** Which specs does a short cross-check take, so that every one has its turn in the course of the commits? */

/** Some of the names, beginning where the commit's hash says. */
export function rotated(names: readonly string[], count: number, commit: string): readonly string[] {
  const first = Number.parseInt(commit.slice(0, 8), 16) % names.length;
  return [...names.slice(first), ...names.slice(0, first)].slice(0, count);
}
