/** The heap that a spec begins with: one line a slab, and which object whose caller holds. */

import { type Assign, type Expr, element, type Id, type LeafPlace, lit } from "../../checker/language/index.ts";
import type { Problem } from "../../checker/spec/model.ts";
import { cpu } from "../machine/sets.ts";
import { bucket, object, slab } from "../mm/sets.ts";
import { p } from "../page/state.ts";
import { cpuSlabOf, k, linkOf } from "./state.ts";

export const BUCKET_NAMES = ["A", "B", "C", "D"];

/** Where a slab is at the start, and how many of its objects are free there. */
export interface SlabLine {
  readonly place: "cpu" | "cpuPartial" | "partial" | "full" | "page";
  readonly bucket: number;
  readonly cpu: number;
  /** For a page that is no slab yet: in the zone, on the list of `cpu`, or somebody's who counts its references. */
  readonly page: "zone" | "pcp" | "held";
  /** Free objects that only this place's owner sees: on c->freelist for a CPU slab, else on slab->freelist. */
  readonly free: number;
  /** For a CPU slab: objects that another CPU freed to slab->freelist. */
  readonly remote: number;
}

/** Of a version without CPU slabs. */
export const NODE_SLAB_LINE =
  '"A partial free=2", "A full", "page" (no slab yet: free in the zone), "page pcp0" (free on the list of CPU 0) or "page held" (somebody\'s, with reference count 1)';

export const SLAB_LINE =
  '"A cpu0 free=1" (the CPU slab of CPU 0, with 1 free object), "A cpu0 free=0 remote=1", "A cpuPartial0 free=1", "A partial free=2", "A full", "page" (no slab yet: free in the zone), "page pcp0" (free on the list of CPU 0) or "page held" (somebody\'s, with reference count 1)';

const PATTERN =
  /^(?:page(?: (?:pcp(\d)|(held)))?|([A-D]) (?:full|(cpu|cpuPartial|partial)(\d?) free=(\d)(?: remote=(\d))?))$/;

/** Reads one line; null where it has another form. */
export function parseSlab(line: string): SlabLine | null {
  const found = PATTERN.exec(line);
  if (!found) return null;
  const [, pcp, heldPage, name, place, cpuDigit, free, remote] = found;
  if (line.startsWith("page")) {
    const page = pcp !== undefined ? "pcp" : heldPage !== undefined ? "held" : "zone";
    return { place: "page", bucket: 0, cpu: Number(pcp ?? 0), page, free: 0, remote: 0 };
  }
  if ((place === "partial") !== (cpuDigit === "") && place !== undefined) return null;
  return {
    place: (place ?? "full") as SlabLine["place"],
    bucket: BUCKET_NAMES.indexOf(name as string),
    cpu: Number(cpuDigit ?? 0),
    page: "zone",
    free: Number(free ?? 0),
    remote: Number(remote ?? 0),
  };
}

/** What is wrong with the lines, beyond their form. */
export function heapProblems(
  lines: readonly string[],
  sizes: {
    cpus: number;
    buckets: number;
    objects: number;
    cpuPartial: boolean;
    pages: boolean;
    tiny: boolean;
    debug: readonly string[];
  },
): Problem[] {
  const problems: Problem[] = [];
  const cpuSlabs = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const path = `/configuration/slabs/${i}`;
    const slabLine = parseSlab(line);
    const say = (what: string, mend: string) => problems.push({ path, what, mend });
    if (!slabLine) {
      say(`"${line}" does not describe a slab`, `write one of ${SLAB_LINE}`);
      continue;
    }
    if (slabLine.bucket >= sizes.buckets)
      say(
        `"${line}" is of a bucket that is not there`,
        `set "buckets" to ${slabLine.bucket + 1}, or use ${BUCKET_NAMES.slice(0, sizes.buckets).join(", ")}`,
      );
    if (slabLine.cpu >= sizes.cpus)
      say(
        `"${line}" is on a CPU that is not there`,
        `set "cpus" to ${slabLine.cpu + 1}, or put it on CPU 0 to ${sizes.cpus - 1}`,
      );
    if (slabLine.free + slabLine.remote > sizes.objects)
      say(
        `"${line}" has more free objects than objects`,
        `a slab has ${sizes.objects} objects; raise "objects", or lower the numbers`,
      );
    if (slabLine.page !== "zone" && !sizes.pages)
      say(`"${line}" needs the page allocator`, 'set "pages" to true, or use "page"');
    if (slabLine.place === "cpuPartial" && !sizes.cpuPartial)
      say(`"${line}": CPUs have no partial lists`, 'set "cpuPartial" to true, or put it on the node (partial)');
    if (slabLine.place === "cpu" || slabLine.place === "cpuPartial") {
      const name = BUCKET_NAMES[slabLine.bucket] as string;
      if (sizes.tiny) say(`"${line}": with SLUB_TINY no slab is a CPU's`, 'write "partial", "full" or "page"');
      else if (sizes.debug.includes(name))
        say(`"${line}": ${name} is a debug cache, which has no CPU slabs`, 'write "partial", "full" or "page"');
    }
    if ((slabLine.place === "partial" || slabLine.place === "cpuPartial") && slabLine.free === 0)
      say(`"${line}": a partial slab has a free object`, 'use free=1 or more, or "full"');
    if (slabLine.place === "cpu") {
      const key = `${slabLine.cpu} ${slabLine.bucket}`;
      if (cpuSlabs.has(key)) say(`"${line}": a CPU has one CPU slab a bucket`, "remove one, or make it partial");
      cpuSlabs.add(key);
    }
  }
  if (lines.length === 0)
    problems.push({
      path: "/configuration/slabs",
      what: "there are no slabs and no pages",
      mend: `give at least one line: ${SLAB_LINE}`,
    });
  return problems;
}

/** Objects of a slab line that nobody may be given: they are free. */
export const freeObjects = (line: SlabLine): number => line.free + line.remote;

/** Numbers of the objects that somebody holds at the start. */
export const heldObjects = (lines: readonly SlabLine[], objects: number): number[] =>
  lines.flatMap((line, i) =>
    line.place === "page"
      ? []
      : Array.from({ length: objects - freeObjects(line) }, (_, n) => i * objects + freeObjects(line) + n),
  );

/** Name of an object in specs and reports: slab 0, slot 1 is "s0.o1". */
export const objectName = (slabIndex: number, slot: number): string => `s${slabIndex}.o${slot}`;

/** The first `n` objects as a list in slot order, and the assignments that link them. */
function linked(
  slabIndex: number,
  from: number,
  to: number,
  objects: number,
): { first: Expr<Id<"object">> | Expr<null>; assigns: Assign[] } {
  const at = (slot: number) => element(object, slabIndex * objects + slot);
  const assigns: Assign[] = [];
  for (let slot = from; slot < to; slot++) assigns.push(linkOf(at(slot)).set(slot + 1 < to ? at(slot + 1) : lit(null)));
  return { first: from < to ? at(from) : lit(null), assigns };
}

/** Pages on their lists, the first line first; the others are out, those held with a count of 1. */
function initialPages(lines: readonly SlabLine[]): Assign[] {
  const assigns: Assign[] = [];
  const lists = new Map<string, { head: LeafPlace<Id<"slab"> | null>; pages: Expr<Id<"slab">>[] }>();
  for (const [i, line] of lines.entries()) {
    const x = element(slab, i);
    const { nextPage, refcount } = p.page.at(x);
    if (line.place !== "page" || line.page === "held") {
      assigns.push(nextPage.set("garbage"));
      if (line.place === "page") assigns.push(refcount.set(1));
      continue;
    }
    const key = line.page === "zone" ? "zone" : `pcp${line.cpu}`;
    const head = line.page === "zone" ? p.zoneList : p.pcpList.at(element(cpu, line.cpu));
    const list = lists.get(key) ?? { head, pages: [] };
    lists.set(key, list);
    list.pages.push(x);
  }
  for (const { head, pages } of lists.values()) {
    assigns.push(head.set(pages[0] as Expr<Id<"slab">>));
    for (const [n, x] of pages.entries()) assigns.push(p.page.at(x).nextPage.set(pages[n + 1] ?? lit(null)));
  }
  return assigns;
}

/** The initial assignments of the heap. Objects that are not free have a link word of garbage. */
export function initialHeap(
  lines: readonly SlabLine[],
  { objects, pages, debug }: { objects: number; pages: boolean; debug: readonly boolean[] },
): Assign[] {
  const assigns: Assign[] = pages ? initialPages(lines) : [];
  for (const b of debug.keys()) {
    const slabs = lines.filter((line) => line.place !== "page" && line.bucket === b);
    const node = k.node.at(element(bucket, b));
    assigns.push(node.nrSlabs.set(slabs.length));
    assigns.push(node.nrPartial.set(slabs.filter((line) => line.place === "partial").length));
  }
  for (const [i, line] of lines.entries()) {
    const s = element(slab, i);
    const own = linked(i, 0, line.free, objects);
    const remote = linked(i, line.free, line.free + line.remote, objects);
    assigns.push(...own.assigns, ...remote.assigns);
    for (let slot = freeObjects(line); slot < objects; slot++)
      assigns.push(linkOf(element(object, i * objects + slot)).set("garbage"));
    if (line.place === "page") continue;
    const b = element(bucket, line.bucket);
    assigns.push(k.slab.at(s).cache.set(b));
    if (line.place === "cpu") {
      const c = cpuSlabOf(element(cpu, line.cpu), b);
      assigns.push(c.slab.set(s), c.freelist.set(own.first as Expr<Id<"object"> | null>));
      assigns.push(
        k.slab.at(s).frozen.set(true),
        k.slab.at(s).inuse.set(objects - line.remote),
        k.slab.at(s).freelist.set(remote.first as Expr<Id<"object"> | null>),
      );
    } else {
      assigns.push(
        k.slab.at(s).freelist.set(own.first as Expr<Id<"object"> | null>),
        k.slab.at(s).inuse.set(objects - line.free),
      );
      if (line.place === "full")
        assigns.push(
          k.node
            .at(b)
            .full.at(s)
            .set(debug[line.bucket] === true),
        );
      if (line.place === "partial") assigns.push(k.node.at(b).partial.at(s).set(true));
      if (line.place === "cpuPartial") assigns.push(cpuSlabOf(element(cpu, line.cpu), b).partial.at(s).set(true));
    }
  }
  return assigns;
}
