/** `nolock results`: the report of every spec as a file, the same on every run and machine. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { check } from "../answer/check.ts";
import type { Outcome } from "../answer/outcome.ts";
import { readArguments } from "../cli/arguments.ts";
import type { Environment } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { recordFile } from "../cli/records.ts";
import { allSpecs, specNamed, specsOfSize } from "../cli/specs.ts";
import {
  agreementOn,
  agreementText,
  CROSSCHECK,
  CROSSCHECK_KEPT,
  entriesAsTable,
  readEntries,
} from "../crosscheck/agreement.ts";
import { recordOf, recordText } from "../ledger/record.ts";
import { textReport } from "../report/text.ts";
import { loadSpec } from "../spec/load.ts";
import { SIZES, type SpecSize } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";
import { writeWhole } from "../text/files.ts";
import { markdownTable } from "../text/table.ts";

/** Written by `nolock claims`. */
export const CLAIM_FILES = ["claims.md", "claims.txt"] as const;
/** Written by `nolock mutants`. */
export const MUTANTS = "mutants.md";

export const resultsHelp = `Usage: npm run results [-- --size large] [--check]

Writes, for every spec of specs/ of that size (default: ci), its report
results/SPEC.txt and what other commands read of it, results/SPEC.json;
results/summary.md (large: summary-large.md), and the reports that README.md
shows. Removes what no spec gives. With --check, writes nothing and exits 1
where a file is not what its spec gives. Who agreed with an answer is looked
up in what \`npm run crosscheck -- --all --write\` kept.
`;

const SUMMARY: Readonly<Record<SpecSize, string>> = { ci: "summary.md", large: "summary-large.md" };

export async function resultsCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("results", args, { size: SIZES, check: "flag", help: "flag" });
  if (options.help || words.length > 0) {
    (options.help ? env.print : env.complain)(resultsHelp);
    return options.help ? EXIT.asExpected : EXIT.badInput;
  }
  const size = options.size ?? "ci";
  if (!options.check) tryOutputs({ pages: { "results/": join(env.folders.results, SUMMARY[size]) } });
  const files = new Map<string, string>();
  const rows: SummaryRow[] = [];
  const entries = readEntries(env.folders.results, env.complain);
  for (const name of specsOfSize(env.folders, size)) {
    const outcome = check(await loadSpec(specNamed(name, env.folders), env.builtins));
    const agreement = agreementText(agreementOn(entries, outcome));
    files.set(`${name}.txt`, textReport(outcome, { trace: "short", agreement }));
    rows.push(summaryRow(outcome, agreement));
    files.set(recordFile(name), recordText(recordOf(outcome)));
  }
  files.set(SUMMARY[size], summary(rows, size));
  if (entries.length > 0) files.set(CROSSCHECK, entriesAsTable(entries));
  const { results } = env.folders;
  const readme = join(results, README);
  if (existsSync(readme)) files.set(README, withReports(readFileSync(readme, "utf8"), files));
  const present = existsSync(results)
    ? readdirSync(results, { recursive: true, encoding: "utf8" }).filter((file) => /\.(txt|md|json)$/.test(file))
    : [];
  const ofSpecs = allSpecs(env.folders).flatMap((name) => [`${name}.txt`, recordFile(name)]);
  const others = [CROSSCHECK, CROSSCHECK_KEPT, ...CLAIM_FILES, MUTANTS, ...Object.values(SUMMARY), ...ofSpecs];
  const stale = present.filter((file) => !files.has(file) && !others.includes(file));
  const current = (file: string): string | null =>
    present.includes(file) || file === README ? readFileSync(join(results, file), "utf8") : null;
  const differing = [...files].filter(([file, text]) => current(file) !== text).map(([file]) => file);

  if (options.check) {
    for (const file of differing)
      env.complain(`${shown(file)}: it is not what the spec gives. Run \`npm run results\`\n`);
    for (const file of stale) env.complain(`${shown(file)}: no spec gives it. Run \`npm run results\`\n`);
    if (differing.length + stale.length > 0) return EXIT.differs;
    env.print(`${files.size} files of results/ are what the specs give\n`);
    return EXIT.asExpected;
  }
  for (const file of stale) rmSync(join(results, file));
  for (const file of differing) {
    mkdirSync(dirname(join(results, file)), { recursive: true });
    writeWhole(join(results, file), files.get(file) as string);
  }
  env.print(`${files.size} files in results/: ${differing.length} written, ${stale.length} removed\n`);
  return EXIT.asExpected;
}

/** What shows reports, as a path from `results/`. */
const README = "../README.md";
const shown = (file: string): string => (file === README ? "README.md" : `results/${file}`);

/** A text with the reports that it shows: each in the fence after a comment that names its file. */
const withReports = (text: string, files: ReadonlyMap<string, string>): string =>
  text.replace(/(<!-- results\/(\S+) -->\n(`{3,})text\n)[\s\S]*?(?=^\3$)/gm, (shown, head: string, file: string) =>
    files.has(file) ? head + files.get(file) : shown,
  );

type SummaryRow = readonly (string | number)[];

const summaryRow = ({ spec, verdict, violated, result, system }: Outcome, agreement: string): SummaryRow => [
  `[${spec.name}](${spec.name}.txt)`,
  spec.question,
  verdict,
  violated.join(", "),
  agreement,
  result.states,
  result.transitions,
  result.depth,
  `\`${system.hash.slice(0, 12)}\``,
];

function summary(rows: readonly SummaryRow[], size: SpecSize): string {
  const counts = ["states", "transitions", "depth"].map((figures) => ({ figures }));
  const columns = ["spec", "question", "verdict", "violated", "second opinions", ...counts, "relation"];
  const [title, command] =
    size === "ci"
      ? ["# Results", "npm run results"]
      : ["# Results of the large specs", "npm run results -- --size large"];
  const intro = `Written by \`${command}\`, never by hand. \`npm run check -- SPEC\` asks one again.`;
  return [title, "", intro, "", markdownTable(columns, rows), ""].join("\n");
}
