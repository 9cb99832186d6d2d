/**
 * How does one bring an allocator of 7.3 to the heap that a scenario begins with? By kmalloc() and kfree(), and by
 * __slab_free() for what is to go past the sheaves. How many objects a sheaf has is an argument of kmem_cache_create();
 * here it is made as small as the model's, when the sheaves have been emptied.
 */
import type { Heap } from "../guest/heap.ts";
import type { ConcreteSheaves } from "../recording/concrete.ts";
import type { Bucket } from "./bucket.ts";
import type { Line, Name, Wanted } from "./wanted.ts";

const sheavesOf = (bucket: Bucket): ConcreteSheaves => {
  const { sheaves } = bucket.state;
  if (!sheaves) throw new Error("this kernel has no sheaves");
  return sheaves;
};

/** Allocations after which a slab, and what was left in sheaves, should have come to their end together. */
const LONG = 150;

/**
 * Takes all that is free: sheaves are empty, no slab has a free object. A sheaf is filled with so many objects at once,
 * and a slab need not have a multiple of that: then one object more is given back to its slab, for another remainder.
 */
async function drain(bucket: Bucket): Promise<void> {
  for (let n = 1; ; n++) {
    const { main, spare, barn } = sheavesOf(bucket);
    const inSheaves = [main ?? [], spare ?? [], ...barn.full].flat().length;
    if (inSheaves === 0 && !bucket.isOnNode) return;
    await bucket.allocate();
    const [some] = bucket.held.keys();
    if (n % LONG === 0 && some !== undefined) await bucket.freeElsewhere(some);
  }
}

/** Lines of sheaves of CPU 0, in the order in which their objects have to be freed: the spare one fills up first. */
function sheafLines(lines: readonly string[], bucket: string): { main: string[]; spare: string[] } {
  const own = lines.find((line) => line.startsWith(`${bucket} cpu0`)) ?? "";
  const part = (name: string) =>
    new RegExp(`${name}=(\\S+)`)
      .exec(own)?.[1]
      ?.split(",")
      .filter((word) => word !== "empty") ?? [];
  return { main: part("main"), spare: part("spare") };
}

export async function arrange73(
  bucket: Bucket,
  heap: Heap,
  lines: readonly Line[],
  { objects, sheaves, sheafCapacity, minPartial }: Wanted,
  name: Name,
  letter: string,
): Promise<void> {
  heap.setKnob(bucket.cache, "sheaf_capacity", sheafCapacity);
  heap.setKnob(bucket.cache, "min_partial", minPartial);
  await drain(bucket);
  // Slabs that are all the task's: one a line.
  const before = new Set(bucket.held.keys());
  const fresh = () => [...bucket.held.keys()].filter((slab) => !before.has(slab));
  while (fresh().length < lines.length) {
    await bucket.allocate();
    await drain(bucket);
  }
  const slabs = fresh();
  const held = lines.map(({ i, line }, n) => {
    const slab = slabs[n] as bigint;
    const all = [...(bucket.held.get(slab) ?? [])].reverse();
    return { i, slab, free: line.free, named: all.slice(0, objects) };
  });
  const objectNamed = (word: string): bigint => {
    const [, slab, slot] = /^s(\d+)\.o(\d+)$/.exec(word) ?? [];
    const object = held.find(({ i }) => i === Number(slab))?.named[Number(slot)];
    if (object === undefined) throw new Error(`the heap has no object ${word}`);
    return object;
  };
  for (const { slab, free, named } of held)
    for (const object of named.slice(0, free).reverse()) await bucket.freeObjectElsewhere(slab, object);
  const { main, spare } = sheafLines(sheaves, letter);
  for (const word of [...spare, ...main]) await bucket.freeObject(objectNamed(word));
  if (main.length === 0 && spare.length > 0) {
    // A full main sheaf becomes the spare one when one more object comes; that one is taken again.
    const extra = held.flatMap(({ named }) => named).find((object) => !spare.map(objectNamed).includes(object));
    if (extra === undefined) throw new Error("the heap has no object that could make a full sheaf the spare one");
    await bucket.freeObject(extra);
    if ((await bucket.allocate()) !== extra) throw new Error("an object that was just freed is not the next one");
  }
  const found = sheavesOf(bucket);
  const isAs = (sheaf: readonly bigint[] | null, words: readonly string[]) =>
    (sheaf ?? []).map(String).join() === words.map((word) => String(objectNamed(word))).join();
  if (!isAs(found.main, main) || !isAs(found.spare, spare) || found.barn.full.length > 0)
    throw new Error("the sheaves are not as the scenario has them");
  for (const { i, slab, named } of held) name(i, slab, named);
}
