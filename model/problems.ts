/** What is wrong with a spec, beyond its form: each with where, what, and how to mend it. */
import type { ContextSpec, Problem, Question } from "../checker/spec/model.ts";
import { cpuOf, objcgOf, settingsOf } from "./configuration.ts";
import { BUCKET_NAMES, freeObjects, heapProblems, heldObjects, objectName, parseSlab, type SlabLine } from "./heap.ts";
import { accountProblems } from "./memcg/accounts.ts";
import { allocatesPage, isPageCall, type PageCall } from "./page-calls.ts";
import { CALL_FORMS, HOOK_PLACES, parseCall } from "./scripts.ts";
import { sectionOf } from "./section.ts";

export function problems(question: Question): Problem[] {
  const s = settingsOf(question);
  const found: Problem[] = heapProblems(s.slabs, s);
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  if (!s.smp && s.cpus > 1)
    say("/configuration/cpus", `${s.cpus} CPUs without SMP`, 'set "cpus" to 1, or "smp" to true');
  if (s.migration && s.cpus < 2)
    say(
      "/configuration/migration",
      "a task cannot move on one CPU",
      'set "cpus" to 2 or more, or "migration" to false',
    );
  for (const [i, name] of s.debug.entries()) {
    const buckets = BUCKET_NAMES.slice(0, s.buckets);
    if (!buckets.includes(name))
      say(`/configuration/debug/${i}`, `"${name}" is no bucket`, `name some of ${buckets.join(", ")}`);
  }
  if (s.tiny && (s.debug.length > 0 || s.accounting))
    say("/configuration/tiny", "SLUB_TINY leaves SLUB_DEBUG out", 'drop "debug" and "accounting", or "tiny"');
  if (s.tiny && s.cpuPartial)
    say("/configuration/tiny", "SLUB_TINY leaves SLUB_CPU_PARTIAL out", 'set "cpuPartial" or "tiny" to false');
  if (s.tiny && s.freelistRandom)
    say("/configuration/tiny", "SLUB_TINY leaves SLAB_FREELIST_RANDOM out", 'set "freelistRandom" or "tiny" to false');
  if (s.memcgStockFull && (question.version === "v1" || question.variants.includes("memcg-v1")))
    say(
      "/configuration/memcgStockFull",
      "v1's stock of pages has one slot, and no lock of its own",
      'leave "memcgStockFull" out, or ask a later version',
    );
  if (s.memorylessNode && !s.nodeMismatch)
    say(
      "/configuration/memorylessNode",
      "nobody asks for a node here",
      'set "nodeMismatch" to true, or leave "memorylessNode" out',
    );
  if (question.contexts.length === 0) say("/contexts", "nobody does anything", "add at least one context");
  const lines = s.slabs.map(parseSlab);
  const held = heldObjects(
    lines.filter((line) => line !== null),
    s.objects,
  );
  if (s.memcg) found.push(...accountProblems(s.accounts, { ...s, held }));
  else if (s.objcgs > 1 || s.accounts.length > 0 || s.chargeFails || s.memcgStockFull)
    say(
      "/configuration/memcg",
      "nothing is charged here",
      'set "memcg" to true, or leave "objcgs", "accounts", "chargeFails" and "memcgStockFull" out',
    );
  for (const [i, one] of question.contexts.entries()) {
    const at = `/contexts/${i}`;
    if (cpuOf(one) >= s.cpus) {
      say(
        `${at}/cpu`,
        `${cpuOf(one)} is not a CPU of this machine (it has ${s.cpus}: 0${s.cpus > 1 ? ` to ${s.cpus - 1}` : ""})`,
        `set "cpus" to ${cpuOf(one) + 1}, or put "${one.name}" on another CPU`,
      );
    }
    if (objcgOf(one) >= s.objcgs)
      say(`${at}/objcg`, `there is no objcg${objcgOf(one)}`, `set "objcgs" to ${objcgOf(one) + 1}, or use 0`);
    if (one.kind === "softirq" && s.preemptRt)
      say(`${at}/kind`, "softirqs run in threads on PREEMPT_RT", 'make it a "task"');
    if (one.kind === "hook") {
      const place = HOOK_PLACES[one.options.at as string];
      if (place?.rt && !s.preemptRt)
        say(
          `${at}/at`,
          `"${one.options.at}" exists on PREEMPT_RT only`,
          'set "preemptRt" to true, or choose another place',
        );
    }
    if (one.script.length === 0) say(`${at}/script`, "the script is empty", `write at least one call: ${CALL_FORMS}`);
    for (const [n, line] of one.script.entries()) sectionProblems(one, line, `${at}/script/${n}`, question, say);
    for (const [n, line] of one.script.entries()) callProblems(one, line, n, `${at}/script/${n}`, question, lines, say);
  }
  return found;
}

/** Calls that may spin, and what to use instead where that is forbidden. */
const SPINS: Readonly<Record<string, string>> = {
  kmalloc: "kmalloc_nolock",
  kfree: "kfree_nolock",
  alloc_page: "alloc_pages_nolock",
  free_page: "free_pages_nolock",
};

/** What a task must not call with interrupts or preemption off, since it may sleep, or is a worker of its own. */
function sectionProblems(one: ContextSpec, line: string, path: string, question: Question, say: Say): void {
  const section = sectionOf(one);
  if (!section) return;
  const { preemptRt, objects } = settingsOf(question);
  const parsed = parseCall(line, objects);
  if (!parsed) return;
  const [off, which] = section.irqsOff ? ["interrupts", "irqsOff"] : ["preemption", "preemptOff"];
  if (!NOLOCK.includes(parsed.op) && SPINS[parsed.op] === undefined)
    say(
      path,
      `"${line}" sleeps, or runs in a worker, and "${one.name}" has ${off} off`,
      `drop "${which}", or the call`,
    );
  else if (preemptRt && SPINS[parsed.op] !== undefined)
    say(
      path,
      `${parsed.op}() may sleep on PREEMPT_RT, and "${one.name}" has ${off} off`,
      `use ${SPINS[parsed.op]}, or drop "${which}"`,
    );
}

const NOLOCK: readonly string[] = Object.values(SPINS);

type Say = (path: string, what: string, mend: string) => void;

function pageCallProblems(
  one: ContextSpec,
  parsed: PageCall,
  line: string,
  n: number,
  path: string,
  question: Question,
  lines: readonly (SlabLine | null)[],
  say: Say,
): void {
  const s = settingsOf(question);
  if (!s.pages) say(path, `"${line}" needs the page allocator`, 'set "pages" to true');
  if (parsed.op === "scan" && one.kind !== "task") say(path, "a pfn scanner is a task", 'make the context a "task"');
  if (parsed.op === "drain" && one.kind !== "task") say(path, "a drain runs in a task", 'make the context a "task"');
  if (parsed.op === "drain" && parsed.ofCpu >= s.cpus)
    say(path, `there is no CPU ${parsed.ofCpu}`, `set "cpus" to ${parsed.ofCpu + 1}, or use cpu0`);
  if (!("page" in parsed)) return;
  if (typeof parsed.page === "number") {
    const earlier = parseCall(one.script[parsed.page - 1] ?? "", s.objects);
    if (parsed.page > n || !earlier || !allocatesPage(earlier))
      say(
        path,
        `call ${parsed.page} of this script returns no page`,
        "name an earlier alloc_page or alloc_pages_nolock of the same script, counted from 1",
      );
    return;
  }
  const name = `s${parsed.page.held}`;
  const pageLine = lines[parsed.page.held];
  if (pageLine === undefined) say(path, `there is no page ${name}`, `pages are s0 to s${lines.length - 1}`);
  else if (pageLine && pageLine.page !== "held")
    say(path, `nobody holds ${name} at the start`, 'name a page that the heap has as "page held"');
  const holders = question.contexts.filter((c) => c.script.some((x) => /^free_page/.test(x) && x.endsWith(` ${name}`)));
  if (holders.length > 1 && holders[0] !== one)
    say(
      path,
      `${name} is also freed by "${holders[0]?.name}"`,
      "a page held at the start has one reference: dropping it twice is a fault of the callers",
    );
}

function callProblems(
  one: ContextSpec,
  line: string,
  n: number,
  path: string,
  question: Question,
  lines: readonly (SlabLine | null)[],
  say: Say,
): void {
  const s = settingsOf(question);
  const parsed = parseCall(line, s.objects);
  if (!parsed) {
    say(path, `"${line}" is not a call`, `write one of ${CALL_FORMS}`);
    return;
  }
  if ("bucket" in parsed && parsed.bucket >= s.buckets)
    say(
      path,
      `there is no bucket ${BUCKET_NAMES[parsed.bucket]}`,
      `set "buckets" to ${parsed.bucket + 1}, or use ${BUCKET_NAMES.slice(0, s.buckets).join(", ")}`,
    );
  if ((parsed.op === "flush" || parsed.op === "destroy") && parsed.from >= s.buckets)
    say(path, `there is no bucket ${BUCKET_NAMES[parsed.from]}`, `set "buckets" to ${parsed.from + 1}, or use A`);
  if (parsed.op === "destroy" && one.kind !== "task")
    say(path, "a cache is destroyed by a task", 'make the context a "task"');
  if (parsed.op === "flush" && one.kind !== "task")
    say(path, "flush_slab() runs in a worker", 'make the context a "task"');
  if ((parsed.op === "reparent" || parsed.op === "flush_stats") && !s.memcg)
    say(path, "there are no cgroups", 'set "memcg" to true');
  if ((parsed.op === "reparent" || parsed.op === "flush_stats") && one.kind !== "task")
    say(path, "this runs in a worker", 'make the context a "task"');
  if (isPageCall(parsed)) pageCallProblems(one, parsed, line, n, path, question, lines, say);
  if (one.kind !== "task" && one.kind !== "softirq" && one.kind !== "hardirq" && SPINS[parsed.op] !== undefined) {
    say(
      path,
      `${parsed.op}() may spin, and is forbidden in ${one.kind === "nmi" ? "an NMI" : "a hook"}`,
      `use ${SPINS[parsed.op]}`,
    );
  }
  if (!("of" in parsed)) return;
  if (typeof parsed.of === "number") {
    const earlier = parseCall(one.script[parsed.of - 1] ?? "", s.objects);
    if (parsed.of > n || !earlier || !("bucket" in earlier))
      say(
        path,
        `call ${parsed.of} of this script returns nothing that could be freed`,
        "name an earlier kmalloc or kmalloc_nolock of the same script, counted from 1",
      );
    return;
  }
  const { held } = parsed.of;
  const slabLine = lines[Math.floor(held / s.objects)];
  const holders = question.contexts.filter(
    (c) => c.script.includes(line) || c.script.some((x) => x.endsWith(` ${line.split(" ")[1]}`)),
  );
  if (slabLine === undefined || held % s.objects >= s.objects)
    say(
      path,
      `there is no object ${line.split(" ")[1]}`,
      `objects are s0.o0 to ${objectName(lines.length - 1, s.objects - 1)}`,
    );
  else if (slabLine && (slabLine.place === "page" || held % s.objects < freeObjects(slabLine))) {
    say(
      path,
      `${line.split(" ")[1]} is free at the start: nobody holds it`,
      "name an object that the heap has as handed out (the last ones of a slab)",
    );
  }
  if (holders.length > 1 && holders[0] !== one)
    say(
      path,
      `${line.split(" ")[1]} is also freed by "${holders[0]?.name}"`,
      "an object has one holder: freeing it twice is a fault of the callers",
    );
}
