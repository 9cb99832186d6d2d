/**
 * A system as Murphi, for Rumur: a rule for each context and alternative, an invariant or an assertion for each
 * property. With `goOn`, what is found is counted by `cover`, and no step is lost.
 */
import type { Binder } from "../language/nodes.ts";
import { context as contexts } from "../language/sets.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import type { System } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import { type Dialect, Expressions, type Scope, within } from "./expression.ts";
import { type ExportOptions, headingOf, placeName, targetName } from "./heading.ts";
import { Names } from "./names.ts";
import { type Look, type Rule, type Rules, rulesOf, type Stand } from "./rules.ts";
import { assignmentsOf, parametersOf, type Syntax, walkFunction } from "./statements.ts";
import { type Variable, variablesOf } from "./variables.ts";

const SYNTAX: Syntax = {
  assign: (variable, value) => `${variable} := ${value};`,
  returns: (value) => `return ${value};`,
  when: (condition, statement) => `if ${condition} then ${statement} end;`,
  loop: (condition) => `while ${condition} do`,
  each: (variable, size) => `for ${variable}: 0 .. ${size - 1} do`,
  end: "end;",
  equal: "=",
  unequal: "!=",
};

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "'").replaceAll(/\s+/g, " ")}"`;
const remark = (text: string): string => `-- ${text.replaceAll(/\s+/g, " ")}`;

/** What a finding is called where Rumur counts it. */
const findingName = (finding: number): string => `finding ${finding}`;

/** Prints a system as Murphi. */
export function toMurphi(system: System, options: ExportOptions = {}): string {
  const { goOn = false } = options;
  const properties = (options.properties ?? true) === true;
  const { universe } = system;
  const rules = rulesOf(system);
  const names = new Names(system);
  const { variables, variable } = variablesOf(system, names);
  const walks = new Map<string, readonly string[]>();
  const contextName = (context: number): string => system.contexts[context]?.name ?? "";
  const answers = `0 .. ${names.undefined}`;
  const elements = (size: number): string => `0 .. ${size - 1}`;

  const walk: Dialect["walk"] = (chain, scope) => {
    const parameters = parametersOf(chain, scope, names);
    const own = parameters.map(({ binder, name }, i) => ({ binder, name, own: names.of(`parameter ${i}`, `p${i}`) }));
    const inner = own.reduce((s, p) => within(s, p.binder, p.own), scope);
    const declared = own.map((p) => `${p.own}: ${elements(universe.size(p.binder.set))}`).join("; ");
    const { variables: local, body } = walkFunction(chain, inner, { expressions, names, universe, syntax: SYNTAX });
    const vars = chain.op === "chain" ? local.map((v) => `${v.name}: 0 .. ${v.highest};`) : [];
    const text = [
      `(${declared}): ${answers};`,
      ...(vars.length > 0 ? [`var ${vars.join(" ")}`] : []),
      "begin",
      ...body.map((line) => `  ${line}`),
      "end;",
      "",
    ];
    const key = text.join("\n");
    const name = names.of(`walk ${key}`, `walk_${walks.size + 1}`);
    if (!walks.has(key)) walks.set(key, [`function ${name}${text[0]}`, ...text.slice(1)]);
    return `${name}(${own.map((p) => p.name).join(", ")})`;
  };
  const mayRunName = (context: number, how: "true" | "undefined"): string =>
    names.of(`mayRun ${how} ${context}`, `${how === "true" ? "may_run" : "cannot_tell"}_${contextName(context)}`);
  const expressions = new Expressions(system, names, {
    and: "&",
    or: "|",
    equal: "=",
    unequal: "!=",
    yes: "true",
    no: "false",
    choose: (test, then, otherwise) => `(${test} ? ${then} : ${otherwise})`,
    quantify: (which, name, size, body) =>
      `(${which === "every" ? "forall" : "exists"} ${name}: ${elements(size)} do ${body} end)`,
    typed: true,
    cell: (key, indices, { self }) => variable(key, self).name + indices.map((index) => `[${index}]`).join(""),
    pc: (who) => `pc[${who}]`,
    mayRun: (context, how) => `${mayRunName(context, how)}()`,
    walk,
  });
  const text = (condition: Condition, scope: Scope): string => expressions.condition(condition, scope);
  const scopeOf = (self: number): Scope => ({ self, bound: new Map() });
  const kindOf = (finding: number) => rules.findings[finding]?.kind;

  /** What is looked at when a rule fires. */
  const looksOf = (looks: readonly Look[], scope: Scope): string[] =>
    looks.flatMap(({ finding, when, why }) => {
      if (goOn) return [`  cover ${quoted(findingName(finding))} ${text(when, scope)}; ${remark(why)}`];
      if (kindOf(finding) === "met") return [];
      return when.is === "true" ? [`  error ${quoted(why)};`] : [`  assert ${quoted(why)} !(${text(when, scope)});`];
    });

  const typeOf = (shape: AnyLeaf): string => {
    if (shape.kind === "bool") return "boolean";
    const { lo, hi } = names.bounds(shape);
    return `${lo} .. ${hi}`;
  };

  const ruleText = ({ context, label }: Stand, { command, when, looks, steps }: Rule, number: number): string[] => {
    const self = names.element(contexts, context);
    const choices: { binder: Binder; name: string }[] = [];
    const scope = command.binders.reduce((outer, binder) => {
      const name = expressions.variable(binder, outer);
      choices.push({ binder, name });
      return within(outer, binder, name);
    }, scopeOf(context));
    const { reads, writes } = assignmentsOf(steps ? command.effect : [], scope, { expressions, names, universe });
    const target = steps ? (command.target as number) : null;
    const title = `${contextName(context)} ${label.id}.${number} ${label.program}: ${label.rowLabel}`;
    const guard = [`pc[${self}] = ${label.id}`, ...(when.is === "true" ? [] : [`(${text(when, scope)})`])].join(" & ");
    const lines = [
      `rule ${quoted(`${title} -> ${target === null ? "(no step)" : targetName(system, target)}`)}`,
      `  ${guard}`,
      "==>",
      ...reads.map(({ name, shape }) => `var ${name}: ${shape ? typeOf(shape) : `0 .. ${names.undefined}`};`),
      "begin",
      ...(properties ? looksOf(looks, scope) : []),
      ...reads.map((read) => `  ${read.name} := ${read.text};`),
      ...writes.map((write) => `  ${write.cell} := ${write.text};`),
      target === null ? `  assume ${quoted("there is no state after this")} false;` : `  pc[${self}] := ${target};`,
      "end;",
    ];
    const opened = choices.map(({ binder, name }) => `ruleset ${name}: ${elements(universe.size(binder.set))} do`);
    return [...opened, ...lines, ...choices.map(() => "end;")];
  };
  const bodies = rules.stands.flatMap((stand) => {
    const shown = stand.rules.filter((rule) => rule.steps || properties);
    return ["", remark(placeName(stand.label)), ...shown.flatMap((rule, n) => ruleText(stand, rule, n))];
  });

  const perState = properties ? stateProperties(rules, { text, scopeOf, contextName, names, goOn, kindOf }) : null;
  const mayRun =
    rules.mayRun.true.is === "true"
      ? []
      : system.contexts.flatMap((_, context) => [
          ...functionOf(mayRunName(context, "true"), text(rules.mayRun.true, scopeOf(context))),
          ...(rules.mayRun.undefined.is === "false"
            ? []
            : functionOf(mayRunName(context, "undefined"), text(rules.mayRun.undefined, scopeOf(context)))),
        ]);

  const liveness =
    options.properties === false
      ? []
      : rules.alwaysPossible.map(
          ({ property, condition }) => `liveness ${quoted(property)} ${text(condition, scopeOf(-1))};`,
        );

  const declared = variables.map((v) => {
    const arrays = v.sets.map((set) => `array [${elements(universe.size(set))}] of `).join("");
    return `var ${v.name}: ${arrays}${typeOf(v.shape)};${v.comment ? ` ${remark(v.comment)}` : ""}`;
  });
  const starts = system.initials.map((_, start) =>
    variables.flatMap((v) =>
      (v.initials[start] ?? []).map((value, i) => `  ${cellOf(v, i)} := ${expressions.literal(value, v.shape)};`),
    ),
  );
  function cellOf({ name, sets }: Variable, at: number): string {
    let rest = at;
    const indices = sets.toReversed().map((set) => {
      const size = universe.size(set);
      const index = rest % size;
      rest = Math.floor(rest / size);
      return `[${names.element(set, index)}]`;
    });
    return name + indices.toReversed().join("");
  }

  const pcs = system.initials[0].pc.map((label, c) => `  pc[${names.element(contexts, c)}] := ${label};`);
  return [
    ...headingOf(system, rules, "Rumur", options).map(remark),
    "",
    "const",
    ...names.constants.map(({ name, value }) => `  ${name}: ${value};`),
    "",
    ...declared,
    remark("where each context stands: its label, 0 at the end of its script"),
    `var pc: array [${elements(system.contexts.length)}] of ${elements(system.labels.length)};`,
    "",
    ...[...walks.values()].flat(),
    ...mayRun,
    ...(perState?.functions ?? []),
    ...starts.flatMap((cells, start) => [
      `startstate "initial${starts.length > 1 ? ` ${start + 1}` : ""}" begin`,
      ...cells,
      ...pcs,
      "end;",
    ]),
    ...bodies,
    "",
    ...(perState?.properties ?? []),
    ...liveness,
  ]
    .map((line) => line.trimEnd())
    .join("\n")
    .concat("\n");
}

const functionOf = (name: string, value: string): string[] => [
  `function ${name}(): boolean; begin`,
  `  return ${value};`,
  "end;",
  "",
];

/** What is looked at in every state, and functions that tell it label by label. */
function stateProperties(
  { system, stands, always, atRest, deadlock }: Rules,
  {
    text,
    scopeOf,
    contextName,
    names,
    goOn,
    kindOf,
  }: {
    readonly text: (condition: Condition, scope: Scope) => string;
    readonly scopeOf: (self: number) => Scope;
    readonly contextName: (context: number) => string;
    readonly names: Names;
    readonly goOn: boolean;
    readonly kindOf: (finding: number) => string | undefined;
  },
) {
  const functions: string[] = [];
  const nobody = scopeOf(-1);
  /** A function of no arguments that depends on where a context stands. */
  const byLabel = (
    name: string,
    context: number,
    value: (stand: Stand) => string | null,
    otherwise: string,
  ): string => {
    const own = names.of(`state function ${name} ${context}`, `${name}_${contextName(context)}`);
    const cases = stands
      .filter((s) => s.context === context)
      .flatMap((stand) => {
        const told = value(stand);
        return told === null ? [] : [`  case ${stand.label.id}: return ${told}; ${remark(placeName(stand.label))}`];
      });
    if (cases.length === 0) return otherwise;
    functions.push(
      `function ${own}(): boolean; begin`,
      `  switch pc[${names.element(contexts, context)}]`,
      ...cases,
      "  end;",
      `  return ${otherwise};`,
      "end;",
      "",
    );
    return `${own}()`;
  };
  const said = (finding: number, when: string, why: string): string[] => {
    if (goOn) return [`cover ${quoted(findingName(finding))} ${when}; ${remark(why)}`];
    return kindOf(finding) === "met" ? [] : [`invariant ${quoted(why)} !(${when});`];
  };
  const everyContext = (parts: readonly string[], join: string, otherwise: string): string => {
    const kept = parts.filter((part) => part !== otherwise);
    return kept.length === 0 ? otherwise : kept.join(join);
  };
  const all = system.contexts.map((_, context) => context);
  const rest = (): string =>
    everyContext(
      all.map((c) =>
        byLabel(
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
    everyContext(
      all.map((c) =>
        byLabel(
          "moves",
          c,
          ({ label: { meta }, open, undefined: lost }) => {
            const parts = [...(meta.mayStop ? [] : [open]), lost].filter((part) => part.is !== "false");
            return parts.length === 0 ? null : parts.map((part) => `(${text(part, scopeOf(c))})`).join(" | ");
          },
          "false",
        ),
      ),
      " | ",
      "false",
    );
  const perStand = stands.flatMap(({ context, label, looks }) =>
    looks.flatMap(({ finding, when, why }) =>
      said(
        finding,
        `pc[${names.element(contexts, context)}] = ${label.id}${when.is === "true" ? "" : ` & (${text(when, scopeOf(context))})`}`,
        `${contextName(context)} at ${label.program}: ${label.rowLabel}: ${why}`,
      ),
    ),
  );
  const resting = atRest.length > 0 || deadlock !== null ? rest() : "";
  const properties = [
    ...always.flatMap(({ finding, when, why }) => said(finding, text(when, nobody), why)),
    ...perStand,
    ...atRest.flatMap(({ finding, when, why }) =>
      said(finding, `${resting} & (${text(when, nobody)})`, `at rest: ${why}`),
    ),
    ...(deadlock === null ? [] : said(deadlock, `!(${resting}) & !(${moves()})`, "deadlock")),
  ];
  return { functions, properties };
}
