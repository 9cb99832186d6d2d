/** The calls of a script that are about pages: what a spec may write, and the rows that each becomes. */
import {
  call,
  element,
  type Id,
  id,
  type LeafPlace,
  optional,
  otherwise,
  step,
  when,
} from "../../checker/language/index.ts";
import type { Question } from "../../checker/spec/model.ts";
import {
  type Asked,
  begins,
  type Call,
  type Operation,
  type Operations,
  type Place,
  type Wrong,
} from "../kernel/calls.ts";
import { cpu } from "../machine/sets.ts";
import { slab } from "../mm/sets.ts";
import { allocPagesNolock } from "./alloc-frozen-pages-nolock.ts";
import { allocPages } from "./alloc-pages.ts";
import { drainPagesZone, freePages } from "./free-pages.ts";
import { pfnScanner } from "./pfn-scanner.ts";

/** What a call does with a page: returns one, drops one (of an earlier call, or held at the start), or neither. */
export interface PageCall {
  readonly allocatesPage?: true;
  readonly page?: number | { readonly held: number };
}

export const pageResult = optional(id(slab));
type Leaf = LeafPlace<Id<"slab"> | null>;

/** Where the page is that call `n` of a script returned. */
export const pageOf = (locals: Place["locals"], n: number): Leaf => locals[`r${n}`] as Leaf;

const needsPages = ({ question, line }: Asked): readonly Wrong[] =>
  question.configuration.pages ? [] : [[`"${line}" needs the page allocator`, 'set "pages" to true']];

const allocates =
  (quote: string, callee: typeof allocPages): Operation["read"] =>
  (words, n) =>
    words.length > 0
      ? null
      : {
          locals: { [`r${n}`]: pageResult },
          rows: ({ begin, back, locals }) => ({
            [begin]: call(quote, callee, { got: pageOf(locals, n) }, { done: back }),
          }),
          returned: (locals) => ({ gotPage: pageOf(locals, n) }),
          inVain: "NULL",
          problems: needsPages,
          data: { allocatesPage: true } satisfies PageCall,
        };

const dataOf = (one: Call | null): PageCall => (one?.data ?? {}) as PageCall;

/** Pages that somebody holds at the start, by number. */
const isHeld = (question: Question, page: number): boolean | null => {
  const line = (question.configuration.slabs as readonly string[])[page];
  return line === undefined ? null : line === "page held";
};

function freeProblems(asked: Asked, page: number | { readonly held: number }): readonly Wrong[] {
  const { question, context, n, earlier } = asked;
  const wrong: Wrong[] = [...needsPages(asked)];
  if (context.any)
    return [
      [
        `"${asked.line}" names one page, and a script "any" makes its calls again and again`,
        "give pages back by a context with a script in order",
      ],
    ];
  if (typeof page === "number") {
    if (page >= n || !dataOf(earlier(page)).allocatesPage)
      wrong.push([
        `call ${page} of this script returns no page`,
        "name an earlier alloc_page or alloc_pages_nolock of the same script, counted from 1",
      ]);
    return wrong;
  }
  const name = `s${page.held}`;
  const held = isHeld(question, page.held);
  const last = (question.configuration.slabs as readonly string[]).length - 1;
  if (held === null) wrong.push([`there is no page ${name}`, `pages are s0 to s${last}`]);
  else if (!held) wrong.push([`nobody holds ${name} at the start`, 'name a page that the heap has as "page held"']);
  const holders = question.contexts.filter((c) => c.script.some((x) => /^free_page/.test(x) && x.endsWith(` ${name}`)));
  if (holders.length > 1 && holders[0] !== context)
    wrong.push([
      `${name} is also freed by "${holders[0]?.name}"`,
      "a page held at the start has one reference: dropping it twice is a fault of the callers",
    ]);
  return wrong;
}

const frees =
  (quote: string, allowSpin: boolean): Operation["read"] =>
  (words, n) => {
    const [, earlier, held] = /^(?:#(\d+)|s(\d+))$/.exec(words.join(" ")) ?? [];
    if (earlier === undefined && held === undefined) return null;
    const page = earlier !== undefined ? Number(earlier) : { held: Number(held) };
    return {
      locals: { page: pageResult },
      rows: ({ begin, back, locals }) => {
        const own = locals.page as Leaf;
        const free = `free${n}`;
        return {
          [begin]:
            typeof page === "number"
              ? step(
                  "if (page)",
                  when(pageOf(locals, page).isNull()).goto(back),
                  otherwise.do(own.set(pageOf(locals, page))).goto(free),
                )
              : step("(model) a page that it holds", otherwise.do(own.set(element(slab, page.held))).goto(free)),
          [free]: call(quote, freePages, { page: own.known(), allowSpin }, { done: back }),
        };
      },
      problems: (asked) => freeProblems(asked, page),
      data: { page } satisfies PageCall,
    };
  };

const TASK = ["task"] as const;
const MAY_SPIN = ["task", "softirq", "hardirq"] as const;
const spins = (instead: string): Pick<Operation, "only" | "sleeps" | "instead"> => ({
  only: { kinds: MAY_SPIN, what: "may spin", mend: `use ${instead}` },
  sleeps: "preemptRt",
  instead,
});

export const PAGE_CALLS: Operations = {
  alloc_page: {
    about: "a page for somebody else, counted; may spin or sleep",
    form: "alloc_page",
    ...spins("alloc_pages_nolock"),
    programs: begins(allocPages),
    read: allocates("page = alloc_page(gfp);", allocPages),
  },
  alloc_pages_nolock: {
    about: "a page for somebody else, counted, from any context",
    form: "alloc_pages_nolock",
    programs: begins(allocPagesNolock),
    read: allocates("page = alloc_pages_nolock(0);", allocPagesNolock as unknown as typeof allocPages),
  },
  free_page: {
    about: "drops a page's reference, and frees it; may spin or sleep",
    form: "free_page #1",
    ...spins("free_pages_nolock"),
    programs: begins(freePages),
    read: frees("__free_page(page);", true),
  },
  free_pages_nolock: {
    about: "the same from any context",
    form: "free_pages_nolock s2",
    programs: begins(freePages),
    read: frees("free_pages_nolock(page, 0);", false),
  },
  drain: {
    about: "a CPU's page list goes back to the zone",
    form: "drain cpu0",
    only: { kinds: TASK, what: "runs in a task", mend: 'make the context a "task"' },
    sleeps: "always",
    programs: begins(drainPagesZone),
    read: (words) => {
      const [, digit] = /^cpu(\d)$/.exec(words.join(" ")) ?? [];
      if (digit === undefined) return null;
      const ofCpu = Number(digit);
      return {
        rows: ({ begin, back }) => ({
          [begin]: call(`drain_pages_zone(${ofCpu}, zone)`, drainPagesZone, { c: element(cpu, ofCpu) }, { done: back }),
        }),
        problems: (asked) => [
          ...needsPages(asked),
          ...(ofCpu >= (asked.question.configuration.cpus as number)
            ? [[`there is no CPU ${ofCpu}`, `set "cpus" to ${ofCpu + 1}, or use cpu0`] as const]
            : []),
        ],
      };
    },
  },
  scan: {
    about: "a pfn scanner looks at one page",
    form: "scan",
    only: { kinds: TASK, what: "is a task's: a pfn scanner", mend: 'make the context a "task"' },
    sleeps: "always",
    programs: begins(pfnScanner),
    read: (words) =>
      words.length > 0
        ? null
        : {
            rows: ({ begin, back }) => ({ [begin]: call("(model) scan one page", pfnScanner, {}, { done: back }) }),
            problems: needsPages,
          },
  },
};
