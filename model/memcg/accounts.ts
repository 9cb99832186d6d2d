/** The accounts that a spec begins with: whose the objects are that somebody holds, and what the stocks have. */

import { type Assign, element } from "../../checker/language/index.ts";
import type { Problem } from "../../checker/spec/model.ts";
import { cpu } from "../machine/sets.ts";
import { object } from "../mm/sets.ts";
import { mc, OBJECT_BYTES, objcg, PAGE_BYTES } from "./state.ts";
import { slotOf, stockSlot } from "./stock-slots.ts";

type Line =
  | { readonly kind: "stock"; readonly cpu: number; readonly objcg: number; readonly bytes: number }
  | { readonly kind: "object"; readonly slab: number; readonly slot: number; readonly objcg: number }
  | { readonly kind: "offline"; readonly objcg: number };

export const ACCOUNT_LINE =
  '"cpu0 objcg0 bytes=1" (the stock of CPU 0), "s0.o1 objcg1" (an object that somebody holds; objcg0 where nothing is said) or "objcg1 offline" (its cgroup is gone: only stocks and objects refer to it)';

/** Reads one line; null where it has another form. */
function parse(line: string): Line | null {
  const found = /^(?:cpu(\d) objcg(\d) bytes=(\d)|s(\d)\.o(\d) objcg(\d)|objcg(\d) offline)$/.exec(line);
  if (!found) return null;
  const [, c, of, bytes, slab, slot, owner, gone] = found.map((text) => (text === undefined ? null : Number(text)));
  if (typeof c === "number") return { kind: "stock", cpu: c, objcg: of as number, bytes: bytes as number };
  if (typeof slab === "number") return { kind: "object", slab, slot: slot as number, objcg: owner as number };
  return { kind: "offline", objcg: gone as number };
}

interface Sizes {
  readonly cpus: number;
  /** Slots of a stock, where a version has more than the one. */
  readonly stockSlots?: number;
  readonly objcgs: number;
  readonly objects: number;
  /** Numbers of the objects that somebody holds at the start. */
  readonly held: readonly number[];
}

/** What is wrong with the lines. */
export function accountProblems(
  lines: readonly string[],
  { cpus, stockSlots, objcgs, objects, held }: Sizes,
): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [i, text] of lines.entries()) {
    const say = (what: string, mend: string) =>
      problems.push({ path: `/configuration/accounts/${i}`, what: `"${text}" ${what}`, mend });
    const line = parse(text);
    if (!line) {
      say("describes neither a stock, nor an object, nor an objcg", `write one of ${ACCOUNT_LINE}`);
      continue;
    }
    if (line.objcg >= objcgs)
      say("is of an objcg that is not there", `set "objcgs" to ${line.objcg + 1}, or use objcg0 to objcg${objcgs - 1}`);
    if (line.kind === "stock" && line.cpu >= cpus)
      say("is on a CPU that is not there", `set "cpus" to ${line.cpu + 1}, or use cpu0 to cpu${cpus - 1}`);
    if (line.kind === "stock" && line.bytes > PAGE_BYTES)
      say("is more than a stock keeps", `a page is ${PAGE_BYTES} bytes here: use bytes=0 to bytes=${PAGE_BYTES}`);
    if (line.kind === "object" && !held.includes(line.slab * objects + line.slot))
      say("names an object that nobody holds", "name one that the heap has as handed out (the last ones of a slab)");
    const stocks = lines.slice(0, i).filter((one) => line.kind === "stock" && one.startsWith(`cpu${line.cpu} `)).length;
    if (stockSlots !== undefined && stocks === stockSlots)
      say(`is one too many: a stock has ${stockSlots} slots`, 'remove it, or raise "stockSlots"');
    const subject =
      line.kind === "stock" && stockSlots ? `cpu${line.cpu} objcg${line.objcg}` : (text.split(" ")[0] as string);
    if (seen.has(subject)) say("comes twice", "remove one of them");
    seen.add(subject);
  }
  return problems;
}

/** Whose a held object is. */
export function ownerOf(texts: readonly string[], x: number, objects: number): number {
  const lines = texts.map((text) => parse(text) as Line);
  return lines.find((line) => line.kind === "object" && line.slab * objects + line.slot === x)?.objcg ?? 0;
}

/** What a stock has: in its one slot, or in one of several. */
function stocked(line: Line & { readonly kind: "stock" }, earlier: number, stockSlots: number | undefined): Assign[] {
  const c = element(cpu, line.cpu);
  const slot = stockSlots === undefined ? mc.objStock.at(c) : slotOf(c, element(stockSlot, earlier));
  return [slot.cached.set(element(objcg, line.objcg)), slot.bytes.set(line.bytes)];
}

/**
 * The assignments that begin a run: every held object is charged; the page counter has just enough pages for objects and
 * stocks, and what is left of the last one is in nr_charged_bytes.
 */
export function initialAccounts(texts: readonly string[], { stockSlots, objcgs, objects, held }: Sizes): Assign[] {
  const lines = texts.map((text) => parse(text) as Line);
  const assigns: Assign[] = [];
  const used = Array.from({ length: objcgs }, () => 0);
  const refs: number[] = Array.from({ length: objcgs }, (_, o) =>
    lines.some((line) => line.kind === "offline" && line.objcg === o) ? 0 : 1,
  );
  const take = (o: number, bytes: number) => {
    used[o] = (used[o] as number) + bytes;
    refs[o] = (refs[o] as number) + 1;
  };
  for (const x of held) {
    const owner = ownerOf(texts, x, objects);
    assigns.push(mc.objExts.at(element(object, x)).set(element(objcg, owner)));
    take(owner, OBJECT_BYTES);
  }
  for (const [i, line] of lines.entries()) {
    if (line.kind !== "stock") continue;
    const earlier = lines.slice(0, i).filter((one) => one.kind === "stock" && one.cpu === line.cpu).length;
    assigns.push(...stocked(line, earlier, stockSlots));
    take(line.objcg, line.bytes);
  }
  for (const [o, n] of used.entries()) {
    const pages = Math.ceil(n / PAGE_BYTES);
    const account = mc.objcg.at(element(objcg, o));
    assigns.push(account.pages.set(pages), account.charged.set(pages * PAGE_BYTES - n), account.refs.set(refs[o] ?? 0));
  }
  return assigns;
}
