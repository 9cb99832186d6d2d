/**
 * How does Spin look at every state? A process of its own goes round in each state and changes none: once for the
 * system as a whole, once for each context that something is looked at for. A round is one `d_step`, and Spin bounds
 * the length of one: labels where the same is to be told share it.
 */
import { context as contexts } from "../language/sets.ts";
import type { Condition } from "./condition.ts";
import { rangesOf, type Scope } from "./expression.ts";
import { comment, placeName } from "./heading.ts";
import type { Names } from "./names.ts";
import type { Look, Rules, Stand } from "./rules.ts";

interface Tools {
  readonly text: (condition: Condition, scope: Scope) => string;
  readonly looksOf: (looks: readonly Look[], scope: Scope, indent: string) => string[];
  readonly scopeOf: (self: number) => Scope;
  readonly names: Names;
  /** What is true once a run has begun; null where it has from the start. */
  readonly begun: string | null;
}

/** Statements that depend on where a context stands. */
function byLabel(context: number, told: readonly (readonly [Stand, readonly string[]])[], names: Names): string[] {
  const groups = new Map<string, Stand[]>();
  for (const [stand, lines] of told) {
    if (lines.length === 0) continue;
    const key = lines.join("\n");
    groups.set(key, [...(groups.get(key) ?? []), stand]);
  }
  if (groups.size === 0) return [];
  const pc = `pc[${names.element(contexts, context)}]`;
  const options = [...groups].flatMap(([lines, stands]) => {
    const ranges = rangesOf(stands.map((s) => s.label.id)).map(([first, last]) =>
      first === last ? `${pc} == ${first}` : `(${pc} >= ${first} && ${pc} <= ${last})`,
    );
    const [stand] = stands as [Stand];
    const where = stands.length === 1 ? ` ${comment(placeName(stand.label))}` : "";
    return [`     :: ${ranges.join(" || ")} ->${where}`, lines];
  });
  return ["     if", ...options, "     :: else", "     fi;"];
}

const round = (begun: string | null, lines: readonly string[]): string[] => [
  `  :: d_step { ${begun ?? "true"} ->`,
  ...lines,
  "     NO_STEP",
  "     }",
];

export function monitorOf({ stands, always, atRest, deadlock, system }: Rules, tools: Tools): string[] {
  const { text, looksOf, scopeOf, names } = tools;
  const nobody = scopeOf(-1);
  const rest = names.of("monitor rest", "at_rest");
  const moves = names.of("monitor moves", "moves");
  const whole = atRest.length > 0 || deadlock !== null;
  const restAndMoves = ({ context, label, undefined: lost, open }: Stand): string[] => {
    const { mayStop, schedules, serves } = label.meta;
    const may = [lost, mayStop ? null : open].flatMap((c) =>
      c && c.is !== "false" ? [text(c, scopeOf(context))] : [],
    );
    const lines = may.map((one) => `       ${moves} = ${moves} || ${one};`);
    if (!mayStop && !schedules) {
      lines.push(`       ${rest} = ${serves ? `${rest} && !(${text(open, scopeOf(context))})` : "false"};`);
    }
    return lines;
  };
  const all = system.contexts.map((_, context) => stands.filter((s) => s.context === context));
  const wholeSystem = [
    ...looksOf(always, nobody, "     "),
    ...(whole ? [`     ${rest} = true;`, `     ${moves} = false;`] : []),
    ...(whole
      ? all.flatMap((of, c) =>
          byLabel(
            c,
            of.map((s) => [s, restAndMoves(s)] as const),
            names,
          ),
        )
      : []),
    ...(atRest.length > 0
      ? ["     if", `     :: ${rest} ->`, ...looksOf(atRest, nobody, "       "), "     :: else", "     fi;"]
      : []),
    ...(deadlock === null ? [] : looksAtDeadlock(`!${rest} && !${moves}`, deadlock)),
  ];
  const perContext = all.map((of, context) => {
    const looks = of.map((stand) => [stand, looksOf(stand.looks, scopeOf(context), "       ")] as const);
    return byLabel(context, looks, names);
  });
  const rounds = [wholeSystem, ...perContext].filter((lines) => lines.length > 0);
  if (rounds.length === 0) return [];
  return [
    comment("Looks at every state and changes none."),
    ...(whole ? [`hidden byte ${rest}, ${moves};`] : []),
    "active proctype monitor()",
    "{",
    "  do",
    ...rounds.flatMap((lines) => round(tools.begun, lines)),
    "  od",
    "}",
  ];
}

const looksAtDeadlock = (when: string, finding: number): string[] => [
  "     if",
  `     :: ${when} -> FOUND(${finding}) ${comment("deadlock")}`,
  "     :: else",
  "     fi;",
];
