/** `nolock grow`: a spec again with each bound one larger, one at a time. */
import { oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { SEARCH, searchOptions } from "../cli/search-options.ts";
import { findSpec } from "../cli/specs.ts";
import { type RunOptions, runSearching } from "../engine/run.ts";
import { type News, newsOf, type SearchedSystem } from "../report/grown.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { linkSpec } from "../spec/question.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";

export const growCommand = command({
  name: "grow",
  brief: "does a spec show more with each bound one larger?",
  usage: ["SPEC [options]"],
  about: [
    "Asks a spec again with each of its bounds one larger, one at a time, and says what that shows: places and ways that are new, properties that are newly violated or no longer.",
  ],
  takesNames: true,
  options: { set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" }, ...SEARCH },
  ends: ["Exit status: 0 where no violation appears or goes away, else 1; 3 where a search did not end."],
  run: async ({ options, words }, env) => {
    const loaded = await loadSpec(findSpec(oneSpec("grow", words), env.folders), env.builtins, changesOf(options.set));
    return growSpec(loaded, searchOptions(options), options.quiet, env);
  },
});

/**
 * Says of each larger bound whether it showed anything that the spec's own did not. A violation that appears or goes away
 * is a difference; a search that did not end is no answer.
 */
async function growSpec(
  { spec, system }: Loaded,
  options: RunOptions,
  quiet: boolean,
  env: Environment,
): Promise<number> {
  const ways = spec.model.grow?.(spec.asked) ?? [];
  if (ways.length === 0)
    throw new SpecError([
      {
        where: "nolock grow",
        what: `the model "${spec.model.name}" names no bound of this spec`,
        mend: "add it to grow()",
      },
    ]);
  let isInterrupted = false;
  const search = async (of: SearchedSystem["system"]): Promise<SearchedSystem> => {
    const all = (signal: AbortSignal) => runSearching(of, { ...options, exploreAll: true, signal });
    const { interrupted, found } = await attend(all, env.attendance, quiet);
    isInterrupted ||= interrupted;
    return { system: of, result: found.result };
  };
  const say = (text: string, indent = ""): void =>
    env.print(`${wrap(text, { first: indent, rest: `${indent}  ` }).join("\n")}\n`);
  const base = await search(system);
  say(`${spec.name}: ${sizeOf(base)}, ${foundIn(base)}`);
  let isSame = true;
  let isComplete = base.result.complete;
  for (const [i, { bound, question }] of ways.entries()) {
    if (isInterrupted) {
      say(`interrupted: ${ways.length - i} of ${ways.length} bounds were not asked`);
      isComplete = false;
      break;
    }
    const problems = spec.model.problems(question);
    if (problems.length > 0) {
      say(`${bound}: not possible: ${problems.map(({ what }) => what).join("; ")}`);
      continue;
    }
    const linked = linkSpec({ ...spec, asked: question, uncut: [] });
    if ("problems" in linked) throw new Error(`${bound}: ${linked.problems.map(({ what }) => what).join("; ")}`);
    const grown = await search(linked.system);
    const news = newsOf(base, grown);
    say(`${bound}: ${sizeOf(grown)}, ${foundIn(grown)}; ${summary(news, grown.result.complete)}`);
    for (const line of detailsOf(news)) say(line, "  ");
    if (!grown.result.complete) isComplete = false;
    if (news.violated.length > 0 || (grown.result.complete && news.noLongerViolated.length > 0)) isSame = false;
  }
  if (!isSame) return EXIT.differs;
  return isComplete ? EXIT.asExpected : exitStatus("incomplete", "holds", true);
}

const sizeOf = ({ result }: SearchedSystem): string =>
  `${result.states} states${result.complete ? "" : ` (NOT all: ${result.incomplete})`}`;

const foundIn = ({ result }: SearchedSystem): string =>
  result.violations.length > 0 ? `violated: ${result.violations.map((v) => v.property).join(" ")}` : "nothing violated";

function summary({ places, ways, violated, noLongerViolated, met }: News, isComplete: boolean): string {
  const gone = isComplete ? noLongerViolated : [];
  if (places.length + ways.length + violated.length + gone.length + met.length === 0) return "nothing new";
  return [
    ...(violated.length > 0 ? [`NEWLY VIOLATED ${violated.join(" ")}`] : []),
    ...(gone.length > 0 ? [`NO LONGER VIOLATED ${gone.join(" ")}`] : []),
    ...(met.length > 0 ? [`newly met ${met.join(" ")}`] : []),
    `${places.length} new places, ${ways.length} new ways`,
  ].join("; ");
}

const detailsOf = ({ places, ways }: News): string[] => [
  ...(ways.length > 0 ? [`ways: ${ways.join("; ")}`] : []),
  ...(places.length > 0 ? [`places: ${places.join("; ")}`] : []),
];
