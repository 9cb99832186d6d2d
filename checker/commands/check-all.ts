/** `nolock check --all`: a line for each spec. */
import { type CheckOptions, checking } from "../answer/check.ts";
import { attend } from "../cli/attend.ts";
import { changesByProperties } from "../cli/changes.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import { answers, type Job } from "../cli/jobs.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { specNamed, specsOfSize } from "../cli/specs.ts";
import { collectAll, filesOf, type TellOptions, toldOf } from "../cli/tell.ts";
import { readEntries } from "../crosscheck/agreement.ts";
import type { Told } from "../report/formats/format.ts";
import { loadSpec } from "../spec/load.ts";
import { type LocatedProblem, SpecError } from "../spec/problems.ts";
import type { SpecSize } from "../spec/spec.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";

interface Question {
  readonly name: string;
  /** What the command line asks instead of the spec's own properties; what one spec does not reach, another may. */
  readonly properties: Properties;
  readonly asked: CheckOptions;
  readonly quiet: boolean;
}

type Properties = Parameters<typeof changesByProperties>[0];

/** What is printed of a spec, or what is wrong with it. */
interface Line {
  readonly name: string;
  /** The rest of the line, and lines below it. */
  readonly lines: readonly string[];
  readonly isAsExpected: boolean;
  readonly isInterrupted: boolean;
  /** Null where it could be asked. */
  readonly bad: readonly LocatedProblem[] | null;
}

export const lineJob: Job<Question, Line> = {
  name: "line",
  answer: async (question, env) => (await lineOf(question, { trace: undefined }, env)).line,
};

async function lineOf(
  { name, properties, asked, quiet }: Question,
  options: Pick<TellOptions, "trace">,
  env: Environment,
): Promise<{ line: Line; told: Told | null }> {
  try {
    const changes = changesByProperties(properties).map((one) => ({ ...one, wherever: true }) as const);
    const loaded = await loadSpec(specNamed(name, env.folders), env.builtins, changes);
    const began = new Date();
    const { found, interrupted } = await attend(
      (signal) => checking(loaded, { ...asked, signal }),
      env.attendance,
      quiet,
    );
    const told = toldOf(
      loaded,
      found,
      began,
      readEntries(env.folders.results, () => {}),
      options,
      env,
    );
    const { verdict, violated, result, spec, differences } = found;
    const isAsExpected = told.status === EXIT.asExpected;
    const pinned = isAsExpected ? "as expected" : `NOT AS EXPECTED (${spec.expect?.verdict ?? "holds"})`;
    const expected = properties === undefined ? pinned : violated.join(" ");
    const counts = `${result.states} states, ${result.transitions} transitions, depth ${result.depth}`;
    const first = `${verdict.padEnd(11)}  ${expected}; ${counts}; ${told.seconds.toFixed(1)} s`;
    const line = { name, lines: [first, ...(differences ?? [])], isAsExpected, isInterrupted: interrupted, bad: null };
    return { line, told };
  } catch (error) {
    if (!(error instanceof SpecError) || isOfCommandLine(error)) throw error;
    const line = { name, lines: [], isAsExpected: false, isInterrupted: false, bad: error.problems };
    return { line, told: null };
  }
}

type Options = TellOptions & { readonly properties: Properties; readonly quiet: boolean };

/** What is wrong with an option is wrong for every spec: it is told once. */
const isOfCommandLine = ({ problems }: SpecError): boolean => problems.every(({ where }) => where.startsWith("--"));

/** @param options of `check`, as far as they say where what is found goes. */
export async function checkAll(
  asked: CheckOptions,
  options: Options & { readonly size: SpecSize | undefined },
  env: Environment,
): Promise<number> {
  const names = specsOfSize(env.folders, options.size ?? "ci");
  tryOutputs(filesOf(options));
  readEntries(env.folders.results, env.complain);
  const width = Math.max(...names.map((name) => name.length));
  const report = collectAll(options, env);
  let [passed, bad] = [0, 0];
  for await (const { line, told } of linesOf(names, asked, options, env)) {
    if (options.out === undefined) goOn(env);
    const { name, lines, isAsExpected, isInterrupted, bad: problems } = line;
    if (problems !== null) {
      env.complain(`${new SpecError(problems).message}\n`);
      report.addBad(name, problems);
      bad += 1;
      continue;
    }
    if (isAsExpected) passed += 1;
    for (const [i, text] of lines.entries()) report.print(`${(i === 0 ? name : "").padEnd(width)}  ${text}\n`);
    if (told) report.add(told);
    if (isInterrupted) {
      const rest = names.slice(names.indexOf(name) + 1);
      report.print(`interrupted: ${rest.length} of ${names.length} specs were not asked\n`);
      for (const one of rest)
        report.addBad(one, [{ where: one, what: "it was not asked: interrupted", mend: "check it again" }]);
      return report.end(exitStatus("incomplete", "holds", true));
    }
  }
  const well = options.properties === undefined ? "as expected" : "hold";
  report.print(`${names.length} specs: ${passed} ${well}, ${names.length - passed - bad} not, ${bad} bad\n`);
  return report.end(bad > 0 ? EXIT.badInput : passed === names.length ? EXIT.asExpected : EXIT.differs);
}

/** A document needs all that was found, which does not travel between processes: then all are asked here. */
async function* linesOf(
  names: readonly string[],
  asked: CheckOptions,
  options: Options,
  env: Environment,
): AsyncGenerator<{ line: Line; told: Told | null }> {
  const questions = names.map((name) => ({ name, properties: options.properties, asked, quiet: options.quiet }));
  if (options.format === undefined || options.format === "text")
    for await (const line of answers(lineJob, questions, env)) yield { line, told: null };
  else for (const question of questions) yield await lineOf(question, options, env);
}
