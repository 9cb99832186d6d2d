/**
 * __consume_obj_stock(): takes the bytes of one object out of the slot that this CPU's stock has for an objcg, where it has
 * enough.
 *
 * Context: The stock's lock is held. Return: by `consumed` or by `missed`.
 *
 * @kernel v7.3.4 mm/memcontrol.c __consume_obj_stock()
 */
import { and, choose, id, otherwise, program, step, value, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { OBJECT_BYTES, objcg as objcgs } from "./state.ts";
import { slotOf, stockSlot } from "./stock-slots.ts";

export const consumeObjStockSlots = program(
  "__consume_obj_stock",
  {
    exits: ["consumed", "missed"],
    params: { objcg: value(id(objcgs)), c: value(id(cpu)) },
    kernel: "v7.3.4 mm/memcontrol.c __consume_obj_stock()",
    tag: "S",
  },
  (_, { objcg, c }) => ({
    take: step(
      "for (i = 0; i < NR_OBJ_STOCK; ++i) { if (READ_ONCE(stock->cached[i]) != objcg) continue; if (stock->nr_bytes[i] >= nr_bytes) { stock->nr_bytes[i] -= nr_bytes; return true; }",
      { ref: "11.7.A4", note: "nobody but the owner of the lock looks at the stock" },
      choose(stockSlot, (i) =>
        when(and(slotOf(c, i).cached.eq(objcg), slotOf(c, i).bytes.ge(OBJECT_BYTES)))
          .do(slotOf(c, i).bytes.set(slotOf(c, i).bytes.minus(OBJECT_BYTES)))
          .goto("consumed"),
      ),
      otherwise.goto("missed"),
    ),
  }),
);
