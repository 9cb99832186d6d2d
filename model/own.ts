/** What a question fixes of memory, whatever the version: how much there is, how it stands, who has what. */
import { type Assign, context, element, type Variant } from "../checker/language/index.ts";
import type { Question } from "../checker/spec/model.ts";
import { isShared, pool, poolsOf } from "./kernel/any.ts";
import { type Call, type Operations, readCall } from "./kernel/calls.ts";
import { cfg } from "./machine/config.ts";
import { initialAccounts, ownerOf } from "./memcg/accounts.ts";
import { mm } from "./mm/config.ts";
import { objcg, object, slab } from "./mm/sets.ts";
import { g } from "./properties/ghosts.ts";
import { objcgOf, type SheafValues, type SlubValues } from "./questions/settings.ts";
import { givers, objectsNamedBy, pools, slabsNamedBy } from "./slub/calls.ts";
import { BUCKET_NAMES, initialHeap, parseSlab, type SlabLine } from "./slub/heap.ts";
import { VARIANTS, VERSIONS } from "./versions/versions.ts";

const names = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => name(i));

/** Calls that wait for the end of an irq_work. */
const WAITS: ReadonlySet<string> = new Set(["destroy", "kvfree_rcu_barrier"]);

/** The settings that every version has. */
type Memory = Pick<SlubValues, keyof SlubValues & keyof SheafValues>;

/** S12 is about counters that are kept only where a spec asks for them. */
const WITHOUT_ACCOUNTING = { S12: 'it is about counters that are kept with "accounting" only: set it to true' };

/** What is about the end of scripts, or about several calls of one arrival. */
const WITHOUT_END = { L8: 'it is about the end of all calls, and a script "any" has none: ask "rests"' };
const ONE_CALL = {
  C16: 'it is about the next call of the same frame, and a frame with a script "any" makes one: give frames a list of calls',
};

/** Properties that mean nothing for a question. */
export const unfitFor = ({ configuration, contexts }: Question): Readonly<Record<string, string>> => ({
  ...(configuration.accounting ? {} : WITHOUT_ACCOUNTING),
  ...(contexts.some(({ any }) => any) ? WITHOUT_END : {}),
  ...(contexts.some(({ any, kind }) => any && kind !== "task") ? ONE_CALL : {}),
});

/** What a question says of memory: how much there is, and how it stands at the start. */
export function memoryOf(
  question: Question,
  s: Memory,
  {
    calls: table,
    held,
    patches = [],
  }: { readonly calls: Operations; readonly held: readonly number[]; readonly patches?: readonly Variant[] },
) {
  const lines = s.slabs.map((line) => parseSlab(line) as SlabLine);
  const debug = BUCKET_NAMES.slice(0, s.buckets).map((name) => s.debug.includes(name));
  const initially: Assign[] = initialHeap(lines, { ...s, debug });
  for (const x of held) {
    const mine = element(object, x);
    initially.push(g.allocated.at(mine).set(true), g.held.at(mine).set(true));
    if (s.memcg) initially.push(g.chargedTo.at(mine).set(element(objcg, ownerOf(s.accounts, x, s.objects))));
  }
  for (const [i, line] of lines.entries()) {
    if (s.pages && (line.place !== "page" || line.page === "held"))
      initially.push(g.pageOut.at(element(slab, i)).set(true));
    if (line.page === "held") initially.push(g.pageHeld.at(element(slab, i)).set(true));
  }
  if (s.memcg) initially.push(...initialAccounts(s.accounts, { ...s, held }));
  const calls = question.contexts.flatMap(({ script }) =>
    script.map((line, i) => readCall(table, line, i + 1) as Call),
  );
  const open = question.contexts.filter(({ any }) => any);
  const asksOrigin = calls.some((one) => one.asksOrigin);
  const named = new Set(calls.flatMap(objectsNamedBy).map(({ slab: i, slot }) => i * s.objects + slot));
  if (isShared(question.contexts))
    for (const x of held)
      if (!named.has(x)) initially.push(pools.pool.at(element(pool, 0)).at(element(object, x)).set(true));
  return {
    roots: [...(open.length > 0 ? [pools] : []), ...(asksOrigin ? [givers] : [])],
    sizes: {
      ...(open.length > 0 ? { pool: poolsOf(question.contexts) } : {}),
      bucket: s.buckets,
      slab: lines.length,
      slot: s.objects,
      zone: 1,
      one: 1,
      objcg: s.objcgs,
    },
    names: {
      bucket: BUCKET_NAMES.slice(0, s.buckets),
      slab: names(lines.length, (i) => `s${i}`),
      slot: names(s.objects, (i) => `o${i}`),
    },
    named: { slab: calls.flatMap(slabsNamedBy) },
    constants: [
      mm.hooked.set(s.memcg || s.debugHooks.length > 0),
      cfg.irqWorkSync.set(calls.some(({ operation }) => WAITS.has(operation))),
      ...question.contexts.map((one, i) => mm.objcgOf.at(element(context, i)).set(element(objcg, objcgOf(one)))),
    ],
    initially,
    variants: [
      ...(VERSIONS[question.version as string]?.patches ?? []),
      ...patches,
      ...question.variants.flatMap((name) => VARIANTS[name] ?? []),
    ],
  };
}
