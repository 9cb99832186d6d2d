/** `nolock list`: which questions are there? */
import { command } from "../cli/command.ts";
import { goOn } from "../cli/environment.ts";
import { allSpecs, specNamed } from "../cli/specs.ts";
import { loadQuestion } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../spec/verdict.ts";

export const listCommand = command({
  name: "list",
  brief: "the specs, and what they ask",
  usage: [""],
  about: ["Lists the specs of specs/ with their questions. Nothing is searched."],
  takesNames: false,
  options: {},
  ends: ["Exit status: 2 where a spec cannot be understood; the others are listed."],
  run: async (_, env) => {
    const names = allSpecs(env.folders);
    const width = Math.max(...names.map((name) => name.length));
    let status: number = EXIT.asExpected;
    for (const name of names) {
      goOn(env);
      try {
        const spec = await loadQuestion(specNamed(name, env.folders), env.builtins);
        env.print(`${name.padEnd(width)}  ${spec.size === "large" ? "(large) " : ""}${spec.question}\n`);
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
        env.complain(`${error.message}\n`);
        status = EXIT.badInput;
      }
    }
    return status;
  },
});
