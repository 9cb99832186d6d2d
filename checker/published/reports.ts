/** What did the search of each spec find? A report, a record for other commands, a summary, and what README.md shows. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, statusOf } from "../answer/check.ts";
import type { Outcome } from "../answer/outcome.ts";
import { answers, type Job } from "../cli/jobs.ts";
import { CutShort } from "../cli/progress.ts";
import { recordFile } from "../cli/records.ts";
import { allSpecs, specNamed, specsOfSize } from "../cli/specs.ts";
import { agreementOn, agreementText, readEntries } from "../crosscheck/agreement.ts";
import { recordOf, recordText } from "../ledger/record.ts";
import { textReport } from "../report/text.ts";
import { loadSpec } from "../spec/load.ts";
import type { SpecSize } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";
import { markdownTable } from "../text/table.ts";
import type { Publication } from "./publication.ts";

const SUMMARY: Readonly<Record<SpecSize, string>> = { ci: "summary.md", large: "summary-large.md" };

/** What shows reports, as a path from `results/`. */
const README = "../README.md";

export const reports: Publication = {
  name: "reports",
  about: "a report each, records, summary.md; the report that README.md shows",
  owns: ({ folders }) => [
    ...Object.values(SUMMARY),
    ...allSpecs(folders).flatMap((name) => [`${name}.txt`, recordFile(name)]),
  ],
  make: async ({ env, size }) => {
    const files = new Map<string, string>();
    const rows: SummaryRow[] = [];
    const problems: string[] = [];
    const asked = specsOfSize(env.folders, size);
    // That it is damaged is told once, and not by each job.
    readEntries(env.folders.results, env.complain);
    for await (const { name, report, record, row, isAsExpected } of answers(reportJob, asked, env)) {
      files.set(`${name}.txt`, report);
      files.set(recordFile(name), record);
      rows.push(row);
      if (!isAsExpected) problems.push(`${name}: it is not as expected. Run \`npm run check -- ${name}\``);
    }
    if (rows.length < asked.length) throw new CutShort(rows.length, asked.length);
    files.set(SUMMARY[size], summary(rows, size));
    const readme = join(env.folders.results, README);
    if (existsSync(readme)) files.set(README, withReports(readFileSync(readme, "utf8"), files));
    const said = [`${rows.length} specs: ${rows.length - problems.length} as expected, ${problems.length} not`];
    return { files, said, problems, isPart: false, cutShort: null };
  },
};

interface Reported {
  readonly name: string;
  readonly report: string;
  readonly record: string;
  readonly row: SummaryRow;
  /** As `check` ends. */
  readonly isAsExpected: boolean;
}

/** What the search of a spec gives. */
export const reportJob: Job<string, Reported> = {
  name: "report",
  answer: async (name, { folders, builtins }) => {
    const outcome = check(await loadSpec(specNamed(name, folders), builtins), { together: true });
    const agreement = agreementText(
      agreementOn(
        readEntries(folders.results, () => {}),
        outcome,
      ),
    );
    const report = textReport(outcome, { trace: "short", agreement });
    const isAsExpected = statusOf(outcome) === EXIT.asExpected;
    const row = summaryRow(outcome, agreement);
    return { name, report, record: recordText(recordOf(outcome)), row, isAsExpected };
  },
};

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
