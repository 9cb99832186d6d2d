/**
 * Which objcgs does a CPU's stock know at once? Since 7.1 it has several slots; where all are taken, one is drained, in
 * turn. Accounts and owners of objects are those of `state.ts`.
 *
 * Abstracts: as `state.ts`; of several empty slots any is taken.
 *
 * @kernel v7.3.4 mm/memcontrol.c struct obj_stock_pcp
 */
import {
  type Assign,
  bool,
  type Expr,
  each,
  element,
  type Id,
  id,
  indexSet,
  ite,
  next,
  optional,
  state,
  struct,
} from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { objcg } from "../mm/sets.ts";
import { bytes } from "./state.ts";

/** NR_OBJ_STOCK slots. */
export const stockSlot = indexSet("stockSlot");

export const ms = state({
  stock: each(
    cpu,
    struct({
      slot: each(stockSlot, struct({ cached: optional(id(objcg)), bytes })),
      /** The slot that is drained next. */
      drainIdx: id(stockSlot),
    }),
  ),
  /** In a proposal: objcgs whose last reference went on this CPU, and that its irq_work is to release. */
  toRelease: each(cpu, each(objcg, bool)),
});

type Cpu = Expr<Id<"cpu">>;

export const slotOf = (c: Cpu, i: Expr<Id<"stockSlot">>) => ms.stock.at(c).slot.at(i);

const FIRST = element(stockSlot, 0);

/** `stock->drain_idx++`, and back to 0 behind the last. */
export const stepDrainIdx = (c: Cpu): Assign => {
  const { drainIdx } = ms.stock.at(c);
  return drainIdx.set(
    ite<Id<"stockSlot">>(next(stockSlot, drainIdx).isNull(), FIRST, next(stockSlot, drainIdx).known()),
  );
};
