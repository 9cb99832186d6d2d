/**
 * A system as Promela, for Spin: a process for each context, whose steps are told in C, one `d_step` each, so that a
 * full search without reductions meets the states and the steps that the reference meets. A monitor looks at every state.
 */
import { context as contexts } from "../language/sets.ts";
import type { AnyLeaf, Value } from "../language/shapes.ts";
import type { Label, System } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import { type Dialect, Expressions, type Scope, within } from "./expression.ts";
import { Fairness } from "./fairness.ts";
import { comment, type ExportOptions, headingOf, targetName } from "./heading.ts";
import { byLabel, monitorOf } from "./monitor.ts";
import { Names } from "./names.ts";
import { functionInC, Pieces } from "./pieces.ts";
import { type Look, type Rule, type Rules, rulesOf, type Stand } from "./rules.ts";
import { assignmentsOf, parametersOf, type Syntax, walkFunction } from "./statements.ts";
import { type Variable, variablesOf } from "./variables.ts";

/** One way to go on from a label: whether it is open, and what it does. */
interface Option {
  readonly label: Label;
  readonly guard: string;
  readonly lines: readonly string[];
}

const C: Syntax = {
  assign: (variable, value) => `${variable} = ${value};`,
  returns: (value) => `return ${value};`,
  when: (condition, statement) => `if (${condition}) ${statement}`,
  loop: (condition) => `while (${condition}) {`,
  each: (variable, size) => `for (${variable} = 0; ${variable} < ${size}; ${variable}++) {`,
  end: "}",
  equal: "==",
  unequal: "!=",
};

/** Prints a system as Promela. */
export function toPromela(system: System, options: ExportOptions = {}): string {
  const { universe } = system;
  const rules = rulesOf(system);
  const names = new Names(system);
  const asked = options.liveness === undefined ? undefined : rules.liveness[options.liveness];
  const properties = (options.properties ?? true) && asked === undefined;
  const fairness = asked ? new Fairness(rules, asked, names) : null;
  const { variables, variable } = variablesOf(system, names);
  const walks = new Map<string, string>();
  const contextName = (context: number): string => system.contexts[context]?.name ?? "";

  const walk: Dialect["walk"] = (chain, scope) => {
    const parameters = parametersOf(chain, scope, names);
    // A parameter that is the variable of a walk around this one gets a name of its own.
    const own = parameters.map(({ binder, name }, i) => ({ binder, name, own: names.of(`parameter ${i}`, `p${i}`) }));
    const inner = own.reduce((s, p) => within(s, p.binder, p.own), scope);
    const { variables, body: lines } = walkFunction(chain, inner, { expressions, names, universe, syntax: C });
    const body = [`int ${variables.map((v) => v.name).join(", ")};`, ...lines];
    const key = [own.length, ...body].join("\n");
    let name = walks.get(key);
    if (name === undefined) {
      name = names.of(`walk ${walks.size}`, `walk_${walks.size + 1}`);
      walks.set(key, name);
    }
    return `${name}(${own.map((p) => p.name).join(", ")})`;
  };
  const mayRunName = (context: number, how: "true" | "undefined"): string =>
    names.of(`mayRun ${how} ${context}`, `${how === "true" ? "may_run" : "cannot_tell"}_${contextName(context)}`);
  const pieces = new Pieces(names);
  const expressions = new Expressions(system, names, {
    joined: (parts, by, scope) => pieces.joined(parts, by, scope),
    and: "&&",
    or: "||",
    equal: "==",
    unequal: "!=",
    yes: "1",
    no: "0",
    choose: (test, then, otherwise) => `(${test} ? ${then} : ${otherwise})`,
    quantify: null,
    typed: false,
    cell: (key, indices, { self }) => {
      const { name, sets } = variable(key, self);
      if (indices.length === 0) return `now.${name}`;
      const flat = indices.reduce((text, index, i) => {
        if (i === 0) return index;
        return `${/ [+-] /.test(text) ? `(${text})` : text} * ${universe.size(sets[i] as never)} + ${index}`;
      }, "");
      return `now.${name}[${flat}]`;
    },
    pc: (who) => `now.pc[${who}]`,
    mayRun: (context, how) => `${mayRunName(context, how)}()`,
    walk,
  });
  const text = (condition: Condition, scope: Scope): string => expressions.condition(condition, scope);
  const scopeOf = (self: number): Scope => ({ self, bound: new Map() });
  const looksOf = (looks: readonly Look[], scope: Scope): string[] =>
    looks.map(({ finding, when, why }) => {
      const said = `${rules.findings[finding]?.kind === "met" ? "MET" : "FOUND"}(${finding}); ${comment(why)}`;
      return when.is === "true" ? said : `if (${text(when, scope)}) { ${said} }`;
    });

  /** What one rule of one label asks and does, for each choice of its elements. */
  const optionsOf = ({ context, label }: Stand, { command, when, looks, steps }: Rule): Option[] => {
    const scopes = command.binders.reduce<Scope[]>(
      (all, binder) =>
        all.flatMap((outer) =>
          Array.from({ length: universe.size(binder.set) }, (_, i) =>
            within(outer, binder, names.element(binder.set, i)),
          ),
        ),
      [scopeOf(context)],
    );
    return scopes.map((scope) => {
      const { reads, writes } = assignmentsOf(steps ? command.effect : [], scope, { expressions, names, universe });
      const target = steps ? (command.target as number) : null;
      const lines = [
        ...reads.map(({ name, text }) => `int ${name} = ${text};`),
        ...(properties ? looksOf(looks, scope) : []),
        ...writes.map(({ cell, text }) => `${cell} = ${text};`),
        ...(fairness && steps ? fairness.takes(context, label, command, scope) : []),
        target === null
          ? "NO_STEP;"
          : `now.pc[${names.element(contexts, context)}] = ${target}; ${comment(`-> ${targetName(system, target)}`)}`,
      ];
      return { label, guard: text(when, scope), lines: reads.length > 0 ? ["{", ...lines, "}"] : lines };
    });
  };

  /** The nth way of all labels of a context is one option of its process: Spin bounds how many `d_step` a model has. */
  const processOf = (context: number) => {
    const own = rules.stands
      .filter((stand) => stand.context === context)
      .map((stand) => stand.rules.filter((rule) => rule.steps || properties).flatMap((rule) => optionsOf(stand, rule)));
    const most = Math.max(0, ...own.map((of) => of.length));
    const pc = `now.pc[${names.element(contexts, context)}]`;
    const ways = Array.from({ length: most }, (_, way) => {
      const options = own.flatMap((of) => of[way] ?? []);
      const name = names.of(`way ${context} ${way}`, `${contextName(context)}_${way + 1}`);
      const inC = [
        ...byLabel(
          "int",
          `can_${name}`,
          pc,
          options.map(({ label, guard }) => [label, [`return ${guard};`]]),
        ),
        ...byLabel(
          "void",
          `step_${name}`,
          pc,
          options.map(({ label, lines }) => [label, lines]),
        ),
      ];
      return { name, inC };
    });
    const may = begun === null ? "" : `now.${begun} && `;
    const option = ({ name }: { readonly name: string }): string =>
      `  :: d_step { c_expr { ${may}(can_${name})() } -> c_code { ANEW; step_${name}(); }; LOOKED }`;
    return {
      functions: ways.flatMap(({ inC }) => inC),
      process: [
        `active proctype ${names.of(`process ${context}`, `run_${contextName(context)}`)}()`,
        "{",
        "  do",
        ...(ways.length > 0 ? ways.map(option) : ["  :: false"]),
        "  od",
        "}",
        "",
      ],
    };
  };

  /** Set once one of several states was chosen to begin in; null where there is one. */
  const begun = system.initials.length > 1 || fairness ? names.of("whether a run has begun", "begun") : null;
  const processes = system.contexts.map((_, context) => processOf(context));
  const monitor = properties ? monitorOf(rules, { text, looksOf, scopeOf, names, begun }) : null;
  const mayRun = mayRunInC(rules, text, scopeOf, mayRunName);
  const initial = (v: Variable): string =>
    (v.initials[0] ?? []).map((value) => expressions.literal(value, v.shape)).join(", ");
  const declared = variables.map((v) => {
    const size = v.sets.length > 0 ? `[${v.initials[0]?.length}]` : "";
    const values = v.sets.length > 0 ? `{ ${initial(v)} }` : initial(v);
    return `${typeOf(v.shape, names)} ${v.name}${size} = ${values};${v.comment ? ` ${comment(v.comment)}` : ""}`;
  });
  const begins =
    begun === null
      ? []
      : beginning(begun, variables, system.initials.length, expressions, names, fairness?.guesses(begun) ?? []);
  const claim = fairness && begun ? fairness.claim({ text, scopeOf, begun }) : null;
  const pcs = system.initials[0].pc.join(", ");
  return [
    ...headingOf(system, rules, "Spin", options).map((line) => (line === "" ? "" : comment(line))),
    "",
    ...names.constants.map(({ name, value }) => `#define ${name} ${value}`),
    "",
    ...declared,
    comment("where each context stands: its label, 0 at the end of its script"),
    `${system.labels.length > 256 ? "short" : "byte"} pc[${system.contexts.length}] = { ${pcs} };`,
    "",
    ...(fairness?.declared ?? []),
    ...(properties ? findingsInC(rules) : ["#define ANEW", "#define LOOKED skip", ""]),
    ...pieces.declarations,
    ...walksInC(walks, names),
    ...mayRun,
    ...pieces.functions,
    ...processes.flatMap(({ functions }) => functions),
    ...(monitor?.functions ?? []),
    ...(claim?.functions ?? []),
    "",
    ...begins,
    ...processes.flatMap(({ process }) => process),
    ...(monitor?.process ?? []),
    ...(claim?.processes ?? []),
  ]
    .join("\n")
    .concat("\n");
}

/** A process that chooses where to begin, in a step of its own from a state that is none of the system's. */
function beginning(
  begun: string,
  variables: readonly Variable[],
  starts: number,
  expressions: Expressions,
  names: Names,
  guesses: readonly string[],
): string[] {
  const cells = variables.flatMap((v) =>
    (v.initials[0] ?? []).flatMap((first, i) => {
      const values = v.initials.map((of) => expressions.literal(of[i] as Value, v.shape));
      if (v.initials.every((of) => of[i] === first)) return [];
      return [{ cell: v.sets.length > 0 ? `${v.name}[${i}]` : v.name, values }];
    }),
  );
  return [
    `bool ${begun};`,
    `active proctype ${names.of("process that begins", "begin_anywhere")}()`,
    "{",
    "  do",
    ...guesses,
    ...Array.from({ length: starts }, (_, start) => {
      const sets = cells.map(({ cell, values }) => `${cell} = ${values[start]};`).join(" ");
      return `  :: d_step { !${begun} -> ${sets} ${begun} = true }`;
    }),
    "  od",
    "}",
    "",
  ];
}

function typeOf(shape: AnyLeaf, names: Names): string {
  if (shape.kind === "bool") return "bool";
  const { lo, hi } = names.bounds(shape);
  return lo >= 0 && hi < 256 ? "byte" : lo >= -32768 && hi < 32768 ? "short" : "int";
}

/** What is found stops Spin by an assertion after the step, or is counted. */
const findingsInC = ({ findings }: Rules): string[] => [
  comment("A finding stops Spin by an assertion; with -DGO_ON it is printed once, and the search goes on."),
  comment("A step that has none, and the monitor, lead back to the state that they come from: rounds, counted apart."),
  "#ifdef GO_ON",
  `c_code { static char found[${Math.max(1, findings.length)}];`,
  '  static void finding(int n) { if (!found[n]) { found[n] = 1; printf("found %d\\n", n); } } }',
  "c_code { static long rounds;",
  '  static void print_rounds(void) { printf("rounds %ld\\n", rounds); }',
  "  static void go_round(void) { if (!rounds++) atexit(print_rounds); } }",
  "#define FOUND(n) finding(n)",
  "#define MET(n) finding(n)",
  "#define NO_STEP go_round()",
  "#define ANEW",
  "#define LOOKED skip",
  "#else",
  "c_code { static int stop_here; }",
  "#define FOUND(n) stop_here = 1",
  "#define MET(n)",
  "#define ANEW stop_here = 0",
  "#define NO_STEP",
  "#define LOOKED assert(c_expr { !stop_here })",
  "#endif",
  "",
];

function walksInC(walks: ReadonlyMap<string, string>, names: Names): string[] {
  return [...walks].flatMap(([key, name]) => {
    const [count, ...body] = key.split("\n");
    const parameters = Array.from({ length: Number(count) }, (_, i) => `int ${names.of(`parameter ${i}`, "")}`);
    const head = `  static int ${name}(${parameters.join(", ") || "void"}) {`;
    return ["c_code {", head, ...body.map((line) => `    ${line}`), "  }", "}"];
  });
}

function mayRunInC(
  { system, mayRun }: Rules,
  text: (condition: Condition, scope: Scope) => string,
  scopeOf: (self: number) => Scope,
  name: Dialect["mayRun"],
): string[] {
  if (mayRun.true.is === "true") return [];
  return system.contexts.flatMap((_, context) =>
    (["true", "undefined"] as const)
      .filter((how) => mayRun[how].is !== "false")
      .flatMap((how) => functionInC(`int ${name(context, how)}`, [`return ${text(mayRun[how], scopeOf(context))};`])),
  );
}
