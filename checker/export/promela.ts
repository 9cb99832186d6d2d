/**
 * A system as Promela, for Spin: a process for each context, a `d_step` for each alternative, so that a full search
 * without reductions meets the states and the steps that the reference meets. A monitor looks at every state.
 */
import { context as contexts } from "../language/sets.ts";
import type { AnyLeaf, Value } from "../language/shapes.ts";
import type { Command, Label, System } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import { type Dialect, Expressions, type Scope, within } from "./expression.ts";
import { comment, type ExportOptions, headingOf, placeName, targetName } from "./heading.ts";
import { monitorOf } from "./monitor.ts";
import { Names } from "./names.ts";
import { type Look, type Rule, type Rules, rulesOf, type Stand } from "./rules.ts";
import { assignmentsOf, parametersOf, type Syntax, walkFunction } from "./statements.ts";
import { type Variable, variablesOf } from "./variables.ts";

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
  const properties = (options.properties ?? true) === true;
  const { universe } = system;
  const rules = rulesOf(system);
  const names = new Names(system);
  const processes = system.contexts.map(({ name }, c) => names.of(`process ${c}`, `run_${name}`));
  const { variables, variable } = variablesOf(system, names);
  const walks = new Map<string, string>();

  const cell =
    (prefix: string): Dialect["cell"] =>
    (key, indices, { self }) => {
      const { name, sets } = variable(key, self);
      if (indices.length === 0) return prefix + name;
      const flat = indices.reduce((text, index, i) => {
        if (i === 0) return index;
        return `${/ [+-] /.test(text) ? `(${text})` : text} * ${universe.size(sets[i] as never)} + ${index}`;
      }, "");
      if (prefix !== "" || !flat.includes(`${name}[`)) return `${prefix}${name}[${flat}]`;
      // Spin refuses an array that is indexed with itself: which element it is is asked one by one.
      const size = sets.reduce((n, set) => n * universe.size(set), 1);
      return Array.from({ length: size - 1 }, (_, i) => i).reduceRight(
        (rest, i) => `(${flat} == ${i} -> ${name}[${i}] : ${rest})`,
        `${name}[${size - 1}]`,
      );
    };
  const shared = {
    and: "&&",
    or: "||",
    equal: "==",
    unequal: "!=",
    yes: "true",
    no: "false",
    quantify: null,
    typed: false,
    mayRun: (context: number, how: "true" | "undefined") =>
      names.of(
        `mayRun ${how} ${context}`,
        `${how === "true" ? "may_run" : "cannot_tell"}_${system.contexts[context]?.name}`,
      ),
  } as const;
  /** Inside C a parameter has its own name; a call from Promela has constants only. */
  const walk: Dialect["walk"] = (chain, scope) => {
    const parameters = parametersOf(chain, scope, names);
    // A parameter that is the variable of a walk around this one gets a name of its own.
    const own = parameters.map(({ binder, name }, i) => ({ binder, name, own: names.of(`parameter ${i}`, `p${i}`) }));
    const inner = own.reduce((s, p) => within(s, p.binder, p.own), scope);
    const { variables, body: lines } = walkFunction(chain, inner, { expressions: c, names, universe, syntax: C });
    const body = [`int ${variables.map((v) => v.name).join(", ")};`, ...lines];
    const key = [own.length, ...body].join("\n");
    let name = walks.get(key);
    if (name === undefined) {
      name = names.of(`walk ${walks.size}`, `walk_${walks.size + 1}`);
      walks.set(key, name);
    }
    return `(${name})(${own.map((p) => p.name).join(", ")})`;
  };
  const c = new Expressions(system, names, {
    ...shared,
    yes: "1",
    no: "0",
    choose: (test, then, otherwise) => `(${test} ? ${then} : ${otherwise})`,
    cell: cell("now."),
    pc: (who) => `now.pc[${who}]`,
    walk,
  });
  const expressions = new Expressions(system, names, {
    ...shared,
    choose: (test, then, otherwise) => `(${test} -> ${then} : ${otherwise})`,
    cell: cell(""),
    pc: (who) => `pc[${who}]`,
    // Spin takes a call by its plain name for a side effect.
    walk: (chain, scope) => `c_expr { ${walk(chain, scope)} }`,
  });
  const text = (condition: Condition, scope: Scope): string => expressions.condition(condition, scope);
  const scopeOf = (self: number): Scope => ({ self, bound: new Map() });
  const looksOf = (looks: readonly Look[], scope: Scope, indent: string): string[] =>
    looks.flatMap(({ finding, when, why }) => {
      const said = `${rules.findings[finding]?.kind === "met" ? "MET" : "FOUND"}(${finding}) ${comment(why)}`;
      if (when.is === "true") return [`${indent}${said};`];
      return [`${indent}if`, `${indent}:: ${text(when, scope)} -> ${said}`, `${indent}:: else`, `${indent}fi;`];
    });

  /** In C where something is to be kept meanwhile: a variable of Promela would be one more in every state. */
  const assignments = (effect: Command["effect"], scope: Scope): string[] => {
    const { reads, writes } = assignmentsOf(effect, scope, { expressions, names, universe });
    if (reads.length === 0) return writes.map(({ cell, text }) => `       ${cell} = ${text};`);
    const inC = assignmentsOf(effect, scope, { expressions: c, names, universe });
    return [
      "       c_code { {",
      ...inC.reads.map(({ name, text }) => `         int ${name} = ${text};`),
      ...inC.writes.map(({ cell, text }) => `         ${cell} = ${text};`),
      "       } };",
    ];
  };

  /** Set once one of several states was chosen to begin in; null where there is one. */
  const begun = system.initials.length > 1 ? names.of("whether a run has begun", "begun") : null;
  const option = ({ context, label }: Stand, rule: Rule): string[] => {
    const { command, when, looks, steps } = rule;
    const scopes = command.binders.reduce<Scope[]>(
      (all, binder) =>
        all.flatMap((outer) =>
          Array.from({ length: universe.size(binder.set) }, (_, i) =>
            within(outer, binder, names.element(binder.set, i)),
          ),
        ),
      [scopeOf(context)],
    );
    return scopes.flatMap((scope) => {
      const target = steps ? (command.target as number) : label.id;
      const statements = [
        ...(properties ? looksOf(looks, scope, "       ") : []),
        ...(steps ? assignments(command.effect, scope) : []),
        steps ? `       pc[${names.element(contexts, context)}] = ${target}` : "       NO_STEP",
      ];
      return [
        `  :: d_step { ${begun === null ? "" : `${begun} && `}${text(when, scope)} ->`,
        ...statements,
        `     } goto L${target} ${comment(`${steps ? "" : "no step: "}${targetName(system, target)}`)}`,
      ];
    });
  };

  const process = (context: number): string[] => {
    const stands = rules.stands.filter((s) => s.context === context);
    const entry = system.scripts[system.contexts[context]?.script ?? 0]?.entry ?? 0;
    const first = stands.filter((s) => s.label.id === entry);
    const ordered = [...first, ...stands.filter((s) => s.label.id !== entry)];
    const end = ["L0: false /* the end of the script */"];
    const blocks = ordered.flatMap((stand) => {
      const options = stand.rules.filter((r) => r.steps || properties).flatMap((rule) => option(stand, rule));
      return [
        `L${stand.label.id}: ${comment(placeName(stand.label))}`,
        ...localComment(stand.label, context),
        "  if",
        ...(options.length > 0 ? options : ["  :: false"]),
        "  fi;",
      ];
    });
    return [`active proctype ${processes[context]}()`, "{", ...(first.length > 0 ? [...blocks, ...end] : end), "}", ""];
  };
  const localComment = ({ slots }: Label, context: number): string[] => {
    const shown = slots.map(({ slot, name }) => ({ name, of: variable(`slot ${slot}`, context).name }));
    const renamed = shown.filter(({ name, of }) => !of.endsWith(`_${name}`)).map(({ name, of }) => `${of} is ${name}`);
    return renamed.length > 0 ? [`     ${comment(renamed.join(", "))}`] : [];
  };

  const bodies = system.contexts.map((_, context) => process(context));
  const monitor = properties ? monitorOf(rules, { text, looksOf, scopeOf, names, begun }) : [];
  const mayRun = mayRunDefinitions(rules, text, scopeOf, shared.mayRun);
  const initial = (v: Variable): string =>
    (v.initials[0] ?? []).map((value) => expressions.literal(value, v.shape)).join(", ");
  const declared = variables.map((v) => {
    const size = v.sets.length > 0 ? `[${v.initials[0]?.length}]` : "";
    const values = v.sets.length > 0 ? `{ ${initial(v)} }` : initial(v);
    return `${typeOf(v.shape, names)} ${v.name}${size} = ${values};${v.comment ? ` ${comment(v.comment)}` : ""}`;
  });
  const begins = begun === null ? [] : beginning(begun, variables, system.initials.length, expressions, names);
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
    ...(properties ? findingsInC(rules) : []),
    ...(walks.size > 0 ? walksInC(walks, names) : []),
    ...mayRun,
    ...begins,
    ...bodies.flat(),
    ...monitor,
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

function findingsInC({ findings }: Rules): string[] {
  return [
    comment("A finding stops Spin by an assertion; with -DGO_ON it is printed once, and the search goes on."),
    comment(
      "A step that has none, and the monitor, lead back to the state that they come from: rounds, counted apart.",
    ),
    "#ifdef GO_ON",
    `c_code { static char found[${Math.max(1, findings.length)}];`,
    '  static void finding(int n) { if (!found[n]) { found[n] = 1; printf("found %d\\n", n); } } }',
    "c_code { static long rounds;",
    '  static void print_rounds(void) { printf("rounds %ld\\n", rounds); }',
    "  static void go_round(void) { if (!rounds++) atexit(print_rounds); } }",
    "#define FOUND(n) c_code { finding(n); }",
    "#define MET(n) c_code { finding(n); }",
    "#define NO_STEP c_code { go_round(); }",
    "#else",
    "#define FOUND(n) assert(false)",
    "#define MET(n) skip",
    "#define NO_STEP skip",
    "#endif",
    "",
  ];
}

function walksInC(walks: ReadonlyMap<string, string>, names: Names): string[] {
  const functions = [...walks].flatMap(([key, name]) => {
    const [count, ...body] = key.split("\n");
    const parameters = Array.from({ length: Number(count) }, (_, i) => `int ${names.of(`parameter ${i}`, "")}`);
    return [`  static int ${name}(${parameters.join(", ") || "void"}) {`, ...body.map((line) => `    ${line}`), "  }"];
  });
  return ["c_code {", ...functions, "}", ""];
}

function mayRunDefinitions(
  { system, mayRun }: Rules,
  text: (condition: Condition, scope: Scope) => string,
  scopeOf: (self: number) => Scope,
  name: Dialect["mayRun"],
): string[] {
  if (mayRun.true.is === "true") return [];
  const lines = system.contexts.flatMap((_, context) => [
    `#define ${name(context, "true")} (${text(mayRun.true, scopeOf(context))})`,
    ...(mayRun.undefined.is === "false"
      ? []
      : [`#define ${name(context, "undefined")} (${text(mayRun.undefined, scopeOf(context))})`]),
  ]);
  return [...lines, ""];
}
