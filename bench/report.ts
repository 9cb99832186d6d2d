/** docs/performance.md: what was measured, as tables; the only words not made from figures are those of bench/notes.md. */
import { wrapped } from "../checker/text/prose.ts";
import { markdownTable } from "../checker/text/table.ts";
import { BY_HAND, EXPORTED, NOLOCK, type Run } from "./contenders.ts";
import { against, bytesPerState, costOf, type Goal, goalsOf, isMet, readRate, tookIn } from "./goals.ts";
import { timesOf } from "./liveness.ts";
import type { Measured, Performance, Setting } from "./measured.ts";
import { median } from "./statistics.ts";

const INTRO = `# Performance

Written by \`npm run bench\` from \`bench/measured.json\`, never by hand; the notes at the end are \`bench/notes.md\`. Times are those of
whole processes, Node's start and the linking of the model included; what Spin and Rumur take to be generated and compiled is counted
apart. All contenders run in turn, round after round, and all must find the same states and transitions, else the bench fails. Figures are
medians of rounds. Nobody reduces: no partial order, no symmetry; everybody stores every state exactly. nolock checks the model's
properties; "exported" models are the same table without any property, so that Spin and Rumur only count; "by hand" is
\`bench/freelist.pml\` and \`bench/freelist.m\`, as a user of these tools would write them. Memory is the peak of resident memory; of
Spin's NCORE and BFS_PAR, which run as several processes, what each has alone and once what they share.`;

const number = (value: number, digits: number): string => value.toFixed(digits);
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** Columns of figures are set to the right: all but the first, unless told otherwise. */
const table = (head: readonly string[], rows: readonly (readonly string[])[], areFigures = true): string =>
  markdownTable(
    head.map((name, i) => (i === 0 || !areFigures ? name : { figures: name })),
    rows,
  );

export function report(performance: Performance, notes: string): string {
  const { cases, starts, checkpoints, liveness } = performance;
  const parts = [starts, checkpoints, liveness].flatMap((part) => (part ? [part] : []));
  const settings = [...Object.values(cases), ...parts];
  const lines = [
    INTRO,
    "",
    ...settingLines(settings),
    "## Goals",
    "",
    table(["goal", "required", "aimed at", "measured", "met?", "of what"], goalsOf(performance).map(goalRow), false),
    "",
    "## Who takes how long",
    "",
    "The ratio is how many times nolock's time with as many threads, and in brackets its least and greatest in a round.",
    "",
    ...Object.entries(cases).flatMap(([name, measured]) => caseLines(name, measured)),
    ...growth(cases),
    ...profileLines(performance),
    ...checkpointLines(performance),
    ...livenessLines(performance),
    ...startLines(performance),
    "## Flags",
    "",
    ...[...NOLOCK, ...BY_HAND, ...EXPORTED].map(({ name, flags }) => `- ${name}: \`${flags}\``),
    "",
  ];
  return wrapped(`${lines.join("\n")}\n${notes.trim()}\n`);
}

/** Machine and versions, said once where all is from one; else for each. */
function settingLines(settings: readonly Setting[]): string[] {
  const said = [...new Set(settings.map((s) => `- measured ${s.date} at ${s.commit} on ${s.machine}; ${s.versions}`))];
  return [...(said.length > 1 ? ["Measured at different times: compare within a table only.", ""] : []), ...said, ""];
}

function goalRow({ what, required, aimed, better, unit, measured, why }: Goal): string[] {
  const limit = (value: number): string => `${better === "more" ? "at least" : "at most"} ${value}${unit}`;
  const met = (): string => {
    if (measured === null) return "not measured";
    if (!isMet(measured, required, better)) return "**NO**";
    if (aimed === null || isMet(measured, aimed, better)) return "yes";
    return "required: yes; aimed at: no";
  };
  return [
    what,
    limit(required),
    aimed === null ? "" : limit(aimed),
    measured === null ? "" : `${number(measured, 2)}${unit}`,
    met(),
    why,
  ];
}

function caseLines(name: string, measured: Measured): string[] {
  const { title, states, transitions, runs, builds } = measured;
  const rows = Object.entries(runs).map(([contender, of]) => [
    contender,
    number(median(of.map((r) => r.seconds)), 2),
    ratioText(measured, contender),
    number(median(of.map((r) => r.states / r.seconds)) / 1e6, 2),
    number(median(of.map((r) => r.transitions / r.seconds)) / 1e6, 2),
    number(median(of.map((r) => r.peakKiB)) / 1024, 0),
    number(bytesPerState(of), 1),
    builds[contender] === undefined ? "" : number(builds[contender], 2),
    String(of.length),
  ]);
  const head = [
    "contender",
    "s",
    "ratio",
    "M states/s",
    "M transitions/s",
    "MiB",
    "bytes a state",
    "s to compile",
    "rounds",
  ];
  return [
    `### ${name}`,
    "",
    `${title[0]?.toUpperCase()}${title.slice(1)}: ${grouped(states)} states, ${grouped(transitions)} transitions, of all contenders.`,
    "",
    table(head, rows),
    "",
  ];
}

const threadsOf = (contender: string): 1 | 2 =>
  [...NOLOCK, ...BY_HAND, ...EXPORTED].find(({ name }) => name === contender)?.threads ?? 1;

function ratioText(measured: Measured, contender: string): string {
  const ours = NOLOCK.find(({ threads }) => threads === threadsOf(contender))?.name;
  if (ours === undefined || contender.startsWith("nolock")) return "";
  const times = against(measured, contender, ours);
  if (!times) return "";
  return `${number(times.of, 2)}${times.range ? ` [${times.range.map((one) => number(one, 2)).join("-")}]` : ""}`;
}

/** The free list by size: what a state costs, in time and in memory. */
function growth(cases: Performance["cases"]): string[] {
  const sizes = Object.entries(cases)
    .filter(([name]) => name.startsWith("freelist-"))
    .sort(([, a], [, b]) => a.states - b.states);
  if (sizes.length < 2) return [];
  const everywhere = Object.keys(sizes[0]?.[1].runs ?? {}).filter((name) => sizes.every(([, of]) => of.runs[name]));
  const cell = (cost: (runs: readonly Run[]) => number, digits: number) => (contender: string) => [
    contender,
    ...sizes.map(([, { runs }]) => number(cost(runs[contender] ?? []), digits)),
  ];
  const head = ["contender", ...sizes.map(([, { states }]) => `${grouped(states)} states`)];
  const microseconds = cell((runs) => median(runs.map((r) => (r.seconds * 1e6) / r.states)), 3);
  return [
    "## How cost grows with size",
    "",
    "Microseconds a state, the free list; the start of the process is in it:",
    "",
    table(head, everywhere.map(microseconds)),
    "",
    "Bytes a state, of the whole process:",
    "",
    table(head, everywhere.map(cell(bytesPerState, 1))),
    "",
  ];
}

function profileLines({ profiles = {} }: Performance): string[] {
  if (Object.keys(profiles).length === 0) return [];
  return [
    "## Where the time goes",
    "",
    "Of a search by one thread, the whole process, by V8's sampling profiler (`npm run bench -- --profile`). Generated functions have the names of rows, or",
    "of what they do with states: `number` finds or adds a part of a state, `add roots` the states themselves, `unpack` makes a state of its parts.",
    "",
    ...Object.entries(profiles).flatMap(([name, { shares, commit }]) => [
      `### ${name}, at ${commit}`,
      "",
      table(
        ["what", "% of the time"],
        shares.map(([what, share]) => [`\`${what}\``, number(share, 1)]),
      ),
      "",
    ]),
  ];
}

function checkpointLines({ checkpoints }: Performance): string[] {
  if (!checkpoints) return [];
  const rows = Object.entries(checkpoints.models).map(([name, model]) => [
    name,
    grouped(model.states),
    number(tookIn(model, "plain", "cpu"), 2),
    number(tookIn(model, "kept", "cpu"), 2),
    number(100 * costOf(model, "cpu"), 0),
    number(100 * costOf(model, "seconds"), 0),
    number(model.bytes / model.states, 2),
    ...(model.isViolated
      ? ["", ""]
      : [number(tookIn(model, "resume", "cpu") - tookIn(model, "start", "cpu"), 2), number(readRate(model) / 1e6, 2)]),
    String(model.rounds.length),
  ]);
  const head = [
    ...["model", "states", "CPU s", "CPU s, kept", "cost, % of CPU", "cost, % of time", "bytes a state"],
    ...["CPU s to read", "M states/s", "rounds"],
  ];
  return [
    "## Checkpoints",
    "",
    "A search of all levels but the last, by as many threads as there are cores: alone, and with `--checkpoint`, which writes every 30 seconds and, since a",
    "limit ends the search, at its end: so all states are written once. Bytes are those of the files of states. What it takes to read them again is that of",
    "`--resume` with a limit of states that ends it then, less that of a search to the first state. Seconds are those of processors, of whole processes;",
    "on a machine that others use, the time that passes says little. The report of a violated spec is of smaller searches, too: how long states take to",
    "be read is then not told, and what keeping them costs is a part of more.",
    "",
    table(head, rows),
    "",
  ];
}

function livenessLines({ liveness }: Performance): string[] {
  if (!liveness) return [];
  const rows = Object.entries(liveness.models).map(([name, model]) => [
    name,
    grouped(model.states),
    grouped(model.transitions),
    ...(["start", "search", "liveness"] as const).map((of) => number(median(model.rounds.map((r) => r[of].cpu)), 2)),
    number(timesOf(model), 2),
    String(model.rounds.length),
  ]);
  return [
    "## Liveness",
    "",
    "An invariant alone, and with one question of liveness, by one thread: seconds of processors, of whole processes. How many times as much is what goes",
    "beyond a start, the search to the first state.",
    "",
    table(
      ["model", "states", "transitions", "CPU s, start", "CPU s, search", "CPU s, liveness", "times", "rounds"],
      rows,
    ),
    "",
  ];
}

function startLines({ starts }: Performance): string[] {
  if (!starts) return [];
  const rows = Object.entries(starts.specs).map(([name, { states, first, whole }]) => [
    name,
    Number.isFinite(states) ? grouped(states) : "",
    number(median(first), 2),
    whole.length > 0 ? number(median(whole), 2) : "",
  ]);
  return [
    "## Start",
    "",
    "Seconds from the start of the process until the first state is searched and told, an upper bound of the time to it (`check SPEC",
    "--max-states 1`), and for small specs until all is answered.",
    "",
    table(["spec", "states", "first state", "whole"], rows),
    "",
  ];
}
