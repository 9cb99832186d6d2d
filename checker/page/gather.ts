/** What does the page of an outcome show? Words for what was searched, and each found way as choices that replay. */
import type { Outcome } from "../outcome.ts";
import type { Transition } from "../reference/step.ts";
import { traceOf } from "../reference/trace.ts";
import type { Setting } from "../spec/model.ts";
import type { Fact, PageData, Route } from "./data.ts";
import { packSystem } from "./transfer.ts";

export function gather(outcome: Outcome, agreement: string): PageData {
  const { spec, system, result, verdict, differences, vacuous } = outcome;
  return {
    spec: spec.name,
    question: spec.question,
    claims: spec.claims.flatMap((id) => {
      const claim = spec.model.ledger?.claims[id];
      return claim ? [{ id, quote: claim.quote, who: `${claim.who}, ${claim.where}` }] : [];
    }),
    verdict,
    violated: outcome.violations.map(({ property, length }) => ({
      property,
      sentence: sentenceOf(outcome, property),
      length,
    })),
    differences,
    vacuous,
    facts: factsOf(outcome, agreement),
    notModelled: notModelled(outcome),
    reproduce: ["npm run check --", outcome.source, ...spec.changed.map((change) => `--set ${change}`)].join(" "),
    states: result.states,
    complete: result.complete,
    routes: routesOf(outcome),
    fired: result.fired,
    kinds: system.contexts.map(({ name }) => kindOf(outcome, name)),
    views: spec.model.views ?? { structures: [] },
    system: packSystem(system),
  };
}

/** A context that no spec names is of the model's own making, and is called after its kind. */
const kindOf = ({ spec }: Outcome, name: string): string =>
  spec.asked.contexts.find((context) => context.name === name)?.kind ?? name.replace(/\d+$/, "");

/** Counterexamples, the one to be shown first, then the ways to witnesses. Each replays, or the checker is at fault. */
function routesOf(outcome: Outcome): Route[] {
  const { system, result, violations, trace } = outcome;
  const shownFirst = violations.toSorted(
    (a, b) => Number(b.property === trace?.property) - Number(a.property === trace?.property),
  );
  const routes: Route[] = [];
  // A property may ask for several things to be met.
  const isOne = (name: string): boolean => system.witnesses.filter(({ property }) => property === name).length === 1;
  const add = (route: Omit<Route, "choices">, transitions: readonly Transition[]): void => {
    traceOf(system, route.property, route.why, transitions);
    const choices = transitions.map(({ context, command, chosen }) => [context, command.id, ...chosen]);
    routes.push({ ...route, choices });
  };
  for (const { property, verdict, why, at } of shownFirst)
    add({ kind: verdict, property, sentence: sentenceOf(outcome, property), why }, result.trace(at));
  for (const [i, { property, text }] of system.witnesses.entries()) {
    const at = result.met[i];
    if (!at) continue;
    const name = isOne(property) ? property : `${property}: ${text} (${i})`;
    add({ kind: "witness", property: name, sentence: sentenceOf(outcome, property), why: text }, result.trace(at));
  }
  return routes;
}

const sentenceOf = ({ spec, system }: Outcome, name: string): string =>
  (system.properties.find((p) => p.name === name) ?? spec.model.properties[name])?.sentence ?? "";

function factsOf({ spec, system, result, engine }: Outcome, agreement: string): Fact[] {
  const { model, asked } = spec;
  const changed = Object.entries(asked.configuration).filter(([k, v]) => !isDefault(v, model.parameters[k]?.default));
  const others = Object.entries(asked.configuration).filter(([k, v]) => isDefault(v, model.parameters[k]?.default));
  const settings = (of: readonly (readonly [string, Setting])[]): string =>
    of.map(([key, value]) => `${key}=${show(value)}`).join(" ");
  const extent = result.complete
    ? "exhaustive breadth-first"
    : `NOT exhaustive: ${result.incomplete ?? "stopped after the first level with a violation"}`;
  const sizes = Object.entries(system.universe.sizes).map(([name, size]) => `${name}=${size}`);
  const facts: readonly (readonly [string, string])[] = [
    ["model", [model.title, model.source].filter((text) => text !== "").join("; ")],
    ["version", asked.version === null ? "" : `${asked.version}: ${model.versions[asked.version] ?? ""}`],
    ["variants", asked.variants.map((name) => `${name} (${model.variants[name] ?? ""})`).join("; ")],
    ["configuration", settings(changed)],
    ["as by default", settings(others)],
    ["changed by --set", spec.changed.join(" ")],
    ...asked.contexts.map(({ name, kind, script, options }): [string, string] => {
      const own = model.contextKinds[kind]?.options ?? {};
      const set = Object.entries(options).filter(([key, value]) => !isDefault(value, own[key]?.default));
      return [name, `${[kind, ...set.map(([key, v]) => `${key} ${show(v)}`)].join(", ")}: ${script.join("; ")}`];
    }),
    ["bounds", sizes.join(" ")],
    ["search", `${extent}, engine ${engine}`],
    ["states", result.states.toLocaleString("en")],
    ["transitions", result.transitions.toLocaleString("en")],
    ["depth", String(result.depth)],
    ["second opinions", agreement],
    ["relation", system.hash],
  ];
  return facts.flatMap(([name, text]) => (text === "" ? [] : [{ name, text, detail: DETAILS.has(name) }]));
}

const DETAILS: ReadonlySet<string> = new Set(["model", "as by default", "second opinions", "relation"]);

const isDefault = (value: Setting, given: Setting | undefined): boolean =>
  JSON.stringify(value) === JSON.stringify(given);

const show = (value: Setting): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

/** Of the model as a whole, and of the programs that run here. */
function notModelled({ spec, system }: Outcome): string[] {
  const used = new Set(system.labels.flatMap((l) => (l ? [l.program, ...l.stack.map((f) => f.program)] : [])));
  const abstracts = [...used].flatMap((name) => system.programs[name]?.abstracts ?? []);
  return [
    ...new Set([
      ...spec.model.notModelled,
      ...abstracts,
      "reordering of memory accesses: memory is sequentially consistent at the grain of one step",
    ]),
  ];
}
