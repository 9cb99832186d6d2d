/** What an author of a model did wrong, told by the linker. */

/** Throws where there are problems. */
export function orLinkErrors(problems: readonly string[]): void {
  if (problems.length > 0) throw new LinkError(problems);
}

/** What an author of a model did wrong. One line a problem: where, what, what was expected, how to mend it. */
export class LinkError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the model cannot be linked:\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.problems = problems;
  }
}
