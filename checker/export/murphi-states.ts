/** How does Rumur look at every state? Functions that tell where each context stands, and what is asked of them. */
import { context as contexts } from "../language/sets.ts";
import type { Condition } from "./condition.ts";
import type { Scope } from "./expression.ts";
import { placeName } from "./heading.ts";
import type { Names } from "./names.ts";
import type { Rules, Stand } from "./rules.ts";

export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "'").replaceAll(/\s+/g, " ")}"`;
export const remark = (text: string): string => `-- ${text.replaceAll(/\s+/g, " ")}`;

/** What a finding is called where Rumur counts it. */
export const findingName = (finding: number): string => `finding ${finding}`;

/** What is said at a label: what many labels have in common, and what is a label's own. Under a title. */
export interface Case {
  readonly label: number;
  readonly title: string;
  readonly common: readonly string[];
  readonly own?: readonly string[];
}

/** Neighbouring numbers where the same is said. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Ranges that are tried in turn, each with a read of what it depends on. */
const FEW = 16;

/**
 * Statements that depend on where a context stands. Most labels do what other labels do, too: what they have in common
 * is written once, under a number of its own, since Rumur takes longer over a long model than over its states.
 */
export function byLabel(pc: string, cases: readonly Case[], names: Names): { vars: string[]; lines: string[] } {
  if (cases.length === 0) return { vars: [], lines: [] };
  const kind = names.of("kind of label", "kind");
  const kinds = new Map<string, number>();
  const ranges: Range[] = [];
  for (const { label, title, common, own = [] } of [...cases].sort((a, b) => a.label - b.label)) {
    const key = common.join("\n");
    const number = kinds.get(key) ?? kinds.size + 1;
    kinds.set(key, number);
    const lines = [`${kind} := ${number};`, ...own];
    const before = ranges.at(-1);
    if (before?.last === label - 1 && before.lines.join() === lines.join())
      ranges[ranges.length - 1] = { ...before, last: label, title: "" };
    else ranges.push({ first: label, last: label, title, lines });
  }
  const said = [...kinds].map(([lines, n]): Range => ({ first: n, last: n, title: "", lines: lines.split("\n") }));
  return {
    vars: [`${kind}: 0 .. ${kinds.size};`],
    lines: [`${kind} := 0;`, ...halved(pc, ranges), ...halved(kind, said)],
  };
}

/** Statements that depend on a number: halved until few are left. */
function halved(of: string, ranges: readonly Range[]): string[] {
  const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
  if (ranges.length <= FEW) {
    const tests = ranges.flatMap(({ first, last, title, lines }, i) => [
      `${i === 0 ? "if" : "elsif"} ${first === last ? `${of} = ${first}` : `${of} >= ${first} & ${of} <= ${last}`} then ${title}`,
      ...indented(lines),
    ]);
    return [...tests, "end;"];
  }
  const [low, high] = [ranges.slice(0, ranges.length >> 1), ranges.slice(ranges.length >> 1)];
  return [
    `if ${of} < ${high[0]?.first} then`,
    ...indented(halved(of, low)),
    "else",
    ...indented(halved(of, high)),
    "end;",
  ];
}

/** A function of no arguments that tells a truth. */
export const functionOf = (name: string, body: readonly string[], vars: readonly string[] = []): string[] => [
  `function ${name}(): boolean;`,
  ...(vars.length > 0 ? [`var ${vars.join(" ")}`] : []),
  "begin",
  ...body.map((line) => `  ${line}`),
  "end;",
  "",
];

interface Tools {
  readonly text: (condition: Condition, scope: Scope) => string;
  readonly scopeOf: (self: number) => Scope;
  readonly contextName: (context: number) => string;
  readonly names: Names;
  readonly goOn: boolean;
}

/** What is looked at in every state, and functions that tell it label by label. */
export function stateProperties({ system, stands, always, atRest, deadlock, findings }: Rules, tools: Tools) {
  const { text, scopeOf, contextName, names, goOn } = tools;
  const functions: string[] = [];
  const nobody = scopeOf(-1);
  /** A call of a function that depends on where a context stands; `otherwise` where no label says anything. */
  const told = (
    name: string,
    context: number,
    value: (stand: Stand) => string | null,
    otherwise: "true" | "false",
  ): string => {
    const cases = stands
      .filter((stand) => stand.context === context)
      .flatMap((stand): Case[] => {
        const said = value(stand);
        if (said === null || said === otherwise) return [];
        return [{ label: stand.label.id, title: remark(placeName(stand.label)), common: [`return ${said};`] }];
      });
    if (cases.length === 0) return otherwise;
    const own = names.of(`state function ${name} ${context}`, `${name}_${contextName(context)}`);
    const pc = `pc[${names.element(contexts, context)}]`;
    const { vars, lines } = byLabel(pc, cases, names);
    functions.push(...functionOf(own, [...lines, `return ${otherwise};`], vars));
    return `${own}()`;
  };
  const all = system.contexts.map((_, context) => context);
  const joined = (parts: readonly string[], join: string, neutral: string): string =>
    parts.filter((part) => part !== neutral).join(join) || neutral;
  const any = (conditions: readonly Condition[], scope: Scope): string | null => {
    const parts = conditions.filter((part) => part.is !== "false").map((part) => `(${text(part, scope)})`);
    return parts.length === 0 ? null : parts.join(" | ");
  };
  const rest = (): string =>
    joined(
      all.map((c) =>
        told(
          "at_rest",
          c,
          ({ label: { meta }, open }) => {
            if (meta.mayStop || meta.schedules) return null;
            return meta.serves ? `!(${text(open, scopeOf(c))})` : "false";
          },
          "true",
        ),
      ),
      " & ",
      "true",
    );
  const moves = (): string =>
    joined(
      all.map((c) =>
        told(
          "moves",
          c,
          ({ label: { meta }, open, undefined: lost }) => any([...(meta.mayStop ? [] : [open]), lost], scopeOf(c)),
          "false",
        ),
      ),
      " | ",
      "false",
    );
  const said = (finding: number, when: string, why: string): string[] => {
    if (goOn) return [`cover ${quoted(findingName(finding))} ${when}; ${remark(why)}`];
    return findings[finding]?.kind === "met" ? [] : [`invariant ${quoted(why)} !(${when});`];
  };
  /** What a context's own labels look for, a function for each finding. */
  const standing = all.flatMap((c) => {
    const looked = stands.filter((stand) => stand.context === c).flatMap(({ looks }) => looks);
    return [...new Set(looked.map(({ finding }) => finding))].flatMap((finding) => {
      const when = told(
        `sees_${finding}`,
        c,
        ({ looks }) =>
          any(
            looks.flatMap((look) => (look.finding === finding ? [look.when] : [])),
            scopeOf(c),
          ),
        "false",
      );
      return said(finding, when, `${findings[finding]?.name}: where ${contextName(c)} stands`);
    });
  });
  const resting = atRest.length > 0 || deadlock !== null ? rest() : "";
  const properties = [
    ...always.flatMap(({ finding, when, why }) => said(finding, text(when, nobody), why)),
    ...standing,
    ...atRest.flatMap(({ finding, when, why }) =>
      said(finding, `${resting} & (${text(when, nobody)})`, `at rest: ${why}`),
    ),
    ...(deadlock === null ? [] : said(deadlock, `!(${resting}) & !(${moves()})`, "deadlock")),
  ];
  return { functions, properties };
}
