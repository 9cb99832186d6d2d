/** A project of its own for a test of the command line: folders, specs, and what was printed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Attendance } from "../../checker/cli/attend.ts";
import type { Environment } from "../../checker/cli/environment.ts";
import { main } from "../../checker/commands/main.ts";
import type { Builtins } from "../../checker/spec/models.ts";

export interface Ran {
  readonly status: number;
  readonly printed: string;
  readonly complained: string;
}

const LIGHTS: Builtins = { lights: () => import("../spec/fixtures/lights.ts") };

/**
 * `specs` by name; `talk` types lines as well, with `attended` somebody looks after searches. Paths in what is printed are those of the project, its own folder left out.
 */
export function project(specs: Readonly<Record<string, object>>, builtins: Builtins = LIGHTS) {
  const dir = mkdtempSync(join(tmpdir(), "nolock-"));
  const folders = { specs: join(dir, "specs"), results: join(dir, "results"), docs: join(dir, "docs") };
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  for (const [name, spec] of Object.entries(specs)) put(`specs/${name}.json`, JSON.stringify(spec, null, 2));
  const run = (...args: string[]): Promise<Ran> => talk([], ...args);
  const talk = (typed: readonly string[], ...args: string[]): Promise<Ran> =>
    ran(args, {
      lines: async function* () {
        yield* typed;
      },
    });
  const attended = (attendance: Attendance, ...args: string[]): Promise<Ran> => ran(args, { attendance });
  const ran = async (args: readonly string[], more: Partial<Environment>): Promise<Ran> => {
    const out: string[] = [];
    const err: string[] = [];
    const status = await main(args, {
      folders,
      builtins,
      print: (text) => out.push(text),
      complain: (text) => err.push(text),
      ...more,
    });
    const said = (texts: readonly string[]): string => texts.join("").replaceAll(`${dir}/`, "");
    return { status, printed: said(out), complained: said(err) };
  };
  const path = (file: string): string => join(dir, file);
  return { dir, path, put, run, talk, attended, remove: () => rmSync(dir, { recursive: true }) };
}

/** A spec about one task of the model "lights". */
export const lights = (script: readonly string[], rest: object = {}): object => ({
  question: `What if a task does ${script.join(", ") || "nothing"}?`,
  model: "lights",
  contexts: [{ name: "task0", kind: "task", script }],
  properties: ["someDark"],
  ...rest,
});
