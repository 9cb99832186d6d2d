/** `nolock contexts`: which contexts the specs have together, which frames on top of what, and what is missing. */

import { readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { forEach, tellCutShort } from "../cli/progress.ts";
import { allSpecs, specNamed } from "../cli/specs.ts";
import { companyPage, gaps, together } from "../ledger/company.ts";
import { loadQuestion } from "../spec/load.ts";
import type { Model } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";

export const contextsHelp = `Usage: npm run contexts

Prints, as Markdown, which parts the contexts of the specs play together
(a second task, another CPU, a hook, an NMI ..), two at a time and with
the part that the system plays by itself, and which frames come on top of
which operations, by configuration, with the specs of each cell. Nothing
is searched.

Exit status: 1 where a cell has neither a spec nor a reason.
`;

export async function contextsCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("contexts", args, { help: "flag" });
  if (options.help || words.length > 0) {
    (options.help ? env.print : env.complain)(contextsHelp);
    return options.help ? EXIT.asExpected : EXIT.badInput;
  }
  const models = new Map<Model, Spec[]>();
  const names = allSpecs(env.folders);
  const done = await forEach(
    names,
    (name) => name,
    async (name) => {
      const spec = await loadQuestion(specNamed(name, env.folders), env.builtins);
      models.set(spec.model, [...(models.get(spec.model) ?? []), spec]);
      return true;
    },
    env.attendance,
  );
  let isComplete = true;
  for (const [{ company, ledger }, specs] of models) {
    if (!company || !ledger) continue;
    const tables = together(company, ledger, specs);
    env.print(companyPage(company, tables));
    // What is missing in a part of the corpus may be in the rest.
    if (done < names.length) continue;
    const missing = gaps(company, tables);
    for (const gap of missing) env.complain(`${gap}: no spec has them together, and nobody says why\n`);
    if (missing.length > 0) isComplete = false;
  }
  if (done < names.length) return tellCutShort(done, names.length, env);
  return isComplete ? EXIT.asExpected : EXIT.differs;
}
