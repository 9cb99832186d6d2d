/** What memory is divided into. An object is a slab and a slot in it. */
import { indexSet, product } from "../../checker/language/index.ts";

/** A kmalloc cache, in the order of object size. */
export const bucket = indexSet("bucket");

/** A page that may be a slab of some bucket. */
export const slab = indexSet("slab", { interchangeable: true });

/** The place of an object in its slab. Ordered: a new slab lists its objects by it. */
export const slot = indexSet("slot");

export const object = product("object", { slab, slot });

export const zone = indexSet("zone");

/** An account of slab bytes, of one memory cgroup. */
export const objcg = indexSet("objcg");
