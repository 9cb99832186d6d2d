/**
 * Where does a kernel make stores in an order, or in a number, that the rows do not have? Two rows that do not need each
 * other are exchanged by `swapped` in `recording/kernels.ts`; what is more than that is written out here, and is a finding
 * (docs/findings.md, "What real kernels did"). All of it is under a lock that whoever comes in between can only try.
 */
import { and, otherwise, patch, step, type Variant, version, when } from "../../checker/language/index.ts";
import { freeToPcs } from "../../model/sheaves/free-to-pcs.ts";
import { pcsReplaceEmptyMain } from "../../model/sheaves/pcs-replace-empty-main.ts";
import { pcsReplaceFullMain } from "../../model/sheaves/pcs-replace-full-main.ts";
import { capacityOf, pcsOf, sheafOf } from "../../model/sheaves/state.ts";
import type { KernelName } from "../recording/kernels.ts";

/** "pcs->main->objects[pcs->main->size++] = object": C leaves it open which of the two is stored first. */
const sizeBeforeObject = version(
  "size-before-object",
  "free_to_pcs() stores the size of the sheaf before the object",
  patch(freeToPcs, ({ b, c, x }) => {
    const { size, objects } = sheafOf(pcsOf(c, b).main);
    return {
      store: step("pcs->main->size++;", otherwise.do(size.set(size.plus(1))).goto("size")),
      size: step(
        "pcs->main->objects[size before] = object;",
        otherwise.do(objects.at(size.minus(1)).set(x)).goto("unlock"),
      ),
    };
  }),
);

/** "pcs->spare = pcs->main; .. pcs->main = full;": two stores, which the row has as one. */
const spareBeforeMain = version(
  "spare-before-main",
  "__pcs_replace_empty_main() stores the spare sheaf before the main one",
  patch(pcsReplaceEmptyMain, ({ b, c, put }) => {
    const { main, spare } = pcsOf(c, b);
    const { size } = sheafOf(main);
    return {
      again: step(
        "if (pcs->main->size == 0) { if (!pcs->spare) pcs->spare = pcs->main;",
        when(and(size.eq(0), spare.isNull()))
          .do(spare.set(main))
          .goto("newMain"),
        when(size.eq(0)).do(put.set(main.known())).goto("putMain"),
        otherwise.goto("hasObjects"),
      ),
    };
  }),
);

/** "swap(pcs->main, pcs->spare);": two stores, which the row has as one. */
const swapMainFirst = version(
  "swap-main-first",
  "__pcs_replace_full_main() stores the main sheaf before the spare one",
  patch(
    pcsReplaceFullMain,
    ({ b, c, mine }) => {
      const { main, spare } = pcsOf(c, b);
      return {
        spare: step(
          "if (!pcs->spare) .. if (pcs->spare->size < s->sheaf_capacity) { tmp = pcs->main; pcs->main = pcs->spare;",
          when(spare.isNull()).goto("getEmpty"),
          when(sheafOf(spare).size.lt(capacityOf(b)))
            .do(mine.set(main.known()), main.set(spare))
            .goto("swapped"),
          otherwise.do(mine.set(main.known())).goto("replaceFull"),
        ),
        swapped: step("pcs->spare = tmp; }", otherwise.do(spare.set(mine)).goto("locked")),
      };
    },
    { added: ["swapped"] },
  ),
);

export const ORDERS: Readonly<Partial<Record<KernelName, readonly Variant[]>>> = {
  "7.3.4": [sizeBeforeObject, spareBeforeMain, swapMainFirst],
};
