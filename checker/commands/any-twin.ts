/** `nolock any-twin`: a spec again, asked of the most general client of its contexts. */
import { type AskedTwin, askingTwins, type TwinAnswer } from "../answer/any-twin.ts";
import { checking } from "../answer/check.ts";
import { oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { SEARCH, searchOptions } from "../cli/search-options.ts";
import { findSpec } from "../cli/specs.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";

export const anyTwinCommand = command({
  name: "any-twin",
  brief: "is the same violated where its contexts make any calls?",
  usage: ["SPEC [options]"],
  about: [
    "Asks a spec again with each script replaced by any calls of its kind and its own, any number of times: of version, variants, flags and settings as they are, on small heaps first and on its own heap last, until one violates all that the spec violates. Then the same without the variants, which tells whether it is they that are found.",
  ],
  takesNames: true,
  options: { set: { kind: "texts", value: "KEY=VALUE", help: "another setting, as for `check`" }, ...SEARCH },
  ends: [
    "Each heap is given up after 1,000,000 states, or after --max-states. Exit status: 0 where exactly the same is violated, or more beside a violation; 1 where something is not found, or where a spec that holds has a violation; 3 where a search did not end that would have to say so.",
  ],
  run: async ({ options, words }, env) => {
    const file = findSpec(oneSpec("any-twin", words), env.folders);
    const loaded = await loadSpec(file, env.builtins, changesOf(options.set));
    return anyTwin(loaded, { ...searchOptions(options), quiet: options.quiet }, env);
  },
});

type Asked = ReturnType<typeof searchOptions> & { readonly quiet: boolean };

async function anyTwin(loaded: Loaded, { quiet, ...options }: Asked, env: Environment): Promise<number> {
  const { spec } = loaded;
  if (!spec.model.anyTwins)
    throw new SpecError([
      {
        where: "nolock any-twin",
        what: `the model "${spec.model.name}" does not say what its contexts may call`,
        mend: "add anyTwins() to it",
      },
    ]);
  const wanted = await violatedIn(loaded, { quiet, ...options }, env);
  if (wanted === null) return exitStatus("incomplete", "holds", true);
  const { found, interrupted } = await attend(
    (signal) => askingTwins(spec, wanted, { ...options, signal }),
    env.attendance,
    quiet,
  );
  for (const line of linesOf(found)) env.print(`${wrap(line, { first: "", rest: "  " }).join("\n")}\n`);
  if (interrupted) env.print("interrupted: not all was asked\n");
  return statusOf(found);
}

/** What the spec violates: what it pins, or what a search finds. Null where that was interrupted. */
async function violatedIn(loaded: Loaded, { quiet, ...options }: Asked, env: Environment) {
  const { expect, changed } = loaded.spec;
  if (expect && changed.length === 0) return expect.violated;
  const all = (signal: AbortSignal) => checking(loaded, { ...options, exploreAll: true, signal });
  const { found, interrupted } = await attend(all, env.attendance, quiet);
  return interrupted ? null : found.violated;
}

const violatedOf = (violated: readonly string[]): string =>
  violated.length > 0 ? `violated: ${violated.join(" ")}` : "nothing violated";

const askedLine = ({ heap, obstacle, states, incomplete, violated }: AskedTwin): string =>
  obstacle === null
    ? `${heap}: ${states} states${incomplete === null ? "" : ` (NOT all: ${incomplete})`}, ${violatedOf(violated)}`
    : `${heap}: not possible: ${obstacle}`;

function linesOf({ spec, wanted, left, asked, missing, more, control }: TwinAnswer): readonly string[] {
  const name = wanted.length + left.length > 0 ? "BESIDE IT" : "NEWLY VIOLATED";
  return [
    `${spec}: ${violatedOf(wanted)}${left.length > 0 ? `; not asked below: ${left.join(" ")}` : ""}`,
    ...asked.map(askedLine),
    ...(control ? [`without its variants, ${askedLine(control)}`] : []),
    ...(missing.length > 0 ? [`NOT FOUND: ${missing.join(" ")}`] : []),
    ...(more.length > 0 ? [`${name}: ${more.join(" ")}`] : []),
  ];
}

function statusOf({ wanted, left, asked, missing, more }: TwinAnswer): number {
  const isNew = wanted.length + left.length === 0 && more.length > 0;
  const isOpen = asked.some(({ incomplete }) => incomplete !== null) && (wanted.length === 0 || missing.length > 0);
  if (isNew) return EXIT.differs;
  if (isOpen) return exitStatus("incomplete", "holds", true);
  return missing.length > 0 ? EXIT.differs : EXIT.asExpected;
}
