/**
 * obj_cgroup_charge_pages() and try_charge_memcg(): charges a page to the page counter.
 *
 * Context: Any; a caller that may not reclaim gets an error at the limit. Over memory.high an interrupt schedules a work.
 * Return: by `charged`, or by `failed` at the limit.
 * Abstracts: whether the limit is hit is a free choice, where the configuration has limits; nobody reclaims.
 * A cgroup is over memory.high, or is not, all the time.
 *
 * @kernel v7.3.4 mm/memcontrol.c obj_cgroup_charge_pages(), try_charge_memcg()
 */
import {
  and,
  bool,
  call,
  either,
  id,
  not,
  otherwise,
  program,
  select,
  step,
  value,
  when,
} from "../../checker/language/index.ts";
import { inHardirq, inNmi, onCpu, type Self } from "../machine/state.ts";
import { mm } from "../mm/config.ts";
import { scheduleHighWork } from "./queue-work.ts";
import { accountCells, objcg as objcgs } from "./state.ts";

/** in_task(). */
export const isTask = (self: Self) => and(not(inNmi(self)), not(inHardirq(self)), onCpu(self).softirqCount.eq(0));

export const tryChargeMemcg = program(
  "try_charge_memcg",
  {
    exits: ["charged", "failed"],
    params: { objcg: value(id(objcgs)), allowSpin: value(bool) },
    kernel: "v7.3.4 mm/memcontrol.c try_charge_memcg()",
    tag: "S",
    abstracts: ["memcg: an object is half a page; a limit is a free choice; pages go past the stock of pages"],
  },
  (self, { objcg }) => {
    const { pages } = accountCells.objcg.at(objcg);
    return {
      counter: step(
        "if (page_counter_try_charge(&memcg->memory, batch, &counter)) goto done_restock; .. nomem: .. ret = -ENOMEM;",
        { ref: "11.7.A5", note: "the limit is a free choice" },
        either(when(mm.chargeFails).goto("failed"), otherwise.do(pages.set(pages.plus(1))).goto("high")),
      ),
      high: select(
        "mem_high = page_counter_read(&memcg->memory) > READ_ONCE(memcg->memory.high);",
        [[mm.overHigh, "inTask"]],
        "charged",
      ),
      inTask: step(
        "if (!in_task()) { if (mem_high) { schedule_work(&memcg->high_work); break; } .. } .. set_notify_resume(current);",
        { ref: "11.7.A5b", note: "a task reclaims on its way back to user space" },
        when(isTask(self)).goto("charged"),
        otherwise.goto("schedule"),
      ),
      schedule: call(
        "schedule_work(&memcg->high_work);",
        scheduleHighWork,
        {},
        { done: "charged" },
        { ref: "11.7.A5b" },
      ),
    };
  },
);
