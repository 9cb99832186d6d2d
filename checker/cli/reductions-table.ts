/** How is it told what reductions save? A line for each spec, means, and what is in the way where little is gained. */

import { WORTH_REDUCING } from "../answer/check.ts";
import type { Hindrance, Hindrances } from "../reduction/obstacles.ts";
import { wrapped } from "../text/prose.ts";
import { markdownTable } from "../text/table.ts";

export const MODES = ["off", "por", "symmetry", "all", "usual"] as const;
export type Mode = (typeof MODES)[number];

const NAMES: Readonly<Record<Mode, string>> = {
  off: "off",
  por: "partial order",
  symmetry: "symmetry",
  all: "all together",
  usual: "as check does",
};

export interface Measured {
  readonly states: number;
  readonly transitions: number;
  readonly ms: number;
  /** What a verdict rests on, as text: the violated set, the witnesses met, whether all was seen. */
  readonly answer: string;
}

export interface Row {
  readonly spec: string;
  readonly modes: Readonly<Record<Mode, Measured>>;
  readonly applies: { readonly por: boolean; readonly symmetry: boolean };
  readonly hindrances: Hindrances;
  /** By how many names a state may be known. */
  readonly namings: number;
  /** Whether some elements are alike in the initial state but for their names. */
  readonly areAlikeAtFirst: boolean;
}

/** From here on a gain is not small. */
const GAIN = 2;

export const isSame = ({ modes }: Row): boolean => MODES.every((mode) => modes[mode].answer === modes.off.answer);

/** Whether a mode takes more than a quarter longer than off, and more than 0.1 s. */
export const isSlower = ({ modes }: Row, mode: Mode): boolean =>
  modes[mode].ms > 1.25 * modes.off.ms && modes[mode].ms - modes.off.ms > 100;

const fewer = ({ modes }: Row, mode: Mode): number => modes.off.states / modes[mode].states;

const mean = (of: readonly number[]): number => Math.exp(of.reduce((sum, x) => sum + Math.log(x), 0) / of.length);

const applies = ({ applies: { por, symmetry } }: Row, mode: Mode): boolean =>
  mode === "por" ? por : mode === "symmetry" ? symmetry : mode !== "off" && (por || symmetry);

const reductions = MODES.filter((mode) => mode !== "off");

export function rowText(row: Row): string {
  const modes = MODES.map(
    (mode) => `${NAMES[mode]} ${row.modes[mode].states} states ${row.modes[mode].ms.toFixed(0)} ms`,
  );
  return `${row.spec}: ${modes.join(", ")}${isSame(row) ? "" : "; THE ANSWERS DIFFER"}`;
}

const number = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

export function summary(rows: readonly Row[]): string[] {
  const slow = (mode: Mode): string => {
    const late = rows.filter((row) => isSlower(row, mode)).map(({ spec }) => spec);
    return late.length > 0 ? `${number(late.length, "spec")}: ${late.join(", ")}` : "none";
  };
  const unlike = rows.filter((row) => !isSame(row)).map(({ spec }) => spec);
  return [
    ...reductions.map((mode) => {
      const own = rows.filter((row) => applies(row, mode));
      const times = (of: readonly Row[]): string => {
        const states = mean(of.map((row) => fewer(row, mode))).toFixed(2);
        return `${states} times fewer states in ${mean(of.map(({ modes }) => modes[mode].ms / modes.off.ms)).toFixed(2)} of the time`;
      };
      if (own.length === 0) return `${NAMES[mode]}: applies to none of ${number(rows.length, "spec")}.`;
      return `${NAMES[mode]}: applies to ${own.length} of ${number(rows.length, "spec")}; geometric means: over all ${times(rows)}; over those ${times(own)}.`;
    }),
    `More than a quarter (and 0.1 s) slower than off, ${NAMES.usual}: ${slow("usual")}.`,
    `More than a quarter (and 0.1 s) slower than off, ${NAMES.all} from the start: ${slow("all")}.`,
    `Answers that differ: ${unlike.join(", ") || "none"}.`,
  ];
}

const percent = (of: number, all: number): string => `${((100 * of) / Math.max(all, 1)).toFixed(0)} %`;

/** The classes of specs where partial order gains little: by what is most often in the way. */
function orderObstacles(rows: readonly Row[]): string[] {
  const classes = new Map<Hindrance | "nothing", Row[]>();
  for (const row of rows.filter((one) => one.applies.por && fewer(one, "por") < GAIN)) {
    const most = [...row.hindrances].filter(([why]) => why !== "nothing").toSorted(([, a], [, b]) => b - a)[0];
    const why = most?.[0] ?? "nothing";
    classes.set(why, [...(classes.get(why) ?? []), row]);
  }
  const bySize = [...classes].toSorted(([, a], [, b]) => b.length - a.length);
  const refused = rows.filter((row) => !row.applies.por).length;
  const not = `- Partial order, ${number(refused, "spec")}: not done, for a property asks that something stays possible.`;
  const told = bySize.map(([why, of]) => {
    const count = (one: Hindrance | "nothing"): number =>
      of.reduce((sum, row) => sum + (row.hindrances.get(one) ?? 0), 0);
    const all = of.flatMap((row) => [...row.hindrances.values()]).reduce((a, b) => a + b, 0);
    const says = why === "nothing" ? "nothing is in the way" : `most often the next row ${why}`;
    const shares = `${percent(count(why), all)} of next rows; ${percent(count("nothing"), all)} may go on alone`;
    return `- Partial order, ${number(of.length, "spec")} below ${GAIN} times: ${says} (${shares}).`;
  });
  return [...(refused > 0 ? [not] : []), ...told];
}

/** The classes of specs by what symmetry could give and gives. */
function symmetryObstacles(rows: readonly Row[]): string[] {
  const own = rows.filter((row) => row.applies.symmetry);
  const most = own.filter((row) => fewer(row, "symmetry") >= 0.9 * row.namings);
  const rest = own.filter((row) => !most.includes(row));
  const told = (of: readonly Row[], why: string): string[] => {
    if (of.length === 0) return [];
    const gain = mean(of.map((row) => fewer(row, "symmetry"))).toFixed(2);
    const possible = [...new Set(of.map((row) => row.namings))].toSorted((a, b) => a - b).join(", ");
    return [
      `- Symmetry, ${number(of.length, "spec")}: ${why}; ${gain} times fewer states in the geometric mean, where names could give ${possible}.`,
    ];
  };
  const without = rows.length - own.length;
  return [
    ...(without > 0 ? [`- Symmetry, ${number(without, "spec")}: no renamable elements.`] : []),
    ...told(most, "nine tenths and more of what names can give"),
    ...told(
      rest.filter((row) => row.areAlikeAtFirst),
      "less than that, though some elements are alike at the start",
    ),
    ...told(
      rest.filter((row) => !row.areAlikeAtFirst),
      "less than that, and the initial state tells all elements apart, so that few states are reached by two names",
    ),
  ];
}

export function table(rows: readonly Row[]): string {
  const line = (row: Row): readonly string[] => {
    const cells = MODES.flatMap((mode) => {
      const { states, ms } = row.modes[mode];
      return [mode === "off" || applies(row, mode) ? String(states) : "–", ms.toFixed(0)];
    });
    return [row.spec, ...cells, fewer(row, "all").toFixed(1), isSame(row) ? "the same" : "DIFFERS"];
  };
  const figures = [...MODES.flatMap((mode) => [NAMES[mode], "ms"]), "times fewer"].map((one) => ({ figures: one }));
  return wrapped(`# What reductions save

Written by \`npm run reductions -- --write\`. Whole graphs, one thread, each spec five ways: off, partial order alone, symmetry
alone, all together, and as \`npm run check\` does where no counts are compared: off at first, and all together from the start where the whole
graph has more than ${WORTH_REDUCING.toLocaleString("en")} states. An answer is the set of violated properties, which witnesses were met, and whether all was seen. A dash: the reduction does
not apply, and its time is that of off. Times are of one run on a shared machine; a spec that seemed slower reduced was timed up
to twice more, all modes alike, and the shortest time of each mode counts. They include making the tables of dependence and of names, and
more code, which on small specs is a large part of the work: what takes longer reduced here may take less where there are more states. \`docs/soundness.md\` says what is done and why it may be believed, \`docs/decisions/0010-one-context-goes-on-alone.md\`
why it is done so.

${summary(rows)
  .map((text) => `- ${text}`)
  .join("\n")}

## What stands in the way

Partial order: 500 states of walks at random, the same each time; in each, of every context that could step, what keeps it from going on
alone. A spec counts under what is most often in the way. That others are under way counts before frames that may still come. A walk at random is no
average over the graph. No ordinary row: an arrival, a row where a script may stop, the scheduler, a server; a frame that has not come and might is
such a context in each state, so these are many. Symmetry: a state is known by so many names at most as there are ways to rename.

${[...orderObstacles(rows), ...symmetryObstacles(rows)].join("\n")}

## Spec by spec

${markdownTable(["spec", ...figures, "answer"], rows.map(line))}
`);
}
