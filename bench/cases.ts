/** What is measured: which models, in which form for each contender, how often, and by whom. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtins } from "../checker/cli/models.ts";
import { folders, specNamed, specNames } from "../checker/cli/specs.ts";
import { toMurphi } from "../checker/export/murphi.ts";
import { toPromela } from "../checker/export/promela.ts";
import { type Change, parseChange } from "../checker/spec/change.ts";
import { loadSpec, type SpecFile } from "../checker/spec/load.ts";
import { BY_HAND, type Contender, EXPORTED, NOLOCK } from "./contenders.ts";
import { PROJECT } from "./measure.ts";
import type { Model } from "./model.ts";

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly model: () => Promise<Model>;
  readonly contenders: readonly Contender[];
  /** Whether it runs once, as what takes minutes and is compared with nobody. */
  readonly once?: boolean;
}

/** A search by Rumur of so many states takes minutes: one round shows enough. */
export const ONE_ROUND_OF_RUMUR = 5_000_000;

/** Changes of the last tag make the free list larger and larger; the counts are known answers. */
const FREELIST: readonly (readonly [name: string, lastTag: number, states: number])[] = [
  ["freelist-140k", 4, 137_634],
  ["freelist-660k", 5, 664_814],
  ["freelist-2.6M", 6, 2_579_564],
  ["freelist-8.2M", 7, 8_169_684],
  ["freelist-22M", 8, 22_031_808],
];

async function modelOf(
  name: string,
  file: SpecFile,
  check: readonly string[],
  states: number | null,
  byHand: Model["byHand"],
): Promise<Model> {
  const sets = check.filter((_, i) => check[i - 1] === "--set");
  const { system, spec } = await loadSpec(
    file,
    builtins,
    sets.map((text) => parseChange(text) as Change),
  );
  const pinned = states ?? spec.expect?.states;
  if (pinned === undefined) throw new Error(`${name} does not say how many states it has`);
  return {
    name,
    states: pinned,
    check,
    promela: () => toPromela(system, { properties: false }),
    murphi: () => toMurphi(system, { properties: false }),
    byHand,
  };
}

function exampleOf(
  name: string,
  example: string,
  sets: Readonly<Record<string, number>>,
  states: number,
  byHand: Model["byHand"] = null,
): Promise<Model> {
  const source = `examples/${example}.json`;
  const check = [source, ...Object.entries(sets).flatMap(([key, value]) => ["--set", `${key}=${value}`])];
  return modelOf(name, { source, path: join(PROJECT, source) }, check, states, byHand);
}

const written = (file: string): string => readFileSync(join(PROJECT, "bench", file), "utf8");
const CONSTANT = /last_tag: \d+;/;

const freelistByHand = (lastTag: number): Model["byHand"] => ({
  promela: () => `#define LAST_TAG ${lastTag}\n${written("freelist.pml")}`,
  murphi: () => {
    const text = written("freelist.m");
    if (!CONSTANT.test(text)) throw new Error("bench/freelist.m has no last_tag");
    return text.replace(CONSTANT, `last_tag: ${lastTag};`);
  },
});

const named = (contenders: readonly Contender[], ...words: readonly string[]): readonly Contender[] =>
  contenders.filter(({ name }) => words.some((word) => name.includes(word)));

/** Everybody on the size that is known best; on the largest, Spin's export by its plain search only. */
function contendersOf(name: string): readonly Contender[] {
  switch (name) {
    case "freelist-140k":
    case "freelist-8.2M":
      return [...NOLOCK, ...BY_HAND, ...EXPORTED];
    case "freelist-22M":
      return [...NOLOCK, ...BY_HAND, ...named(EXPORTED, "DFS")];
    default:
      return [...NOLOCK, ...named(BY_HAND, "DFS tuned", "NCORE", "Rumur, 1")];
  }
}

export const freelistCase = (
  name: string,
  lastTag: number,
  states: number,
  contenders: readonly Contender[],
): Case => ({
  name,
  title: `the free list of 4 processes and 4 objects, tags up to ${lastTag}`,
  model: () => exampleOf(name, "freelist", { processes: 4, objects: 4, lastTag }, states, freelistByHand(lastTag)),
  contenders,
});

/** How many specs of the kernel are measured in full: those with the most states. */
const KERNEL_SPECS = 3;

/** The specs with the most states, by what they pin. */
export function largestSpecs(count: number): readonly { name: string; states: number; depth: number }[] {
  const sized = specNames(folders).flatMap((name) => {
    const { expect } = JSON.parse(readFileSync(specNamed(name, folders).path, "utf8")) as Pinned;
    return expect?.states && expect.depth ? [{ name, states: expect.states, depth: expect.depth }] : [];
  });
  return sized.sort((a, b) => b.states - a.states).slice(0, count);
}

const kernelCases = (): readonly Case[] =>
  largestSpecs(KERNEL_SPECS).map(({ name }) => ({
    name,
    title: `the spec ${name}`,
    model: () => modelOf(name, specNamed(name, folders), [name], null, null),
    contenders: [...NOLOCK, ...EXPORTED],
  }));

interface Pinned {
  readonly expect?: { readonly states?: number; readonly depth?: number };
}

export function allCases(): readonly Case[] {
  return [
    ...FREELIST.map(([name, lastTag, states]) => freelistCase(name, lastTag, states, contendersOf(name))),
    {
      name: "peterson-5",
      title: "Peterson's filter lock of 5 processes",
      model: () => exampleOf("peterson-5", "peterson", { processes: 5 }, 409_308),
      contenders: [...NOLOCK, ...EXPORTED],
    },
    ...kernelCases(),
    {
      name: "counters-410M",
      title: "more than one memory holds: seven counters of 17 values, whose counts are known",
      model: () => exampleOf("counters-410M", "counters", { counters: 7, limit: 16 }, 17 ** 7),
      contenders: named(NOLOCK, "2 workers"),
      once: true,
    },
  ];
}

/** Small enough to run with every change. */
export const QUICK = "freelist-140k";
