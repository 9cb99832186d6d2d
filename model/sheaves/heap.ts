/**
 * The sheaves that a spec begins with: a line for a CPU's sheaves of a bucket, or for one sheaf of a barn. Objects are
 * named; they are of slabs that the heap has as full, or as in use.
 */

import { type Assign, element, lit } from "../../checker/language/index.ts";
import type { Problem } from "../../checker/spec/model.ts";
import { cpu } from "../machine/sets.ts";
import { bucket, object } from "../mm/sets.ts";
import { BUCKET_NAMES, freeObjects, parseSlab } from "../slub/heap.ts";
import { h, pcsOf, sheaf, sheafOf } from "./state.ts";

export const SHEAF_LINE =
  '"A cpu0 main=s0.o0,s0.o1 spare=s1.o0" (of CPU 0; what is left out is an empty main sheaf, and no spare), "A cpu0 spare=empty", "A barn full=s1.o0,s1.o1" or "A barn empty" (a sheaf of the barn each, the first of its list first)';

/** An object as a spec names it. */
interface Named {
  readonly slab: number;
  readonly slot: number;
}
type Objects = readonly Named[];

interface SheafLine {
  readonly bucket: number;
  /** Null: in the barn. */
  readonly cpu: number | null;
  /** Of a CPU: its main and its spare sheaf, where it has one. Of a barn: the one sheaf. */
  readonly main: Objects;
  readonly spare: Objects | null;
}

const OBJECTS = "((?:s\\d+\\.o\\d+)(?:,s\\d+\\.o\\d+)*)";
const PATTERN = new RegExp(
  `^([A-D]) (?:cpu(\\d)(?: main=${OBJECTS})?(?: spare=(?:${OBJECTS}|(empty)))?|barn (?:full=${OBJECTS}|empty))$`,
);

const objectsIn = (text: string | undefined): Objects =>
  (text?.split(",") ?? []).map((name) => {
    const [, slab, slot] = /^s(\d+)\.o(\d+)$/.exec(name) ?? [];
    return { slab: Number(slab), slot: Number(slot) };
  });

/** Reads one line; null where it has another form. */
function parseSheaf(line: string): SheafLine | null {
  const found = PATTERN.exec(line);
  if (!found) return null;
  const [, name, cpuDigit, main, spare, emptySpare, full] = found;
  const of = { bucket: BUCKET_NAMES.indexOf(name as string) };
  if (cpuDigit === undefined) return { ...of, cpu: null, main: objectsIn(full), spare: null };
  const hasSpare = spare !== undefined || emptySpare !== undefined;
  return { ...of, cpu: Number(cpuDigit), main: objectsIn(main), spare: hasSpare ? objectsIn(spare) : null };
}

export interface SheafSizes {
  readonly cpus: number;
  readonly buckets: number;
  readonly objects: number;
  readonly slabs: readonly string[];
  readonly sheaves: readonly string[];
  readonly sheafCapacity: number;
  readonly moreSheaves: number;
  readonly tiny: boolean;
  readonly debug: readonly string[];
}

const withoutSheaves = ({ tiny, debug }: SheafSizes, b: number): boolean =>
  tiny || debug.includes(BUCKET_NAMES[b] as string);

/** What is wrong with the lines. */
export function sheafProblems(sizes: SheafSizes): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [i, line] of sizes.sheaves.entries()) {
    const say = (what: string, mend: string) => problems.push({ path: `/configuration/sheaves/${i}`, what, mend });
    const parsed = parseSheaf(line);
    if (!parsed) {
      say(`"${line}" does not describe a sheaf`, `write one of ${SHEAF_LINE}`);
      continue;
    }
    if (parsed.bucket >= sizes.buckets)
      say(`"${line}" is of a bucket that is not there`, `set "buckets" to ${parsed.bucket + 1}`);
    if (withoutSheaves(sizes, parsed.bucket))
      say(`"${line}": debug caches, and all with SLUB_TINY, have no sheaves`, "leave it out");
    if (parsed.cpu !== null && parsed.cpu >= sizes.cpus)
      say(`"${line}" is on a CPU that is not there`, `set "cpus" to ${parsed.cpu + 1}`);
    if (parsed.cpu !== null && !once(seen, `${parsed.bucket} cpu${parsed.cpu}`))
      say(`"${line}": the CPU has another line`, "write its sheaves into one line");
    for (const objects of [parsed.main, parsed.spare ?? []]) {
      if (objects.length > sizes.sheafCapacity)
        say(`"${line}": a sheaf has more objects than room`, 'raise "sheafCapacity", or name fewer');
      for (const { slab, slot } of objects) {
        const of = parseSlab(sizes.slabs[slab] ?? "");
        const name = `s${slab}.o${slot}`;
        if (!of || of.place === "page" || of.bucket !== parsed.bucket || slot >= sizes.objects)
          say(`"${line}": ${name} is no object of ${BUCKET_NAMES[parsed.bucket]}`, "name objects of its slabs");
        else if (slot < freeObjects(of))
          say(`"${line}": ${name} is on its slab's freelist`, "name an object that the slab has in use");
        if (!once(seen, name)) say(`"${line}": ${name} is in a sheaf already`, "name it once");
      }
    }
  }
  return problems;
}

/** False where it has been seen. */
function once(seen: Set<string>, what: string): boolean {
  if (seen.has(what)) return false;
  seen.add(what);
  return true;
}

/** Numbers of the objects that stand in sheaves. */
export const inSheaves = ({ sheaves, objects }: SheafSizes): number[] =>
  sheaves.flatMap((line) => {
    const { main, spare } = parseSheaf(line) as SheafLine;
    return [...main, ...(spare ?? [])].map(({ slab, slot }) => slab * objects + slot);
  });

/** How many sheaves there are, and how they stand at the start: those of CPUs, of barns, and memory for further ones. */
export function initialSheaves(sizes: SheafSizes): { readonly count: number; readonly initially: readonly Assign[] } {
  const lines = sizes.sheaves.map((line) => parseSheaf(line) as SheafLine);
  const initially: Assign[] = [];
  let count = 0;
  const make = (b: number, objects: Objects, inBarn = false) => {
    const one = element(sheaf, count++);
    initially.push(
      sheafOf(one).cache.set(element(bucket, b)),
      sheafOf(one).size.set(objects.length),
      ...(inBarn ? [] : [sheafOf(one).next.set("garbage")]),
      ...objects.map(({ slab, slot }, i) =>
        sheafOf(one)
          .objects.at(i)
          .set(element(object, slab * sizes.objects + slot)),
      ),
    );
    return one;
  };
  for (let b = 0; b < sizes.buckets; b++) {
    if (withoutSheaves(sizes, b)) continue;
    for (let c = 0; c < sizes.cpus; c++) {
      const line = lines.find((one) => one.bucket === b && one.cpu === c);
      const pcs = pcsOf(element(cpu, c), element(bucket, b));
      initially.push(pcs.main.set(make(b, line?.main ?? [])));
      if (line?.spare) initially.push(pcs.spare.set(make(b, line.spare)));
    }
    const barn = h.barn.at(element(bucket, b));
    for (const kind of ["full", "empty"] as const) {
      const all = lines.filter(
        (one) => one.bucket === b && one.cpu === null && one.main.length > 0 === (kind === "full"),
      );
      const made = all.map(({ main }) => make(b, main, true));
      for (const [i, one] of made.entries()) initially.push(sheafOf(one).next.set(made[i + 1] ?? lit(null)));
      if (made[0]) initially.push(barn[kind].set(made[0]));
      initially.push({ full: barn.nrFull, empty: barn.nrEmpty }[kind].set(made.length));
    }
  }
  // An index set must have an element, also where no bucket has sheaves.
  return { count: Math.max(1, count + sizes.moreSheaves), initially };
}
