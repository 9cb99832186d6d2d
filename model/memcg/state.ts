/**
 * What the memory controller keeps of slab objects: a small stock of bytes for each CPU, an account for each objcg, and
 * for each object whose it is.
 *
 * Abstracts: bytes are counted in units, each object is one unit and a page is two; obj_exts vectors are always there;
 * pages go straight to the page counter, past the stock of pages; statistics are left out.
 *
 * @kernel v6.18 mm/memcontrol.c struct obj_stock_pcp, struct obj_cgroup; mm/slab.h struct slabobj_ext
 */

import { bool, type Expr, each, id, ite, lit, optional, range, state, struct } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { objcg, object } from "../mm/sets.ts";

export { objcg };

/** Bytes of an object, and of a page. */
export const OBJECT_BYTES = 1;
export const PAGE_BYTES = 2;

/** The widest that a configuration of at most 4 slabs of 4 objects can need. */
export const MOST_BYTES = 7;
export const bytes = range(0, MOST_BYTES);

/** struct obj_stock_pcp until 6.18: one slot. */
const stockCells = state({ objStock: each(cpu, struct({ cached: optional(id(objcg)), bytes })) });

/** Accounts, and whose objects are: what every version has. */
export const accountCells = state({
  objcg: each(
    objcg,
    struct({
      /** nr_charged_bytes: what is charged and in no stock and no object. */
      charged: bytes,
      /** Pages that the page counter has for it. */
      pages: range(0, 7),
      /** Its reference count: one of its cgroup, one of each stock, one of each object. */
      refs: range(0, 15),
    }),
  ),
  /** v1: the CPU has counted something since the last flush; it is on the list of a flush. */
  rstat: each(cpu, struct({ counted: bool, listed: bool })),
  /** slab_obj_exts(slab)[off].objcg of each object. */
  objExts: each(object, optional(id(objcg))),
});

/** All cells of 6.18. */
export const MEMCG_CELLS = [stockCells, accountCells];

export const mc = { ...stockCells, ...accountCells };

/** `nr_bytes >> PAGE_SHIFT`. */
export const wholePages = (n: Expr<number>): Expr<number> =>
  ite<number>(n.ge(6), lit(3), ite<number>(n.ge(4), lit(2), ite<number>(n.ge(2), lit(1), lit(0))));

/** `nr_bytes & (PAGE_SIZE - 1)`. */
export const belowPage = (n: Expr<number>): Expr<number> => n.minus(wholePages(n)).minus(wholePages(n));
