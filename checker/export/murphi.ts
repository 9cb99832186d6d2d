/**
 * A system as Murphi, for Rumur: a rule for each context and alternative, an invariant or an assertion for each
 * property. With `goOn`, what is found is counted by `cover`, and no step is lost.
 */
import { context as contexts } from "../language/sets.ts";
import type { AnyLeaf } from "../language/shapes.ts";
import type { Label, System } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import { type Dialect, Expressions, type Scope, within } from "./expression.ts";
import { type ExportOptions, headingOf, placeName } from "./heading.ts";
import { byLabel, findingName, functionOf, quoted, remark, stateProperties } from "./murphi-states.ts";
import { Names } from "./names.ts";
import { type Look, type Rule, rulesOf, type Stand } from "./rules.ts";
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

/** One way to go on from a label: whether it is open, and what it does. */
interface Option {
  readonly label: Label;
  readonly guard: string;
  readonly lines: readonly string[];
  /** Null where there is no state after it. */
  readonly target: number | null;
}

/** Prints a system as Murphi. */
export function toMurphi(system: System, options: ExportOptions = {}): string {
  const { goOn = false, properties = true } = options;
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
      if (goOn) return [`cover ${quoted(findingName(finding))} ${text(when, scope)}; ${remark(why)}`];
      if (kindOf(finding) === "met") return [];
      return when.is === "true" ? [`error ${quoted(why)};`] : [`assert ${quoted(why)} !(${text(when, scope)});`];
    });

  const typeOf = (shape: AnyLeaf): string => {
    if (shape.kind === "bool") return "boolean";
    const { lo, hi } = names.bounds(shape);
    return `${lo} .. ${hi}`;
  };

  /** What one rule of one label asks and does, for each choice of its elements. */
  const optionsOf = ({ context, label }: Stand, { command, when, looks, steps }: Rule, number: number): Option[] => {
    const scopes = command.binders.reduce<Scope[]>(
      (all, binder) =>
        all.flatMap((outer) =>
          Array.from({ length: universe.size(binder.set) }, (_, i) =>
            within(outer, binder, names.element(binder.set, i)),
          ),
        ),
      [scopeOf(context)],
    );
    const target = steps ? (command.target as number) : null;
    return scopes.map((scope, choice) => {
      const { reads, writes } = assignmentsOf(steps ? command.effect : [], scope, { expressions, names, universe });
      const lines = [
        ...(properties ? looksOf(looks, scope) : []),
        ...reads.map((read) => `${read.name} := ${read.text};`),
        ...writes.map((write) => `${write.cell} := ${write.text};`),
        ...(target === null ? [`assume ${quoted("there is no state after this")} false;`] : []),
      ];
      const guard = text(when, scope);
      if (reads.length === 0) return { label, guard, lines, target };
      // Variables are declared for a procedure, and no two steps need the same.
      const name = names.of(
        `step ${context} ${label.id} ${number} ${choice}`,
        `step_${contextName(context)}_${label.id}_${number}_${choice}`,
      );
      steppers.push(
        `procedure ${name}();`,
        ...reads.map(({ name, shape }) => `var ${name}: ${shape ? typeOf(shape) : answers};`),
        "begin",
        ...lines.map((line) => `  ${line}`),
        "end;",
        "",
      );
      return { label, guard, lines: [`${name}();`], target };
    });
  };
  const steppers: string[] = [];
  const bodies = system.contexts.flatMap((_, context) => {
    const stands = rules.stands.filter((stand) => stand.context === context);
    const options = stands.map((stand) =>
      stand.rules.filter((rule) => rule.steps || properties).flatMap((rule, n) => optionsOf(stand, rule, n)),
    );
    const most = Math.max(0, ...options.map((of) => of.length));
    return Array.from({ length: most }, (_, way) =>
      wayText(
        `${contextName(context)}_${way + 1}`,
        `pc[${names.element(contexts, context)}]`,
        options.flatMap((of) => of[way] ?? []),
      ),
    ).flat();
  });
  /** One rule for the nth way of all labels: Rumur tries each rule in each state, and a rule a step would be thousands. */
  function wayText(name: string, pc: string, options: readonly Option[]): string[] {
    const can = names.of(`can ${name}`, `can_${name}`);
    const next = names.of("label to go to", "next_pc");
    const titled = ({ label }: Option) => ({ label: label.id, title: remark(placeName(label)) });
    const opens = byLabel(
      pc,
      options.map((option) => ({ ...titled(option), common: [`return ${option.guard};`] })),
      names,
    );
    const steps = byLabel(
      pc,
      options.map((option) => ({
        ...titled(option),
        common: option.lines,
        own: option.target === null ? [] : [`${next} := ${option.target};`],
      })),
      names,
    );
    return [
      ...functionOf(can, [...opens.lines, "return false;"], opens.vars),
      `rule ${quoted(name)}`,
      `  ${can}()`,
      "==>",
      `var ${steps.vars.join(" ")} ${next}: 0 .. ${system.labels.length};`,
      "begin",
      `  ${next} := 0;`,
      ...steps.lines.map((line) => `  ${line}`),
      `  ${pc} := ${next};`,
      "end;",
      "",
    ];
  }

  const perState = properties ? stateProperties(rules, { text, scopeOf, contextName, names, goOn }) : null;
  const mayRun =
    rules.mayRun.true.is === "true"
      ? []
      : system.contexts.flatMap((_, context) => [
          ...functionOf(mayRunName(context, "true"), [`return ${text(rules.mayRun.true, scopeOf(context))};`]),
          ...(rules.mayRun.undefined.is === "false"
            ? []
            : functionOf(mayRunName(context, "undefined"), [
                `return ${text(rules.mayRun.undefined, scopeOf(context))};`,
              ])),
        ]);

  const liveness = !properties
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
    ...steppers,
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
