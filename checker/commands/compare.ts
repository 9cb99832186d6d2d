/** `nolock compare`: do two trees answer the same questions alike? */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { command } from "../cli/command.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import { allSpecs, type Folders, specNamed } from "../cli/specs.ts";
import { loadQuestion } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { compareAnswers } from "../spec/same-answers.ts";
import type { Spec } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";

export const compareCommand = command({
  name: "compare",
  brief: "do two trees answer the same questions alike?",
  usage: ["TREE"],
  about: [
    "Reads the specs of another checkout of this project and holds what they expect against what the specs of this one expect. The same question is the same model, version, variants, settings and contexts, whatever the file is called. What is violated must be the same, but for properties that only one of them asks about. Nothing is searched: in each tree `check -- --all` says that its specs expect what is so.",
  ],
  takesNames: true,
  options: {},
  ends: [
    "Exit status: 0 where all that both ask is answered alike, 1 where something is not, 2 where there is no TREE.",
  ],
  run: async ({ words }, env) => {
    const [tree, more] = words;
    if (tree === undefined || more !== undefined) {
      const mend = "name the folder of one other checkout: npm run compare -- ../before";
      throw new SpecError([{ where: "compare", what: `${words.length} trees are named`, mend }]);
    }
    const specs = join(resolve(tree), "specs");
    if (!existsSync(specs)) {
      throw new SpecError([{ where: tree, what: "there is no folder specs/ in it", mend: "name another checkout" }]);
    }
    const before = await questionsIn({ ...env.folders, specs }, env);
    const now = await questionsIn(env.folders, env);
    const { same, different, onlyBefore, onlyNow } = compareAnswers(before.specs, now.specs);
    for (const { before, now, gone, added } of different) {
      const parts = [gone.length > 0 && `no more ${gone.join(" ")}`, added.length > 0 && `now ${added.join(" ")}`];
      env.print(`${before} -> ${now}: violated ${parts.filter(Boolean).join(", ")}\n`);
    }
    for (const name of onlyBefore) env.print(`${name}: asked there only\n`);
    for (const why of before.refused) env.complain(`${why}\n`);
    env.print(
      `${same} questions are answered alike, ${different.length} not; ${onlyBefore.length} are asked there only, ${onlyNow.length} here only; ${before.refused.length} there cannot be read as of today\n`,
    );
    for (const why of now.refused) env.complain(`${why}\n`);
    return different.length > 0 || now.refused.length > 0 ? EXIT.differs : EXIT.asExpected;
  },
});

/** All questions of a folder; what today's language refuses is told, and compared with nothing. */
async function questionsIn(folders: Folders, env: Environment) {
  const specs: Spec[] = [];
  const refused: string[] = [];
  for (const name of allSpecs(folders)) {
    goOn(env);
    try {
      specs.push(await loadQuestion(specNamed(name, folders), env.builtins));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      refused.push(error.message);
    }
  }
  return { specs, refused };
}
