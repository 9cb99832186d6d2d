/**
 * How does Spin look at every state? A process of its own goes round in each state and changes none. What is told here
 * is told in C: Spin bounds the length of a `d_step`, and how many of them a model has.
 */
import { context as contexts } from "../language/sets.ts";
import type { Label } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import type { Scope } from "./expression.ts";
import { comment, placeName } from "./heading.ts";
import type { Names } from "./names.ts";
import { functionInC, grouped, inTurn, LONGEST } from "./pieces.ts";
import type { Look, Rules, Stand } from "./rules.ts";

interface Tools {
  /** Conditions, and what is looked at, in C. */
  readonly text: (condition: Condition, scope: Scope) => string;
  readonly looksOf: (looks: readonly Look[], scope: Scope) => string[];
  readonly scopeOf: (self: number) => Scope;
  readonly names: Names;
  /** What is true once a run has begun; null where it has from the start. */
  readonly begun: string | null;
}

type Told = readonly [label: Label, lines: readonly string[]];

/** A function that depends on where a context stands, and answers 0 where nothing is told; in parts where it is long. */
export function byLabel(type: "int" | "void", name: string, pc: string, told: readonly Told[]): string[] {
  const last = type === "int" ? ["return 0;"] : [];
  const parts = grouped(
    [...told].sort(([a], [b]) => a.id - b.id),
    ([label, lines]) => lines.reduce((n, line) => n + line.length + 8, placeName(label).length + 20),
    LONGEST,
  );
  if (parts.length <= 1) return functionInC(`${type} ${name}`, [...switched(pc, told), ...last]);
  const calls = parts.map((part, i) => {
    const [next] = parts[i + 1]?.[0] ?? [];
    const call = type === "int" ? `return ${name}_part_${i + 1}();` : `{ ${name}_part_${i + 1}(); return; }`;
    return { part, call: next ? `if (${pc} < ${next.id}) ${call}` : call };
  });
  return [
    ...calls.flatMap(({ part }, i) => functionInC(`${type} ${name}_part_${i + 1}`, [...switched(pc, part), ...last])),
    ...functionInC(
      `${type} ${name}`,
      calls.map(({ call }) => call),
    ),
  ];
}

/** Labels where the same is told share it. */
function switched(pc: string, told: readonly Told[]): string[] {
  const groups = new Map<string, Label[]>();
  for (const [label, lines] of told) {
    const key = lines.join("\n");
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  if (groups.size === 0) return [];
  return [
    `switch (${pc}) {`,
    ...[...groups].flatMap(([lines, labels]) => [
      ...labels.map((label) => `case ${label.id}: ${comment(placeName(label))}`),
      ...lines.split("\n").map((line) => `  ${line}`),
      ...(lines.startsWith("return ") ? [] : ["  break;"]),
    ]),
    "}",
  ];
}

/** The function in C, and the process that calls it; null where nothing is looked at. */
export function monitorOf({ stands, always, atRest, deadlock, system }: Rules, tools: Tools) {
  const { text, looksOf, scopeOf, names, begun } = tools;
  const nobody = scopeOf(-1);
  const rest = names.of("monitor rest", "at_rest");
  const moves = names.of("monitor moves", "moves");
  const whole = atRest.length > 0 || deadlock !== null;
  const restAndMoves = ({ context, label, undefined: lost, open }: Stand): string[] => {
    if (!whole) return [];
    const scope = scopeOf(context);
    const { mayStop, schedules, serves } = label.meta;
    const may = [lost, ...(mayStop ? [] : [open])].filter(({ is }) => is !== "false");
    return [
      ...may.map((one) => `if (${text(one, scope)}) ${moves} = 1;`),
      ...(mayStop || schedules ? [] : [serves ? `if (${text(open, scope)}) ${rest} = 0;` : `${rest} = 0;`]),
    ];
  };
  const calls: string[] = [];
  const perContext = system.contexts.flatMap(({ name: contextName }, context) => {
    const told = stands
      .filter((stand) => stand.context === context)
      .map((stand): Told => [stand.label, [...restAndMoves(stand), ...looksOf(stand.looks, scopeOf(context))]])
      .filter(([, lines]) => lines.length > 0);
    if (told.length === 0) return [];
    const name = names.of(`look where ${context} stands`, `look_at_${contextName}`);
    calls.push(`${name}();`);
    return byLabel("void", name, `now.pc[${names.element(contexts, context)}]`, told);
  });
  const lines = [
    ...looksOf(always, nobody),
    ...(whole ? [`${rest} = 1; ${moves} = 0;`] : []),
    ...calls,
    ...(atRest.length > 0 ? [`if (${rest}) ${names.of("monitor at rest", "look_at_rest")}();`] : []),
    ...(deadlock === null ? [] : [`if (!${rest} && !${moves}) { FOUND(${deadlock}); ${comment("deadlock")} }`]),
  ];
  if (lines.length === 0) return null;
  return {
    functions: [
      ...(whole ? [`c_code { static int ${rest}, ${moves}; }`] : []),
      ...perContext,
      ...(atRest.length > 0 ? inTurn(names.of("monitor at rest", ""), looksOf(atRest, nobody)) : []),
      ...inTurn("look_at_state", lines),
    ],
    process: [
      comment("Looks at every state and changes none."),
      "active proctype monitor()",
      "{",
      "  do",
      `  :: d_step { ${begun ?? "true"} -> c_code { ANEW; look_at_state(); NO_STEP; }; LOOKED }`,
      "  od",
      "}",
    ],
  };
}
