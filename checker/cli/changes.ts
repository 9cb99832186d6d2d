/** What a user asks a spec with: settings changed by --set, or other properties. */
import { type Change, parseChange } from "../spec/change.ts";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";

export function changesOf(texts: readonly string[]): readonly Change[] {
  const problems: LocatedProblem[] = [];
  const changes = texts.flatMap((text) => {
    const change = parseChange(text);
    if (!change)
      problems.push({ where: `--set ${text}`, what: "it is not KEY=VALUE", mend: "write, for instance, --set cpus=2" });
    return change ?? [];
  });
  if (problems.length > 0) throw new SpecError(problems);
  return changes;
}

/** `--properties S1,S3`, or `all`: asked instead of what the spec asks. */
export const changesByProperties = (names: string | undefined): readonly Change[] =>
  names === undefined ? [] : changesOf([`properties=${names}`]);
