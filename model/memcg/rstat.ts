/**
 * Statistics of a cgroup: each CPU counts for itself and puts itself on a list; a flush adds up what the CPUs on the list
 * have. v1 does not list the CPU from an NMI, so that what an NMI counted waits for somebody else to list it.
 *
 * Context: mod_memcg_state(): any, the CPU is pinned. The flush: a worker.
 * Abstracts: a CPU has something to add or has not; one cgroup; only the charge of a page counts.
 *
 * @kernel v1 6/6 mm/memcontrol.c memcg_rstat_updated(); kernel/cgroup/rstat.c cgroup_rstat_flush()
 */

import { choose, otherwise, program, step, when } from "../../checker/language/index.ts";
import { cpu } from "../machine/sets.ts";
import { inNmi, thisCpu } from "../machine/state.ts";
import { mc } from "./state.ts";

export const modMemcgState = program(
  "mod_memcg_state",
  { exits: ["done"], kernel: "v1 6/6 mm/memcontrol.c memcg_rstat_updated()", tag: "S" },
  (self) => {
    const stat = mc.rstat.at(thisCpu(self));
    return {
      count: step(
        "__this_cpu_add(memcg->vmstats_percpu->state[i], val);",
        { ref: "3.13b.8" },
        otherwise.do(stat.counted.set(true)).goto("updated"),
      ),
      updated: step(
        "if (!in_nmi()) cgroup_rstat_updated(memcg->css.cgroup, cpu);",
        { ref: "3.13b.9" },
        when(inNmi(self)).goto("done"),
        otherwise.do(stat.listed.set(true)).goto("done"),
      ),
    };
  },
);

export const cgroupRstatFlush = program(
  "cgroup_rstat_flush",
  { exits: ["done"], kernel: "v6.18 kernel/cgroup/rstat.c cgroup_rstat_flush()", tag: "M" },
  () => ({
    next: step(
      "pos = cgroup_rstat_updated_list(cgrp, cpu); .. css->ss->css_rstat_flush(css, cpu);",
      { ref: "3.13b.10", note: "a CPU is flushed in one step" },
      choose(cpu, (c) =>
        when(mc.rstat.at(c).listed)
          .do(mc.rstat.at(c).listed.set(false), mc.rstat.at(c).counted.set(false))
          .goto("next"),
      ),
      otherwise.goto("end"),
    ),
    end: step("(model) nobody is listed", { ref: "3.13b.10" }, otherwise.goto("done")),
  }),
);
