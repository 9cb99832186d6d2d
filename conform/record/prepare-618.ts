/**
 * How does one bring an allocator of 6.18 to the heap that a scenario begins with? By kmalloc() and kfree(), and by
 * __slab_free() as another CPU makes it; the sizes of lists are set as /sys/kernel/slab sets them.
 */
import type { Heap } from "../guest/heap.ts";
import type { ConcreteCpuSlab } from "../recording/concrete.ts";
import type { Bucket } from "./bucket.ts";
import type { Line, Name, Wanted } from "./wanted.ts";

const cpuOf = (bucket: Bucket): ConcreteCpuSlab => {
  const { cpu } = bucket.state;
  if (!cpu) throw new Error("this kernel has no slabs of CPUs");
  return cpu;
};

/** Takes all that is free: no list has a slab any more, and the CPU's slab is full. */
async function drain(bucket: Bucket, heap: Heap): Promise<void> {
  for (;;) {
    const cpu = cpuOf(bucket);
    const more = cpu.slab !== 0n && (cpu.freelist.length > 0 || heap.freeOf(bucket.cache, cpu.slab) > 0);
    if (!more && cpu.slab !== 0n && cpu.partial.length === 0 && !bucket.isOnNode) return;
    await bucket.allocate();
  }
}

/** Allocates until another slab is the CPU's and is full too. Its address. */
async function another(bucket: Bucket, heap: Heap): Promise<bigint> {
  await bucket.allocate();
  await drain(bucket, heap);
  return cpuOf(bucket).slab;
}

export async function arrange618(
  bucket: Bucket,
  heap: Heap,
  lines: readonly Line[],
  { objects, cpuPartialSlabs, minPartial }: Wanted,
  name: Name,
): Promise<void> {
  const own = lines.find(({ line }) => line.place === "cpu");
  if (!own) throw new Error("a scenario's bucket has a slab of the CPU: a kernel is not brought to the other state");
  const others = lines.filter((one) => one !== own);
  heap.setKnob(bucket.cache, "min_partial", 5);
  heap.setKnob(bucket.cache, "cpu_partial_slabs", 0);
  await drain(bucket, heap);
  const full: bigint[] = [];
  // Two more than the lines: the CPU's, and one that stays with the CPU in the place of those that go to the node.
  for (let n = 0; n < others.length + 2; n++) full.push(await another(bucket, heap));
  const mine = (slab: bigint, free: readonly bigint[]): void => {
    const held = bucket.held.get(slab) ?? [];
    const line = lines.find(({ i }) => made.get(i) === slab) as Line;
    name(line.i, slab, [...free, ...held.slice(0, objects - free.length)]);
  };
  const made = new Map<number, bigint>();
  const freed = new Map<number, bigint[]>();
  const release = async (one: Line, slab: bigint): Promise<void> => {
    made.set(one.i, slab);
    const free: bigint[] = [];
    for (let n = 0; n < one.line.free; n++) free.unshift(await bucket.free(slab));
    freed.set(one.i, free);
  };
  const onNode = others.filter(({ line }) => line.place === "partial");
  for (const one of onNode) await release(one, full.shift() as bigint);
  if (onNode.length > 0) {
    // The last of them stays with the CPU until the next one comes: a spare, which is then filled up again.
    await bucket.free(full[0] as bigint);
    await bucket.allocate();
  }
  for (const { i } of others.filter(({ line }) => line.place === "full")) {
    made.set(i, full.shift() as bigint);
    freed.set(i, []);
  }
  heap.setKnob(bucket.cache, "cpu_partial_slabs", cpuPartialSlabs);
  heap.setKnob(bucket.cache, "min_partial", minPartial);
  const current = cpuOf(bucket).slab;
  for (const one of others.filter(({ line }) => line.place === "cpuPartial"))
    await release(one, full.find((slab) => slab !== current && ![...made.values()].includes(slab)) as bigint);
  await release(own, current);
  const remote: bigint[] = [];
  for (let n = 0; n < own.line.remote; n++) remote.unshift(await bucket.freeElsewhere(current));
  freed.set(own.i, [...(freed.get(own.i) ?? []), ...remote]);
  for (const [i, slab] of made) mine(slab, freed.get(i) ?? []);
}
