/** What does a pass of the linker give? Each step with its label and its alternatives, as they are after that pass. */
import type { LinkOptions } from "../language/link-options.ts";
import type { Assign, Binder, Node } from "../language/nodes.ts";
import { BinderNames, declared, type Printing, printAssign, printNode } from "../language/print-expression.ts";
import type { Label, StepCheck, StepWitness } from "../language/system.ts";
import { allocate } from "./allocate.ts";
import { attach } from "./attach.ts";
import { collect } from "./collect.ts";
import { order } from "./order.ts";
import { type Script, type SplicedStep, splice } from "./splice.ts";

export const PRINTED_PASSES = ["splice", "order", "attach", "allocate"] as const;
export type PrintedPass = (typeof PRINTED_PASSES)[number];

interface Command {
  readonly binders: readonly Binder[];
  readonly guard: Node;
  readonly effect: readonly Assign[];
  readonly target: number | null;
  readonly fails: { readonly property: string; readonly why: string } | null;
  readonly checks?: readonly StepCheck[];
  readonly witnesses?: readonly StepWitness[];
}

/** A step after any of the passes. */
interface Step extends Pick<SplicedStep, "id" | "instance" | "row" | "rowLabel"> {
  readonly entries: readonly (readonly Command[])[];
  readonly waits?: readonly StepCheck[];
  readonly slots?: Label["slots"];
}

/** Links as far as that pass. Throws `LinkError`. */
export function printPass(options: LinkOptions, pass: PrintedPass): string {
  const spliced = splice(collect(options));
  const ordered = () => order(spliced);
  const attached = () => attach(ordered());
  const scripts: readonly Script<Step>[] =
    pass === "splice"
      ? spliced.scripts
      : pass === "order"
        ? ordered().scripts
        : pass === "attach"
          ? attached().scripts
          : allocate(attached()).scripts;
  const { universe } = spliced.collected.env;
  const lines = scripts.flatMap(({ program, entry, steps }) => [
    `${program}: ${steps.length} steps, begins at ${entry}`,
    ...steps.flatMap((step) => {
      const names = new BinderNames();
      return printStep(step, { universe, binder: names.of.bind(names) });
    }),
    "",
  ]);
  return lines.join("\n");
}

function printStep({ id, instance, row, rowLabel, entries, waits, slots }: Step, printing: Printing): string[] {
  const check = (word: string, { property, condition }: StepCheck): string =>
    `      ${word} ${property}: ${printNode(condition, printing)}`;
  return [
    `  ${id} ${instance.path}/${rowLabel}: ${row.quote}`,
    ...(slots && slots.length > 0 ? [`      slots ${slots.map((s) => `${s.slot} ${s.name}`).join(", ")}`] : []),
    ...entries.flatMap((members) =>
      members.flatMap((command, i) => [
        `    ${i > 0 ? "or " : ""}${printCommand(command, printing)}`,
        ...(command.checks ?? []).map((one) => check("checks", one)),
        ...(command.witnesses ?? []).map(
          ({ witness, condition }) => `      meets ${witness}: ${printNode(condition, printing)}`,
        ),
      ]),
    ),
    ...(waits ?? []).map((one) => check("while it waits", one)),
  ];
}

function printCommand({ binders, guard, effect, target, fails }: Command, printing: Printing): string {
  const chosen = binders.map((binder) => `choose ${declared(binder, printing)} . `).join("");
  const does = effect.length > 0 ? ` do ${effect.map((assign) => printAssign(assign, printing)).join(", ")}` : "";
  return `${chosen}when ${printNode(guard, printing)}${does} ${fails ? `FAILS ${fails.property}` : `-> ${target}`}`;
}
