/** How a page draws the machine and the allocator: which cells make up which structure of the kernel. */
import type { Views } from "../checker/spec/model.ts";

const FREELIST = "object.link";
const PAGES = "page.nextPage";

export const VIEWS: Views = {
  structures: [
    { title: "struct kmem_cache_cpu", fields: ["cpuSlab"], lists: { freelist: FREELIST } },
    { title: "struct slab", fields: ["slab"], lists: { freelist: FREELIST, flushFreelist: FREELIST } },
    { title: "objects", fields: ["object"] },
    { title: "struct kmem_cache_node", fields: ["node"] },
    { title: "locks", fields: ["lock"], holders: ["holder", "owner", "waitLock"] },
    { title: "raw spinlocks", fields: ["rawLock"], holders: [""] },
    { title: "deferred frees", fields: ["deferFree", "irqWork", "cache", "taken", "detached"] },
    { title: "page lists", fields: ["zoneList", "pcpList"], lists: { "": PAGES } },
    { title: "struct page", fields: ["page"] },
    { title: "memory cgroups", fields: ["objStock", "objcg", "objExts"] },
    { title: "CPUs", fields: ["cpu"] },
    { title: "tasks and frames", fields: ["chain", "frame"] },
  ],
};
