/** What is wrong with a spec of the allocator, beyond the machine and its calls: where, what, and how to mend it. */
import type { Problem, Question } from "../../checker/spec/model.ts";
import { accountProblems } from "../memcg/accounts.ts";
import { BUCKET_NAMES, heapProblems, heldObjects, parseSlab } from "../slub/heap.ts";
import { objcgOf, settingsOf } from "./settings.ts";

/** Of a version with CPU slabs. */
export function problems(question: Question): Problem[] {
  const s = settingsOf(question);
  const found: Problem[] = memoryProblems(question);
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  if (s.tiny && s.cpuPartial)
    say("/configuration/tiny", "SLUB_TINY leaves SLUB_CPU_PARTIAL out", 'set "cpuPartial" or "tiny" to false');
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
  return found;
}

/** Of any version. */
export function memoryProblems(question: Question): Problem[] {
  const s = settingsOf(question);
  const found: Problem[] = heapProblems(s.slabs, { ...s, cpuPartial: s.cpuPartial ?? true });
  const say = (path: string, what: string, mend: string) => found.push({ path, what, mend });
  for (const [i, name] of s.debug.entries()) {
    const buckets = BUCKET_NAMES.slice(0, s.buckets);
    if (!buckets.includes(name))
      say(`/configuration/debug/${i}`, `"${name}" is no bucket`, `name some of ${buckets.join(", ")}`);
  }
  if (s.tiny && (s.debug.length > 0 || s.accounting))
    say("/configuration/tiny", "SLUB_TINY leaves SLUB_DEBUG out", 'drop "debug" and "accounting", or "tiny"');
  if (s.tiny && s.freelistRandom)
    say("/configuration/tiny", "SLUB_TINY leaves SLAB_FREELIST_RANDOM out", 'set "freelistRandom" or "tiny" to false');
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
  for (const [i, one] of question.contexts.entries())
    if (objcgOf(one) >= s.objcgs)
      say(`/contexts/${i}/objcg`, `there is no objcg${objcgOf(one)}`, `set "objcgs" to ${objcgOf(one) + 1}, or use 0`);
  return found;
}
