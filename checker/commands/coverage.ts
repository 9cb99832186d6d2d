/** `nolock coverage`: which source rows fired in no spec at all, and why. */

import { readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { tellCutShort } from "../cli/progress.ts";
import { type Recorded, searchedSpecs } from "../cli/records.ts";
import { corpusOf } from "../ledger/corpus.ts";
import type { Model } from "../spec/model.ts";
import { EXIT } from "../spec/verdict.ts";
import { wrap } from "../text/wrap.ts";

export const coverageHelp = `Usage: npm run coverage

Lists the source rows that fired in no spec, over all specs, each with the
reason that the model gives; and versions, variants, properties and
operations that no spec asks. Takes what results/ has of a spec where it is
about the relation of today, and searches the spec again where it is not.

Exit status: 1 where nobody says why a row never fires, where a reason
explains nothing, or where something is never asked.
`;

export async function coverageCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("coverage", args, { help: "flag" });
  if (options.help || words.length > 0) {
    (options.help ? env.print : env.complain)(coverageHelp);
    return options.help ? EXIT.asExpected : EXIT.badInput;
  }
  const { searched, missing, cutShort } = await searchedSpecs(env);
  const models = new Map<Model, Recorded[]>();
  for (const one of searched) models.set(one.spec.model, [...(models.get(one.spec.model) ?? []), one]);
  let isComplete = missing.length === 0;
  for (const [model, specs] of models) {
    const { rows, unfired, stale, unasked } = corpusOf(model, specs);
    const list = (title: string, items: readonly string[], say: (text: string) => void): void => {
      if (items.length > 0)
        say(`${title}\n${items.map((item) => `${wrap(item, { first: "  ", rest: "    " }).join("\n")}\n`).join("")}`);
    };
    const explained = unfired.filter(({ why }) => why !== null);
    const unexplained = unfired.filter(({ why }) => why === null);
    env.print(
      `${model.name}: ${rows - unfired.length} of ${rows} source rows fired in ${specs.length} specs; ${explained.length} explained, ${unexplained.length} not\n`,
    );
    // What never fired in a part of the corpus may fire in the rest.
    if (cutShort) continue;
    list(
      "Never fired, explained:",
      explained.map(({ row, why }) => `${row}: ${why}`),
      env.print,
    );
    list(
      "Never fired, and nobody says why:",
      unexplained.map(({ row }) => row),
      env.complain,
    );
    list("Reasons that explain nothing:", stale, env.complain);
    list("Asked by no spec:", unasked, env.complain);
    if (unexplained.length + stale.length + unasked.length > 0) isComplete = false;
  }
  if (cutShort) return tellCutShort(cutShort.done, cutShort.of, env);
  return isComplete ? EXIT.asExpected : EXIT.differs;
}
