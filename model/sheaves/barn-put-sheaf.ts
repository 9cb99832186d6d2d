/**
 * barn_put_empty_sheaf() and barn_put_full_sheaf(): a sheaf goes to the barn, whatever its limits.
 *
 * Context: Waits for barn->lock.
 *
 * @kernel v7.3.4 mm/slub.c barn_put_empty_sheaf(), barn_put_full_sheaf()
 */

import { bool, call, id, otherwise, program, step, value } from "../../checker/language/index.ts";
import { spinLockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
import { bucket } from "../mm/sets.ts";
import { addSheaf } from "./barn-list.ts";
import { barnLock, h, sheaf } from "./state.ts";

const putting = (which: "full" | "empty") => {
  const name = `barn_put_${which}_sheaf`;
  return program(
    name,
    {
      exits: ["done"],
      params: { b: value(id(bucket)), one: value(id(sheaf)) },
      locals: { flags: bool },
      kernel: `v7.3.4 mm/slub.c ${name}()`,
      tag: "S",
    },
    (_, { b, one }, { flags }) => {
      const barn = h.barn.at(b);
      const [head, nr] = { full: [barn.full, barn.nrFull] as const, empty: [barn.empty, barn.nrEmpty] as const }[which];
      return {
        lock: call(
          "spin_lock_irqsave(&barn->lock, flags);",
          spinLockIrqsave,
          { which: barnLock(b), flags },
          { held: "add" },
          { ref: "11.5.C" },
        ),
        add: call(`list_add(&sheaf->barn_list, &barn->sheaves_${which});`, addSheaf, { head, one }, { done: "count" }),
        count: step(`barn->nr_${which}++;`, { ref: "11.5.C" }, otherwise.do(nr.set(nr.plus(1))).goto("unlock")),
        unlock: call(
          "spin_unlock_irqrestore(&barn->lock, flags);",
          spinUnlockIrqrestore,
          { which: barnLock(b), flags },
          { done: "done" },
          { ref: "11.5.C" },
        ),
      };
    },
  );
};

export const barnPutEmptySheaf = putting("empty");
export const barnPutFullSheaf = putting("full");
