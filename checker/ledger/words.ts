/** The words in which a ledger tells what was found: "does not hold in this model when ..", never that anybody is refuted. */

import { orderText } from "../spec/order.ts";
import { scriptText } from "../spec/script.ts";
import type { Spec } from "../spec/spec.ts";
import { count } from "../text/wrap.ts";
import type { Decision, Searched } from "./decide.ts";
import { type Judged, type JudgedPart, undecided, unseen } from "./ledger.ts";

const yes = (is: boolean): string => (is ? "yes" : "no");

/** What was said and expected of a sentence: "said: yes; expected: yes (RT: no)". */
export function expectation({ part }: JudgedPart): string {
  const [[, first] = [], ...others] = Object.entries(part.expected);
  const different = others.some(([, is]) => is !== first);
  const all = different
    ? Object.entries(part.expected)
        .map(([column, is]) => `${column} ${yes(is)}`)
        .join(", ")
    : first === undefined
      ? "nothing"
      : yes(first);
  return `said: ${part.author === null ? "nothing" : yes(part.author)}; expected: ${all}`;
}

/** The verdict on a sentence in one configuration, in three parts: what, in which specs, and what else was seen. */
export interface Verdict {
  readonly what: string;
  readonly by: readonly { readonly name: string; readonly text: string }[];
  /** Specs with their release: "nmi-gate", " (6.18)". */
  readonly others: readonly { readonly name: string; readonly release: string }[];
}

export function verdictOn({ isTrue, reading, by, others }: Decision): Verdict {
  if (isTrue === null) return { what: "undecided: no spec yet", by: [], others: [] };
  const shown = others.length > 0 || isTrue === (reading.kind === "breaks" || reading.kind === "reachable") || false;
  const what = {
    holds: isTrue ? "holds within these bounds" : "does not hold in this model when",
    breaks: isTrue ? "so it is when" : "not so within these bounds",
    reachable: isTrue ? "reachable" : "not reached within these bounds",
    unreachable: isTrue ? "holds within these bounds" : "does not hold in this model when",
  }[reading.kind];
  const isTrace = "properties" in reading && isTrue === (reading.kind === "breaks");
  return {
    what,
    by: by.map((one) => ({ name: one.spec.name, text: textOf(one, reading, isTrace, isTrue) })),
    others: shown ? others.map(({ spec }) => ({ name: spec.name, release: release(spec) })) : [],
  };
}

function textOf(one: Searched, reading: Decision["reading"], isTrace: boolean, isTrue: boolean): string {
  const { spec, record } = one;
  const states = `${spec.asked.version === null ? "" : `${spec.asked.version}; `}${count(record.states)} states`;
  if (isTrace && "properties" in reading) {
    const traces = reading.properties
      .filter((name) => Object.hasOwn(record.violated, name))
      .map((name) => `${name} in ${record.violated[name]} steps`);
    return `${conditions(spec)}: ${traces.join(", ")}`;
  }
  if (reading.kind === "reachable" && isTrue) return `${reading.witness}; ${states}`;
  if (reading.kind === "unreachable" && !isTrue) return `${conditions(spec)}: ${reading.witness} is reached`;
  return states;
}

/** Which release a spec asks about, to stand behind its name: " (6.18)"; nothing where its model has no versions. */
export const release = ({ asked }: Spec): string => (asked.version === null ? "" : ` (${asked.version})`);

/** What a spec sets up, in a line: version, variants, settings beside the heap, and who does what. */
export function conditions({ asked, model }: Spec): string {
  const settings = Object.entries(asked.configuration).filter(
    ([key, value]) =>
      model.parameters[key]?.type !== "texts" &&
      JSON.stringify(value) !== JSON.stringify(model.parameters[key]?.default),
  );
  const contexts = asked.contexts.map((one) => {
    const { name, kind, options, after = [] } = one;
    const own = model.contextKinds[kind]?.options ?? {};
    const set = Object.entries(options).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(own[key]?.default) || own[key]?.type === "choice",
    );
    const extra = [...set.map(([key, value]) => `${key} ${String(value)}`), ...orderText(after)];
    const what = name.startsWith(kind) ? extra : [kind, ...extra];
    return `${name}${what.length > 0 ? ` (${what.join(", ")})` : ""} ${scriptText(one, ", ")}`;
  });
  const how = [
    ...(asked.version === null ? [] : [asked.version]),
    ...asked.variants,
    ...settings.map(([key, value]) => (value === true ? key : `${key}=${String(value)}`)),
  ];
  return [how.join(", "), ...contexts].join("; ");
}

/** "cpu=1 bucket=2 slab=3 slot=2" */
export const bounds = ({ record }: Searched): string =>
  Object.entries(record.sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(" ");

/** Specs that decide something, or stand in the matrix. */
export function decidingSpecs({ claims, designs, searched }: Judged): readonly Searched[] {
  const used = new Set([
    ...claims.flatMap(({ parts }) =>
      parts.flatMap(({ found }) => found.flatMap(({ decision }) => [...decision.by, ...decision.others])),
    ),
    ...designs.flatMap(({ cells }) => cells.flatMap((cell) => cell.specs)),
  ]);
  return searched.filter((one) => used.has(one));
}

/** How much of the ledger is decided, a sentence each. */
export function standing(judged: Judged): readonly string[] {
  const deciding = decidingSpecs(judged).map(({ spec }) => spec);
  const { claims, designs, ledger } = judged;
  const open = undecided(judged);
  const openClaims = new Set(open.map((where) => /^[^ ,]+/.exec(where)?.[0])).size;
  const mute = claims.filter(({ claim }) => claim.notExpressible !== undefined).length;
  const decided = claims.length - openClaims - mute;
  const differing = claims.filter(({ parts }) => parts.some((part) => part.found.some(differs))).length;
  const cells = designs.flatMap((d) => d.cells).filter((cell) => cell.expected !== null);
  const seen = cells.filter((cell) => cell.specs.length > 0);
  return [
    `${claims.length} claims: ${decided} decided, ${openClaims} undecided in whole or in part, ${mute} not expressible.`,
    `${differing} differ from what the reference expected, in whole or in part.`,
    `${designs.length} designs: ${seen.length} of ${cells.length} cells of the matrix are searched, ${
      seen.filter((cell) => cell.differs.length > 0).length
    } differ from what was expected.`,
    ...(open.length > 0 ? [`Undecided: ${open.join("; ")}.`] : []),
    ...(unseen(judged).length > 0 ? [`No spec yet: ${unseen(judged).join("; ")}.`] : []),
    ...(Object.keys(ledger.outOfScope).length > 0
      ? [
          `Out of scope: ${Object.entries(ledger.outOfScope)
            .map(([id, why]) => `${id} (${why})`)
            .join("; ")}.`,
        ]
      : []),
    ...releases(deciding),
    ...(judged.idle.length > 0 ? [`Named for nothing: ${judged.idle.join("; ")}.`] : []),
  ];
}

/** What each release that some spec asks about is: "6.18 is the stable series as shipped in .." */
function releases(specs: readonly Spec[]): readonly string[] {
  const about = new Map<string, string>();
  for (const { asked, model } of specs)
    if (asked.version !== null) about.set(asked.version, model.versions[asked.version] ?? "");
  return [...about].map(([name, what]) => `${name}: ${what}.`);
}

/** Whether what was found is not what the reference expected. */
export const differs = ({ decision, expected }: JudgedPart["found"][number]): boolean =>
  decision.isTrue !== null && expected !== null && decision.isTrue !== expected;

export const DIFFERS = "NOT as the reference expected";
