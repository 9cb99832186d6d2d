/** What does the page of an outcome show? Words for what was searched, and each found way as choices that replay. */
import type { Outcome } from "../answer/outcome.ts";
import { returnsOf } from "../answer/returns.ts";
import { stateKey } from "../language/cells.ts";
import { type Path, pathOf } from "../reference/result.ts";
import { traceOf } from "../reference/trace.ts";
import { claimsOf, commandOf, factsOf, notModelled, sentenceOf } from "../report/facts.ts";
import { count } from "../text/wrap.ts";
import type { Fact, PageData, Route } from "./data.ts";
import { packSystem } from "./transfer.ts";

export function gather(outcome: Outcome, agreement: string): PageData {
  const { spec, system, result, verdict, differences, vacuous, notes } = outcome;
  return {
    spec: spec.name,
    question: spec.question,
    claims: claimsOf(spec).map(({ id, claim: { quote, who, where } }) => ({ id, quote, who: `${who}, ${where}` })),
    verdict,
    violated: outcome.violations.map(({ property, length }) => ({
      property,
      sentence: sentenceOf(outcome, property) ?? "",
      length,
    })),
    differences,
    vacuous,
    notes,
    facts: linesOf(outcome, agreement),
    notModelled: [...notModelled(outcome), MEMORY],
    reproduce: commandOf(outcome),
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
  const key = stateKey(system);
  // A property may ask for several things to be met.
  const isOne = (name: string): boolean => system.witnesses.filter(({ property }) => property === name).length === 1;
  const add = (route: Omit<Route, "choices" | "start">, path: Path): void => {
    traceOf(system, route.property, route.why, path, route.loop ?? undefined);
    const start = system.initials.findIndex((state) => key(state) === key(path.start));
    const choices = path.steps.map(({ context, command, chosen }) => [context, command.id, ...chosen]);
    routes.push({ ...route, start, choices });
  };
  for (const violation of shownFirst) {
    const { property, verdict, why, endless } = violation;
    const loop = endless && endless.cycle.length > 0 ? endless.stem.length : null;
    const sentence = sentenceOf(outcome, property) ?? "";
    add({ kind: verdict, property, sentence, why, loop }, pathOf(result, violation));
  }
  for (const [i, { property, text }] of system.witnesses.entries()) {
    const at = result.met[i];
    if (!at) continue;
    const name = isOne(property) ? property : `${property}: ${text} (${i})`;
    add(
      { kind: "witness", property: name, sentence: sentenceOf(outcome, property) ?? "", why: text, loop: null },
      result.trace(at),
    );
  }
  return routes;
}

function linesOf(outcome: Outcome, agreement: string): Fact[] {
  const { spec, system, result, engine } = outcome;
  const { model, version, variants, changed, others, contexts, where, bounds, extent } = factsOf(outcome);
  const facts: readonly (readonly [string, string])[] = [
    ["model", model],
    ["version", version],
    ["variants", variants],
    ["configuration", changed],
    ["as by default", others],
    ["changed by --set", spec.changed.join(" ")],
    ...contexts.map(({ name, kind, script }): [string, string] => [name, `${kind}: ${script}`]),
    ["where", where],
    ["calls returned", returnedText(outcome)],
    ["bounds", bounds],
    ["search", `${extent}, engine ${engine}`],
    ["states", count(result.states)],
    ["transitions", count(result.transitions)],
    ["depth", String(result.depth)],
    ["second opinions", agreement],
    ["relation", system.hash],
  ];
  return facts.flatMap(([name, text]) => (text === "" ? [] : [{ name, text, detail: DETAILS.has(name) }]));
}

/** "task0: kmalloc A: object or NULL; nmi0: ..". */
const returnedText = ({ system, result }: Outcome): string =>
  returnsOf(system, result)
    .map(({ context, of, exits }) => `${context}: ${of}: ${exits.join(" or ") || "never"}`)
    .join("; ");

const DETAILS: ReadonlySet<string> = new Set(["model", "as by default", "second opinions", "relation"]);

const MEMORY = "reordering of memory accesses: memory is sequentially consistent at the grain of one step";
