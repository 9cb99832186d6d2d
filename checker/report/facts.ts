/** What was asked and how far was searched, in the words that every report uses: text, mail, page, and files for machines. */
import { askedContexts, askedOf } from "../answer/notes.ts";
import type { Outcome } from "../answer/outcome.ts";
import type { FairKind } from "../language/fairness.ts";
import { laneOf, lanesOf } from "../reference/trace.ts";
import { asOf, type Claim, type Setting } from "../spec/model.ts";
import { orderText } from "../spec/order.ts";
import { scriptText } from "../spec/script.ts";
import type { Spec } from "../spec/spec.ts";
import { commandText } from "../text/shell.ts";

/** A context as a spec sets it up: "nmi0", "nmi, at kprobe, after irq0", "kmalloc_nolock A; kfree #1". */
interface ContextFact {
  readonly name: string;
  readonly kind: string;
  readonly script: string;
}

export interface Facts {
  readonly model: string;
  /** Empty where the model has none, as the next. */
  readonly version: string;
  readonly variants: string;
  /** Settings that are not the model's default, then the others: "cpus=2 preemptRt=true". */
  readonly changed: string;
  readonly others: string;
  readonly contexts: readonly ContextFact[];
  /** On which lane each begins, where there are several: "task0, nmi0 on CPU0; task1 on CPU1". */
  readonly where: string;
  /** Which properties: "S1 S3 L1 deadlock; not S5 (why)". */
  readonly asked: string;
  /** To whom runs are fair, where liveness is asked: "weak; nothing owed at nmi0: arrive". */
  readonly fairness: string;
  /** Index sets with their sizes: "cpu=2 slab=3". */
  readonly bounds: string;
  /** "exhaustive breadth-first", or why it was not. */
  readonly extent: string;
}

export function factsOf({ spec, system, result }: Outcome): Facts {
  const { model, asked } = spec;
  const isOwn = ([key, value]: readonly [string, Setting]) => isDefault(value, named(model.parameters, key)?.default);
  const settings = Object.entries(asked.configuration);
  return {
    model: [model.title, asOf(model, asked.version).source].filter((part) => part !== "").join("; "),
    version: asked.version === null ? "" : `${asked.version}: ${named(model.versions, asked.version) ?? ""}`,
    variants: asked.variants.map((name) => `${name} (${model.variants[name] ?? ""})`).join("; "),
    changed: listed(settings.filter((one) => !isOwn(one))),
    others: listed(settings.filter(isOwn)),
    contexts: asked.contexts.map((one) => {
      const { name, kind, options, after = [] } = one;
      const own = named(model.contextKinds, kind)?.options ?? {};
      const set = Object.entries(options).filter(([key, value]) => !isDefault(value, named(own, key)?.default));
      return {
        name,
        kind: [kind, ...set.map(([key, value]) => `${key} ${shown(value)}`), ...orderText(after)].join(", "),
        script: scriptText(one),
      };
    }),
    where: whereOf(system, spec),
    asked: [
      [...askedOf({ system, spec }), ...(spec.deadlock ? ["deadlock"] : [])].join(" "),
      ...spec.without.map(({ property, why }) => `not ${property} (${why})`),
    ].join("; "),
    fairness: fairnessOf(system),
    bounds: Object.entries(system.universe.sizes)
      .map(([name, size]) => `${name}=${size}`)
      .join(" "),
    extent: result.complete
      ? "exhaustive breadth-first"
      : `NOT exhaustive: ${result.incomplete ?? "stopped after the first level with a violation"}`,
  };
}

/** What a fair run owes at rows where it is not the usual, by property where these differ. */
function fairnessOf(system: Outcome["system"]): string {
  const said = new Map<string, string[]>();
  for (const { property, fair } of system.liveness) {
    const rows = (wanted: FairKind): string[] => {
      const found = system.labels.flatMap((label) =>
        label && fair[label.id] === wanted ? [`${label.program}: ${label.rowLabel}`] : [],
      );
      return [...new Set(found)];
    };
    const all = system.labels.filter((label) => label !== null).length;
    const isNone = fair.filter((kind, id) => id > 0 && kind === "none").length === all;
    const parts = [
      isNone ? "nobody is owed a step" : "weak",
      ...(isNone ? [] : [["nothing owed at", rows("none")] as const]).flatMap(told),
      ...told(["strong at", rows("strong")]),
      ...told(["each that can be chosen at", rows("each")]),
    ];
    const text = parts.join("; ");
    said.set(text, [...new Set([...(said.get(text) ?? []), property])]);
  }
  return [...said].map(([text, names]) => (said.size > 1 ? `${names.join(" ")}: ${text}` : text)).join(". ");
}

/** Rows that are named; of more only how many they are. */
const MOST_ROWS = 8;

const told = ([what, rows]: readonly [string, readonly string[]]): string[] =>
  rows.length === 0 ? [] : [`${what} ${rows.length > MOST_ROWS ? `${rows.length} rows` : rows.join(", ")}`];

function whereOf(system: Outcome["system"], spec: Spec): string {
  if (lanesOf(system).length < 2) return "";
  const on = new Map<string, string[]>();
  for (const context of askedContexts(system, spec)) {
    const lane = laneOf(system, system.initials[0], context) ?? "none";
    on.set(lane, [...(on.get(lane) ?? []), system.contexts[context]?.name as string]);
  }
  return [...on].map(([lane, names]) => `${names.join(", ")} on ${lane}`).join("; ");
}

/** The entry of a record by a name that somebody wrote: "constructor" and its like are names as any other. */
const named = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const isDefault = (value: Setting, given: Setting | undefined): boolean =>
  JSON.stringify(value) === JSON.stringify(given);

const listed = (settings: readonly (readonly [string, Setting])[]): string =>
  settings.map(([key, value]) => `${key}=${shown(value)}`).join(" ");

const shown = (value: Setting): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

/** The claims that a spec names, as far as the model's ledger has them. */
export const claimsOf = ({ claims, model }: Spec): readonly { readonly id: string; readonly claim: Claim }[] =>
  claims.flatMap((id) => {
    const claim = model.ledger?.claims[id];
    return claim ? [{ id, claim }] : [];
  });

/** What a property says; null for a deadlock, a model error, and what a row alone names by `fails`. */
export function sentenceOf({ spec, system }: Pick<Outcome, "spec" | "system">, name: string): string | null {
  const selected = spec.properties.includes(name) ? system.properties.find((p) => p.name === name) : undefined;
  return (selected ?? spec.model.properties[name])?.sentence ?? null;
}

/** What is left out of the model as a whole, and of the programs that run here: what scripts call before what that calls. */
export function notModelled({ spec, system }: Pick<Outcome, "spec" | "system">): readonly string[] {
  const depths = new Map<string, number>();
  for (const label of system.labels) {
    const names = label ? [...label.stack.map((f) => f.program), label.program] : [];
    for (const [depth, name] of names.entries()) depths.set(name, Math.min(depth, depths.get(name) ?? depth));
  }
  const used = [...depths].sort(([, a], [, b]) => a - b).map(([name]) => name);
  const abstracts = used.flatMap((name) => system.programs[name]?.abstracts ?? []);
  return [...new Set([...spec.model.notModelled, ...abstracts])];
}

/** The command that asks the same again: all that the answer depends on, and nothing of how it is told. */
export const commandWords = ({
  source,
  spec,
  asked,
}: Pick<Outcome, "source" | "spec" | "asked">): readonly string[] => [
  ...["npm", "run", "check", "--", source],
  ...spec.changed.flatMap((change) => ["--set", change]),
  ...asked,
];

export const commandOf = (outcome: Pick<Outcome, "source" | "spec" | "asked">): string =>
  commandText(commandWords(outcome));
