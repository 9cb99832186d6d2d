/** The calls of a script that are about pages: what a spec may write, and the rows that each becomes. */
import {
  call,
  element,
  type Id,
  id,
  type LeafPlace,
  optional,
  otherwise,
  type Row,
  step,
  when,
} from "../checker/language/index.ts";
import { cpu } from "./machine/config.ts";
import { allocPagesNolock } from "./page/alloc-frozen-pages-nolock.ts";
import { allocPages } from "./page/alloc-pages.ts";
import { drainPagesZone, freePages } from "./page/free-pages.ts";
import { pfnScanner } from "./page/pfn-scanner.ts";
import { slab } from "./slub/sets.ts";

/** `page` is the number of an earlier call of the script, or a page that the context holds. */
export type PageCall =
  | { readonly op: "alloc_page" | "alloc_pages_nolock" }
  | { readonly op: "free_page" | "free_pages_nolock"; readonly page: number | { readonly held: number } }
  | { readonly op: "drain"; readonly ofCpu: number }
  | { readonly op: "scan" };

export const PAGE_CALL_FORMS =
  '"alloc_page", "alloc_pages_nolock", "free_page #1", "free_pages_nolock s2" (a page that the context holds), "drain cpu0", "scan"';

const ALLOCATES = ["alloc_page", "alloc_pages_nolock"];
const OPERATIONS = [...ALLOCATES, "free_page", "free_pages_nolock", "drain", "scan"];

export const isPageCall = (one: { readonly op: string }): one is PageCall => OPERATIONS.includes(one.op);

export const allocatesPage = (one: { readonly op: string }): boolean => ALLOCATES.includes(one.op);

/** Reads a line; null where it has another form. */
export function parsePageCall(line: string): PageCall | null {
  if (line === "scan" || line === "alloc_page" || line === "alloc_pages_nolock") return { op: line };
  const [, ofCpu] = /^drain cpu(\d)$/.exec(line) ?? [];
  if (ofCpu !== undefined) return { op: "drain", ofCpu: Number(ofCpu) };
  const [, op, earlier, held] = /^(free_page|free_pages_nolock) (?:#(\d+)|s(\d+))$/.exec(line) ?? [];
  if (op === undefined) return null;
  const page = earlier !== undefined ? Number(earlier) : { held: Number(held) };
  return { op: op as "free_page" | "free_pages_nolock", page };
}

export const pageResult = optional(id(slab));
type Place = LeafPlace<Id<"slab"> | null>;

/** Programs that these calls begin in: where a hook may be planted. */
export const PAGE_PROGRAMS = [allocPages, allocPagesNolock, freePages, drainPagesZone, pfnScanner];

/** The rows from `begin` to the goto `back`. `locals` has a result for each call that allocates, and `page`. */
export function pageCallRows(
  one: PageCall,
  n: number,
  begin: string,
  back: string,
  locals: Readonly<Record<string, unknown>>,
): Record<string, Row<string>> {
  const result = (k: number) => locals[`r${k}`] as Place;
  switch (one.op) {
    case "alloc_page":
      return { [begin]: call("page = alloc_page(gfp);", allocPages, { got: result(n) }, { done: back }) };
    case "alloc_pages_nolock":
      return { [begin]: call("page = alloc_pages_nolock(0);", allocPagesNolock, { got: result(n) }, { done: back }) };
    case "scan":
      return { [begin]: call("(model) scan one page", pfnScanner, {}, { done: back }) };
    case "drain":
      return {
        [begin]: call(
          `drain_pages_zone(${one.ofCpu}, zone)`,
          drainPagesZone,
          { c: element(cpu, one.ofCpu) },
          { done: back },
        ),
      };
    default: {
      const page = locals.page as Place;
      const free = `free${n}`;
      return {
        [begin]:
          typeof one.page === "number"
            ? step(
                "if (page)",
                when(result(one.page).isNull()).goto(back),
                otherwise.do(page.set(result(one.page))).goto(free),
              )
            : step("(model) a page that it holds", otherwise.do(page.set(element(slab, one.page.held))).goto(free)),
        [free]: call(
          one.op === "free_page" ? "__free_page(page);" : "free_pages_nolock(page, 0);",
          freePages,
          { page: page.known(), allowSpin: one.op === "free_page" },
          { done: back },
        ),
      };
    }
  }
}
