/** How is it told what stubborn sets give beyond the rule that one context goes on alone? A line for each spec, and means. */
import { mean } from "./reductions-table.ts";

export const RULES = ["alone", "finer", "stubborn"] as const;
export type Rule = (typeof RULES)[number];

const NAMES: Readonly<Record<Rule, string>> = {
  alone: "one alone",
  finer: "one alone, finer",
  stubborn: "stubborn sets",
};

export interface Kept {
  readonly states: number;
  /** Of the processor. */
  readonly ms: number;
  /** What no reduction may change, as text. */
  readonly answer: string;
}

/** A spec: everything, and by each rule with all states kept, and without those that are passed through. */
export interface Compared {
  readonly spec: string;
  readonly off: Kept;
  readonly rules: Readonly<Record<Rule, { readonly all: Kept; readonly some: Kept }>>;
}

export const isSame = ({ off, rules }: Compared): boolean =>
  RULES.every((rule) => [rules[rule].all, rules[rule].some].every(({ answer }) => answer === off.answer));

export function rowText(row: Compared): string {
  const by = RULES.map((rule) => {
    const { all, some } = row.rules[rule];
    return `${NAMES[rule]} ${all.states}, ${some.states} states ${some.ms.toFixed(0)} ms`;
  });
  const off = `off ${row.off.states} states ${row.off.ms.toFixed(0)} ms`;
  return `${row.spec}: ${[off, ...by].join(", ")}${isSame(row) ? "" : "; THE ANSWERS DIFFER"}`;
}

export function summary(rows: readonly Compared[], leftOut: readonly string[]): string[] {
  const ratio = (of: (row: Compared) => number): string => mean(rows.map(of)).toFixed(2);
  const count = `${rows.length} spec${rows.length === 1 ? "" : "s"}`;
  const unlike = rows.filter((row) => !isSame(row)).map(({ spec }) => spec);
  const better = rows.filter(({ rules }) => rules.stubborn.some.states < rules.finer.some.states).length;
  const worse = rows.filter(({ rules }) => rules.stubborn.some.states > rules.finer.some.states).length;
  const means = RULES.map((rule) => {
    const all = ratio(({ off, rules }) => off.states / rules[rule].all.states);
    const some = ratio(({ off, rules }) => off.states / rules[rule].some.states);
    const time = ratio(({ off, rules }) => rules[rule].some.ms / off.ms);
    return `${NAMES[rule]}: geometric means over ${count}: ${all} times fewer states with all kept; ${some} times without those passed through, in ${time} of the time.`;
  });
  return [
    ...(rows.length > 0 ? means : ["No spec was searched."]),
    `Stubborn sets keep fewer states than one alone, finer: ${better} of ${count}; more: ${worse}.`,
    `Left out: ${leftOut.join(", ") || "none"}.`,
    `Answers that differ: ${unlike.join(", ") || "none"}.`,
  ];
}

export function table(rows: readonly Compared[], leftOut: readonly string[]): string {
  const line = (row: Compared): string => {
    const by = RULES.flatMap((rule) => {
      const { all, some } = row.rules[rule];
      return [all.states, some.states, some.ms.toFixed(0)];
    });
    const cells = [row.spec, row.off.states, row.off.ms.toFixed(0), ...by, isSame(row) ? "the same" : "DIFFERS"];
    return `| ${cells.join(" | ")} |`;
  };
  const heading = ["off", "ms", ...RULES.flatMap((rule) => [`${NAMES[rule]}: all kept`, "not all", "ms"])];
  return `# One context alone, and stubborn sets

Written by \`npm run reductions -- --stubborn --write\`. Whole graphs by the reference, of the specs of size ci that are small enough for it.
_One alone_ is the rule of the search. _Finer_ is the same rule with two things that it could have: a step that a property of states sees may go on
alone where nobody else may change what that property asks, and a state from which one step only is open is not kept. _Stubborn sets_ are
guard-based (\`checker/reduction/stubborn.ts\`). Each with all states kept, which is what choosing steps gives, and without those that are passed
through. Times are processor time of one run, the making of tables included. Means are against off. An answer is the set of violated properties, which
witnesses were met, which commands fired, and whether all was seen. \`docs/decisions/0012-guard-based-stubborn-sets.md\` says what follows.

${summary(rows, leftOut)
  .map((text) => `- ${text}`)
  .join("\n")}

| spec | ${heading.join(" | ")} | answer |
| --- | ${heading.map(() => "---:").join(" | ")} | --- |
${rows.map(line).join("\n")}
`;
}
