/** Is what a spec violates also violated by the most general client of its contexts, and what does that find beside it? */
import { askingTwins, type TwinAnswer } from "../answer/any-twin.ts";
import { answers, type Job } from "../cli/jobs.ts";
import { specNamed, specsOfSize } from "../cli/specs.ts";
import { finish } from "../reference/progress.ts";
import { loadQuestion } from "../spec/load.ts";
import { markdownTable, plain } from "../text/table.ts";
import type { Publication } from "./publication.ts";

const FILE = "any-twins.md";

/** States up to which a heap is searched: the table is to be there in an hour or two. */
const MOST_STATES = 1_000_000;

export const anyTwins: Publication = {
  name: "any-twins",
  about:
    "any-twins.md: what the most general client of each spec's contexts violates; takes an hour or two, so only by name",
  isByName: true,
  owns: () => [FILE],
  make: async ({ env }) => {
    const asked = specsOfSize(env.folders, "ci");
    const twins: TwinAnswer[] = [];
    let done = 0;
    for await (const answer of answers(twinJob, asked, env)) {
      done += 1;
      if (answer) twins.push(answer);
    }
    return {
      files: new Map([[FILE, pageOf(twins)]]),
      said: [summaryOf(twins)],
      problems: newIn(twins).map(
        ({ spec, more }) => `${spec} holds, and the client of its contexts violates ${more.join(" ")}`,
      ),
      isPart: false,
      cutShort: done < asked.length ? { done, of: asked.length } : null,
    };
  },
};

/** Null where a spec pins nothing, has no such twin, or is one itself. */
export const twinJob: Job<string, TwinAnswer | null> = {
  name: "any-twin",
  answer: async (name, { folders, builtins }) => {
    const spec = await loadQuestion(specNamed(name, folders), builtins);
    const isTwin = spec.asked.contexts.some(({ any }) => any);
    if (!spec.expect || !spec.model.anyTwins || isTwin) return null;
    // One thread each: the processes are as many as there are cores, and a limit then always cuts at the same state.
    const answer = finish(askingTwins(spec, spec.expect.violated, { maxStates: MOST_STATES, workers: 1 }));
    // It violates nothing that a twin is asked: whether its twin does is no news.
    return answer.left.length > 0 && answer.wanted.length === 0 ? null : answer;
  },
};

const broken = (twins: readonly TwinAnswer[]) => twins.filter(({ wanted }) => wanted.length > 0);
const newIn = (twins: readonly TwinAnswer[]) =>
  twins.filter(({ wanted, more }) => wanted.length === 0 && more.length > 0);

function summaryOf(twins: readonly TwinAnswer[]): string {
  const all = broken(twins);
  const found = all.filter(({ missing }) => missing.length === 0).length;
  const holding = twins.length - all.length;
  return `${found} of ${all.length} specs with a violation have all of it in a client that makes any calls; of ${holding} that hold ${newIn(twins).length} have one there`;
}

/** Spec, what it violates, the last heap that was asked, and its states. */
function startOf({ spec, wanted, asked }: TwinAnswer): readonly (string | number)[] {
  const last = asked.findLast(({ obstacle }) => obstacle === null);
  if (!last) return [spec, wanted.join(" "), "", ""];
  return [spec, wanted.join(" "), last.heap, last.incomplete === null ? last.states : `over ${MOST_STATES}`];
}

/** Why something was not found: searches that did not end, and heaps that cannot be. */
function whyMissing({ asked }: TwinAnswer): string {
  const cut = asked.filter(({ incomplete }) => incomplete !== null).map(({ heap }) => heap);
  const not = asked.filter(({ obstacle }) => obstacle !== null).map(({ heap, obstacle }) => `${heap}: ${obstacle}`);
  return [...(cut.length > 0 ? [`not searched to the end: ${cut.join(", ")}`] : []), ...not].join("; ");
}

function controlOf({ control, wanted }: TwinAnswer): string {
  if (control === null) return "";
  if (control.obstacle !== null) return control.obstacle;
  const same = wanted.filter((name) => control.violated.includes(name));
  return same.length > 0 ? same.join(" ") : "nothing of it";
}

/** The table, for a list of answers in the order of specs. */
export function pageOf(twins: readonly TwinAnswer[]): string {
  const found = broken(twins).filter(({ missing }) => missing.length === 0);
  const lacking = broken(twins).filter(({ missing }) => missing.length > 0);
  const holding = twins.filter(({ wanted, more }) => wanted.length + more.length === 0);
  const open = holding.filter(({ asked }) => asked.some(({ incomplete }) => incomplete !== null));
  const columns = ["spec", "violates", "heap", { figures: "states" }];
  return [
    "# Twins that make any calls",
    "",
    "Written by `npm run results -- any-twins`, never by hand. Each spec that violates something, once more with scripts of any calls, any number of",
    "times (`npm run any-twin -- SPEC`): same version, variants, flags and settings, on small heaps first. `docs/soundness.md` has what that means.",
    "",
    `${summaryOf(twins)}.`,
    "",
    "## Found",
    "",
    markdownTable(
      [...columns, "found beside it", "without its variants"],
      found.map((one) => [...startOf(one), one.more.join(" "), controlOf(one)]),
    ),
    "",
    "## Not found, or not all of it",
    "",
    markdownTable(
      [...columns, "lacks", "why"],
      lacking.map((one) => [...startOf(one), one.missing.join(" "), plain(whyMissing(one))]),
    ),
    "",
    "## Holds, and its client does not",
    "",
    markdownTable(
      ["spec", "violated"],
      newIn(twins).map(({ spec, more }) => [spec, more.join(" ")]),
    ),
    "",
    `Of the others that hold, ${holding.length - open.length} hold on every heap that could be asked; ${open.length} have a heap that was not searched to the end, with no violation up to there.`,
    "",
  ].join("\n");
}
