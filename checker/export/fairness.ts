/**
 * How is Spin asked for liveness? By a never claim that accepts the fair runs on which something is owed for ever.
 *
 * Spin's own fairness (`-f`) is of processes, weak, and of whatever can be executed: it would owe an interrupt its
 * arrival, and a task below endless interrupts nothing. So fairness is part of the claim, by counting as Choueka does (1974):
 * it waits for each in turn to take a step, or to wait where that is enough. Who is never again owed a step need not take
 * one: who that is, is guessed before the run begins, and the claim goes on only while the guess is right.
 */
import { context as contexts } from "../language/sets.ts";
import { setOver } from "../language/shapes.ts";
import type { Command, Label } from "../language/system.ts";
import type { Condition } from "./condition.ts";
import { type Scope, within } from "./expression.ts";
import { comment } from "./heading.ts";
import { byLabel } from "./monitor.ts";
import type { Names } from "./names.ts";
import { functionInC } from "./pieces.ts";
import type { LivenessRule, Rules, Stand } from "./rules.ts";

interface Tools {
  readonly text: (condition: Condition, scope: Scope) => string;
  readonly scopeOf: (self: number) => Scope;
  readonly begun: string;
}

type Told = readonly [label: Label, lines: readonly string[]];

export class Fairness {
  readonly #rules: Rules;
  readonly #asked: LivenessRule;
  readonly #names: Names;
  /** Elements that choices are owed to, behind the contexts. */
  readonly #elements: readonly string[];

  constructor(rules: Rules, asked: LivenessRule, names: Names) {
    this.#rules = rules;
    this.#asked = asked;
    this.#names = names;
    this.#elements = [
      ...new Set(
        rules.stands.flatMap(({ label, rules: of }) =>
          of.flatMap(({ command }) => this.#owingBinders(label, command).flatMap(({ elements }) => elements)),
        ),
      ),
    ];
  }

  get #count(): number {
    return this.#rules.system.contexts.length + this.#elements.length;
  }

  #name = (what: string): string => this.#names.of(`fairness: ${what}`, what);

  /** What the model has beside its own: who took the last step, as bits, and who is guessed to be owed none any more. */
  get declared(): readonly string[] {
    return [
      comment("who took the last step, a bit each; who is guessed to be owed no step any more"),
      `int ${this.#name("takers")} = 0;`,
      `int ${this.#name("resigned")} = 0;`,
      `c_code { static int open_to, excused; }`,
    ];
  }

  #owingBinders(label: Label, command: Command) {
    const { fair } = label.meta;
    if (this.#asked.fair[label.id] !== "each" || typeof fair !== "object") return [];
    const each = setOver(fair.each, "fair");
    const size = this.#rules.system.universe.size(each);
    const elements = Array.from({ length: size }, (_, i) => `${each.name} ${i}`);
    return command.binders.filter(({ set }) => set === each).map((binder) => ({ binder, elements }));
  }

  /** The bits of those whom a step is taken by, in C; its choices are bound. */
  #takers(context: number, label: Label, command: Command, scope: Scope): string {
    const chosen = this.#owingBinders(label, command).map(({ binder, elements }) => {
      const first = this.#rules.system.contexts.length + this.#elements.indexOf(elements[0] as string);
      return `(1 << (${first} + ${scope.bound.get(binder)}))`;
    });
    return [`(1 << ${context})`, ...chosen].join(" | ");
  }

  takes(context: number, label: Label, command: Command, scope: Scope): readonly string[] {
    return [`now.${this.#name("takers")} = ${this.#takers(context, label, command, scope)};`];
  }

  /** Before a run begins: all guesses, one after the other. */
  guesses(begun: string): readonly string[] {
    const resigned = this.#name("resigned");
    return [`  :: d_step { !${begun} && ${resigned} < ${2 ** this.#count - 1} -> ${resigned} = ${resigned} + 1 }`];
  }

  claim({ text, scopeOf, begun }: Tools): {
    readonly functions: readonly string[];
    readonly processes: readonly string[];
  } {
    const { system, stands } = this.#rules;
    const { from, there } = this.#asked;
    const [takers, resigned] = [`now.${this.#name("takers")}`, `now.${this.#name("resigned")}`];
    const perContext = system.contexts.map(({ name }, context) => {
      const own = stands.filter((stand) => stand.context === context);
      const told = own.map((stand): Told => [stand.label, this.#standing(stand, text, scopeOf)]);
      const called = this.#names.of(`fairness at ${context}`, `fair_to_${name}`);
      const pc = `now.pc[${this.#names.element(contexts, context)}]`;
      const shown = told.filter(([, lines]) => lines.length > 0);
      return shown.length === 0 ? [] : [{ called, lines: byLabel("void", called, pc, shown) }];
    });
    const looks = perContext.flat();
    const nobody = scopeOf(-1);
    const ask = (condition: Condition) => text(condition, nobody);
    const functions = [
      ...looks.flatMap(({ lines }) => lines),
      ...functionInC("int is_there", [`return ${ask(there)};`]),
      ...functionInC("int is_owed", [`return ${from === null ? "1" : ask(from)};`]),
      ...functionInC("int as_guessed", [
        `if (is_there()) return 0;`,
        "open_to = 0; excused = 0;",
        ...looks.map(({ called }) => `${called}();`),
        `return !(open_to & ${resigned});`,
      ]),
    ];
    // Spin takes some operators of C in a claim for side effects: all is asked by functions.
    const turns = Array.from({ length: this.#count }, (_, i) => i);
    const asked = [
      ...functions,
      ...functionInC("int may_owe", [`return now.${begun} && is_owed() && !is_there();`]),
      ...functionInC("int still_owes", ["return !is_there();"]),
      ...turns.flatMap((who) =>
        functionInC(`int is_met_${who}`, [
          `return as_guessed() && ((${takers} | excused | ${resigned}) & (1 << ${who}));`,
        ]),
      ),
    ];
    return {
      functions: asked,
      processes: [
        comment("A run may stay where it is."),
        "active proctype stays()",
        "{",
        "  do",
        `  :: d_step { ${begun} -> ${this.#name("takers")} = 0 }`,
        "  od",
        "}",
        "never {",
        ...(from === null
          ? ["begins: do", `  :: !${begun}`, "  :: c_expr { (may_owe)() } -> goto owes", "  od;"]
          : ["begins: do", "  :: true", "  :: c_expr { (may_owe)() } -> goto owes", "  od;"]),
        "owes: do",
        "  :: c_expr { (still_owes)() }",
        "  :: c_expr { (as_guessed)() } -> goto turn_0",
        "  od;",
        ...turns.flatMap((who) => [
          `turn_${who}: do`,
          `  :: c_expr { (is_met_${who})() } -> goto ${who + 1 < this.#count ? `turn_${who + 1}` : "accept_all"}`,
          "  :: c_expr { (as_guessed)() }",
          "  od;",
        ]),
        "accept_all: do",
        "  :: c_expr { (as_guessed)() } -> goto turn_0",
        "  od",
        "}",
      ],
    };
  }

  /** What is to be known of a context at a label: whether it is owed a step, or excused by waiting; who may be chosen. */
  #standing({ context, label, open, waiting, rules }: Stand, text: Tools["text"], scopeOf: Tools["scopeOf"]): string[] {
    const { universe } = this.#rules.system;
    const scope = scopeOf(context);
    switch (this.#asked.fair[label.id]) {
      case "weak":
        return [
          `if (${text(open, scope)}) open_to |= 1 << ${context};`,
          `if (${text(waiting, scope)}) excused |= 1 << ${context};`,
        ];
      case "strong":
        return [`if (${text(open, scope)}) open_to |= 1 << ${context};`];
      case "each":
        return rules.flatMap(({ command, when }) => {
          const scopes = command.binders.reduce<Scope[]>(
            (all, binder) =>
              all.flatMap((outer) =>
                Array.from({ length: universe.size(binder.set) }, (_, i) =>
                  within(outer, binder, this.#names.element(binder.set, i)),
                ),
              ),
            [scope],
          );
          return scopes.map((inner) => {
            const bits = this.#takers(context, label, command, inner);
            return `if (${text(when, inner)}) open_to |= (${bits}) & ~(1 << ${context});`;
          });
        });
      default:
        return [];
    }
  }
}
