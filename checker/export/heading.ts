/** What does an exported model say of itself, and of its rows? Comments, alike in every language. */
import type { Label, System } from "../language/system.ts";
import type { Rules } from "./rules.ts";

export interface ExportOptions {
  /** Whether properties are looked at; without, the model only moves. Default true. */
  readonly properties?: boolean;
  /** Murphi only: findings are counted, and the search goes on. */
  readonly goOn?: boolean;
  /** Promela only: the number of a question of liveness, which is asked in the place of everything else. */
  readonly liveness?: number;
}

/** Text as one comment of C. */
export const comment = (text: string): string => `/* ${text.replaceAll("*/", "* /").replaceAll(/\s+/g, " ")} */`;

/** A row with the C that it stands for. */
export const placeName = ({ program, rowLabel, row }: Label): string => `${program}: ${rowLabel}   ${row.quote}`;

export function targetName(system: System, label: number): string {
  const target = system.labels[label];
  return target ? `${target.program}: ${target.rowLabel}` : "the end";
}

const RUN = {
  Spin: "spin -a; gcc -DSAFETY -DNOREDUCE -DVECTORSZ=16384 pan.c; ./a.out -E",
  Rumur: "rumur --deadlock-detection off --symmetry-reduction off --value-type int32_t",
} as const;

export function headingOf(system: System, rules: Rules, tool: keyof typeof RUN, options: ExportOptions): string[] {
  const { properties = true, liveness } = options;
  const asked = liveness === undefined ? undefined : rules.liveness[liveness];
  const contexts = system.contexts.map((c) => `${c.name} runs ${system.scripts[c.script]?.program}`);
  const findings = rules.findings.flatMap(({ kind, name }, n) =>
    kind === "met" ? [] : [`finding ${n}: ${kind === name ? name : `${name} (${kind})`}`],
  );
  const witnesses = rules.findings.flatMap(({ kind, name }, n) => {
    const witness = system.witnesses[Number(name)];
    return kind === "met" && witness
      ? [`finding ${n}: ${witness.property} is met (${witness.text || "sometimes"})`]
      : [];
  });
  const possible = [...rules.alwaysPossible, ...rules.liveness].map(({ property }) => property);
  return [
    `${system.name}, for ${tool}; written by nolock`,
    `a full search: ${asked ? "spin -a; gcc -DNOREDUCE -DVECTORSZ=16384 pan.c; ./a.out -a -E" : RUN[tool]}`,
    `relation ${system.hash}`,
    ...contexts,
    ...(asked ? [`asked for: ${asked.property}, which is violated if an acceptance cycle is found`] : []),
    ...(properties ? [...findings, ...witnesses] : ["no property of single states or steps is looked at"]),
    ...(properties && possible.length > 0 && tool === "Spin"
      ? [`not asked, for it is no property of single states: ${possible.join(", ")}`]
      : []),
  ];
}
