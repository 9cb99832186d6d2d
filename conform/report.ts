/** How is told what kernels did? The matrices of cuts and outcomes, the rows seen on a kernel, and what differs. */
import type { System } from "../checker/language/index.ts";
import { wayOf } from "../checker/reference/ways.ts";
import type { Checked, Difference } from "./follow/check.ts";
import { KERNELS, type KernelName } from "./recording/kernels.ts";
import type { Cut, Recording, Step } from "./recording/recording.ts";
import { scenarioNamed } from "./recording/scenario.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

/** Instructions at which a frame came. */
export const cutsIn = ({ cuts }: Pick<Recording, "cuts">): number => sum(cuts.flatMap(({ at }) => Object.values(at)));

/** Instructions of the task alone. */
export const instructionsIn = ({ base }: Pick<Recording, "base">): number =>
  sum(base.flatMap((step) => ("n" in step ? [step.n] : [])));

const gave = (steps: readonly Step[], of: string): string | null | undefined =>
  steps.flatMap((step) => ("event" in step && step.event === "returned" && step.of === of ? [step.gave] : [])).at(-1);

/** What became of the upper frame's last call, in words: which bucket, NULL, freed or deferred. */
export function outcomeOf(recording: Recording, { steps }: Pick<Cut, "steps">): string {
  const [, upper] = recording.question.contexts;
  if (!upper) return "";
  const object = gave(steps, upper.name);
  if (object === null) return "NULL";
  if (object !== undefined) {
    const slab = /^s(\d+)/.exec(object)?.[1];
    const line = (recording.question.configuration.slabs as readonly string[])[Number(slab)] ?? "";
    const name = line.startsWith("page") ? "a new slab" : `bucket ${line[0]}`;
    return `an object of ${name}`;
  }
  const isDeferred = (name: string): boolean => /^defer\w+\[CPU0\]\.objects$/.test(name);
  const deferred = steps.some(
    (step) => "changed" in step && Object.entries(step.changed).some(([name, value]) => isDeferred(name) && value),
  );
  return deferred ? "deferred" : "freed at once";
}

/** A cell's value at a step of the base run. */
function cellAt({ start, base }: Recording, after: number, name: string): unknown {
  let value: unknown = start[name];
  for (const step of base.slice(0, after + 1)) {
    if ("event" in step) continue;
    if (name in step.changed) value = step.changed[name];
    else if (step.gone.includes(name)) value = undefined;
  }
  return value;
}

const yes = (value: unknown): string => (value === undefined ? "-" : value ? "yes" : "no");

/** A line for each place of the task where frames fared alike. */
export function matrix(recording: Recording): string[] {
  const [task, upper] = recording.question.contexts;
  const lines = recording.cuts.map((cut) => {
    const cell = (name: string) => cellAt(recording, cut.after, name);
    const functions = Object.entries(cut.at).map(([name, n]) => `\`${name}\` ${n}`);
    const result = gave(cut.steps, task?.name ?? "");
    const taskGot = result === undefined ? "" : result === null ? ", the task NULL" : `, the task \`${result}\``;
    return `| ${sum(Object.values(cut.at))} | ${functions.join(", ")} | ${yes(cell("cpu[CPU0].irqsOff"))} | ${yes(cell("lock[cpuSlab(A) on CPU0]"))} | ${yes(cell("lock[list(A)]"))} | ${outcomeOf(recording, cut)}${taskGot} |`;
  });
  if (!upper) return [];
  return [
    `| instructions | in | interrupts off | lock of the CPU's held | list_lock held | what \`${upper.script.join("; ")}\` gave |`,
    "| ---: | --- | --- | --- | --- | --- |",
    ...lines,
  ];
}

/** Rows that a system can take a step by, with their ways: what could be seen. */
export function rowsOf(system: System): ReadonlySet<string> {
  const rows = new Set<string>();
  for (const label of system.labels)
    for (const command of label?.entries.flat() ?? []) {
      if (!label || command.fails || isMachinery(label.program)) continue;
      rows.add(`${label.program}: ${label.rowLabel}${wayOf(system, { label, command })}`);
    }
  return rows;
}

/** Programs of the model that are no function of a kernel: scripts, and where a call has returned. */
const isMachinery = (program: string): boolean =>
  /^(\(returned\)|task\d|nmi\d|hook\d|schedule$|irqWork\d)/.test(program);

const bare = (row: string): string => row.replace(/ -> .*$/, "");

/** What a difference says: where, what was seen, and which rows the model had open. */
export function toldOf({ recording }: Checked, { cut, step, what, open, states }: Difference): string {
  const where = cut
    ? `${Object.entries(cut.at).map(([name, n]) => `${n} of ${name}`)}, step ${step} after the frame came`
    : `step ${step} of the task alone`;
  return [
    `${recording.kernel} ${recording.scenario}: the model differs`,
    `  where:    ${where}`,
    `  observed: ${what}`,
    `  open:     ${open.join("; ") || "nothing"} (in ${states} states that fitted until then)`,
  ].join("\n");
}

export const summaryOf = ({ recording, differences, rows }: Checked): string => {
  const counts = `${instructionsIn(recording)} instructions, ${cutsIn(recording)} cuts in ${recording.cuts.length} kinds`;
  const verdict = differences.length === 0 ? "a way of the model" : `${differences.length} DIFFER`;
  return `${recording.kernel} ${recording.scenario}: ${verdict} (${counts}; ${rows.size} rows and ways confirmed)`;
};

/** results/conform.md. */
export function page(all: readonly Checked[]): string {
  const lines = [
    "# What kernels did",
    "",
    "Written by `npm run conform -- check --write`, never by hand. What each recording of a kernel did is followed in the model",
    "(`docs/conformance.md`). A row counts as seen where no way of the model that fits goes without it.",
    "",
    "| kernel | recordings | cuts | rows seen | rows and ways seen | differ |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
  ];
  const kernels = [...new Set(all.map(({ recording }) => recording.kernel))];
  const unseen: string[] = [];
  for (const kernel of kernels) {
    const own = all.filter(({ recording }) => recording.kernel === kernel);
    const possible = new Set(own.flatMap(({ system }) => [...rowsOf(system)]));
    const seen = new Set(own.flatMap(({ rows }) => [...rows]).filter((row) => possible.has(row)));
    const [rowsPossible, rowsSeen] = [possible, seen].map((ways) => new Set([...ways].map(bare)));
    const share = (of: number, all: number) => `${of} of ${all} (${Math.round((100 * of) / all)} %)`;
    const differ = own.filter(({ differences }) => differences.length > 0).length;
    lines.push(
      `| ${kernel} | ${own.length} | ${sum(own.map(({ recording }) => cutsIn(recording)))} | ${share((rowsSeen as Set<string>).size, (rowsPossible as Set<string>).size)} | ${share(seen.size, possible.size)} | ${differ} |`,
    );
    const never = new Map<string, string[]>();
    for (const row of [...possible].filter((one) => !seen.has(one)).sort()) {
      const [program = "", way = ""] = row.split(/: (.*)/s);
      never.set(program, [...(never.get(program) ?? []), way]);
    }
    unseen.push(
      "",
      `## ${kernel}: never seen`,
      "",
      ...[...never].map(([program, ways]) => `- \`${program}\`: ${ways.map((way) => `\`${way}\``).join(", ")}`),
    );
  }
  for (const { recording } of all) {
    const { swapped, package: name } = KERNELS[recording.kernel as KernelName];
    lines.push(
      "",
      `## ${recording.kernel}: ${recording.scenario}`,
      "",
      scenarioNamed(recording.scenario).about,
      "",
      `\`${name}\`; heap ${(recording.question.configuration.slabs as readonly string[]).map((line) => `"${line}"`).join(", ")}; buckets of ${recording.sizes.join(" and ")} bytes.` +
        (swapped.length > 0
          ? ` The compiler exchanged the stores of ${swapped.map((row) => `\`${row}\``).join(", ")} with the next.`
          : ""),
      "",
      ...matrix(recording),
    );
  }
  return `${[...lines, ...unseen].join("\n")}\n`;
}
