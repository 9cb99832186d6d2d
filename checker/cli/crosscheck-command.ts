/** `nolock crosscheck`: specs asked again by Spin and by Rumur, and a table of who agrees. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Crosschecked, crosscheck } from "../export/crosscheck.ts";
import { missingTools } from "../export/tools.ts";
import { type Loaded, loadSpec, type SpecFile } from "../spec/load.ts";
import { SpecError } from "../spec/problems.ts";
import { EXIT } from "../verdict.ts";
import { readArguments } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { CROSSCHECK } from "./results-command.ts";
import { findSpec, PROJECT, specNamed, specsOfSize } from "./specs.ts";

export const crosscheckHelp = `Usage: npm run crosscheck -- SPEC.. [options]
       npm run crosscheck -- --all | --sample N | --examples

Asks Spin and Rumur, without their reductions, for the same states,
transitions, violated properties and witnesses. Installs nothing.

  --all         every spec of specs/ but the large ones
  --sample N    N of them, others for another commit
  --examples    the specs of examples/ with known answers, too
  --timeout S   seconds for each program that is run (default 1800)
  --write       with --all: write results/crosscheck.md

Exit status: 0 where all agree; 1 where a tool differs or gave no answer;
2 where spin, gcc or rumur is missing, or a spec cannot be understood.
`;

const OPTIONS = {
  all: "flag",
  examples: "flag",
  sample: "count",
  timeout: "count",
  write: "flag",
  help: "flag",
} as const;

export async function crosscheckCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("crosscheck", args, OPTIONS);
  if (options.help) {
    env.print(crosscheckHelp);
    return EXIT.asExpected;
  }
  const { all, sample, examples, write } = options;
  if (write && !all)
    throw new SpecError([
      { where: "--write", what: "it goes with --all", mend: "what is recorded is about all specs" },
    ]);
  const files = [
    ...words.map((word) => findSpec(word, env.folders)),
    ...(all
      ? specsOfSize(env.folders, "ci")
      : sample === undefined
        ? []
        : rotated(specsOfSize(env.folders, "ci"), sample)
    ).map((name) => specNamed(name, env.folders)),
    ...(examples ? exampleSpecs() : []),
  ];
  if (files.length === 0)
    throw new SpecError([{ where: "nolock crosscheck", what: "which spec?", mend: "name one, or give --all" }]);
  const missing = await missingTools();
  if (missing.length > 0)
    throw new SpecError([
      { where: "PATH", what: `not found: ${missing.join(", ")}`, mend: "on Debian: apt-get install spin gcc rumur" },
    ]);

  const width = Math.max(...files.map((file) => file.source.length));
  const rows: Row[] = [];
  let bad = 0;
  for (const file of files) {
    try {
      const loaded = await loadSpec(file, env.builtins);
      const row = { loaded, crosschecked: await crosscheck(loaded, options.timeout ?? 1800) };
      rows.push(row);
      env.print(`${file.source.padEnd(width)}  ${summary(row)}\n`);
      for (const { tool, differences } of row.crosschecked.opinions)
        for (const difference of differences) env.print(`${" ".repeat(width)}  ${tool}: ${difference}\n`);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      env.complain(`${error.message}\n`);
      bad += 1;
    }
  }
  const agreeing = rows.filter((row) => agrees(row.crosschecked)).length;
  env.print(`${rows.length} specs: Spin and Rumur agree on ${agreeing}${bad > 0 ? `, ${bad} bad` : ""}\n`);
  if (bad > 0) return EXIT.badInput;
  if (write) {
    mkdirSync(env.folders.results, { recursive: true });
    writeFileSync(join(env.folders.results, CROSSCHECK), record(rows));
  }
  return agreeing === rows.length ? EXIT.asExpected : EXIT.differs;
}

interface Row {
  readonly loaded: Loaded;
  readonly crosschecked: Crosschecked;
}

const agrees = ({ opinions }: Crosschecked): boolean => opinions.every((o) => o.differences.length === 0);

function summary({ crosschecked: { result, violated, opinions } }: Row): string {
  const counts = `${result.states} states, ${result.transitions} transitions`;
  const found = violated.length > 0 ? `violated: ${violated.join(", ")}` : "nothing violated";
  const tools = opinions.map(({ tool, differences }) => `${tool} ${differences.length === 0 ? "agrees" : "DIFFERS"}`);
  return `${counts}; ${found}; ${tools.join(", ")}`;
}

function exampleSpecs(): readonly SpecFile[] {
  const names = readdirSync(join(PROJECT, "examples")).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => ({ source: `examples/${name}`, path: join(PROJECT, "examples", name) }));
}

/** Some of the names, beginning where the commit says: over many commits each has its turn. */
function rotated(names: readonly string[], count: number): readonly string[] {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: PROJECT, encoding: "utf8" });
  const first = Number.parseInt(commit.slice(0, 8), 16) % names.length;
  return [...names.slice(first), ...names.slice(0, first)].slice(0, count);
}

/** The table as a file: the same wherever the tools answer the same. */
function record(rows: readonly Row[]): string {
  const opinion = (row: Row, tool: string): string => {
    const differences = row.crosschecked.opinions.find((o) => o.tool === tool)?.differences ?? [];
    return differences.length === 0 ? "agrees" : differences.join("; ");
  };
  const lines = rows.map((row) => {
    const { spec, source, system } = row.loaded;
    const { result, violated } = row.crosschecked;
    const met = `${result.met.filter((m) => m !== null).length} of ${result.met.length}`;
    const name = spec.name === source ? `[${source}](${source}.txt)` : source;
    const relation = `\`${system.hash.slice(0, 12)}\``;
    return [
      name,
      result.states,
      result.transitions,
      violated.join(", "),
      met,
      opinion(row, "Spin"),
      opinion(row, "Rumur"),
      relation,
    ];
  });
  const head = ["spec", "states", "transitions", "violated", "witnesses met", "Spin", "Rumur", "relation"];
  const table = [head, ["---", "---:", "---:", "---", "---", "---", "---", "---"], ...lines];
  return [
    "# Second opinions",
    "",
    "Written by `npm run crosscheck -- --all --write`, never by hand. Spin searched depth-first, Rumur breadth-first, both",
    "without reductions and past violations. A tool agrees where states, transitions, the set of violated properties and",
    "the witnesses met are the same. Spin is not asked what must always stay possible: that is no property of a state.",
    "",
    ...table.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n");
}
