/** How does one come to a kernel that stands still where a task has just entered the kernel, with its symbols known? */

import { initrd, MARKS } from "../machine/initrd.ts";
import { Machine } from "../machine/machine.ts";
import { GuestMemory } from "../machine/memory.ts";
import { Qemu } from "../machine/qemu.ts";
import { registerPlaces } from "../machine/registers.ts";
import { Kernel } from "./kernel.ts";
import type { Symbols } from "./symbols.ts";

/** Names of which the guest tells the addresses: what is called, what is stepped through, what is read. */
const PATTERN = [
  "slab|kmalloc|kfree|kmem_cache|defer_|irq_work|page|rmqueue|pcp|random|nmi|local_lock|spin_|rt_mutex|rtmutex",
  "migrate_|per_cpu|percpu|vmemmap|BTF|preempt|llist|memset|barn|sheaf|sheaves|getppid|machine_halt|zone|memcg|rcu",
  "pcs|refill|freelist|assoc_array|memcpy|memmove|obj_cgroup|might_|should_|kasan|kmsan|kmemleak|kfence|cond_resched|task_work|resched",
];

/** In milliseconds: a loaded machine is slow. */
const PATIENCE = 600_000;

export interface Files {
  readonly kernel: string;
  readonly busybox: Buffer;
}

/** Runs a guest for its symbols alone. The text is that of /proc/kallsyms. */
export async function tellSymbols({ kernel, busybox }: Files): Promise<string> {
  const guest = await Qemu.start({ kernel, initrd: initrd(busybox, PATTERN), symbols: true });
  try {
    const running = guest.rsp.ask("c");
    running.catch(() => {});
    await guest.hasPrinted(MARKS.ready, PATIENCE);
    return guest.symbols.replaceAll("\r", "");
  } finally {
    guest.end();
  }
}

export interface Guest {
  readonly machine: Machine;
  readonly kernel: Kernel;
  /** What the kernel says of itself: "Linux version ..". */
  readonly banner: string;
  readonly end: () => void;
}

/** A guest in which a task stands at the entry of getppid(), interrupts kept out. `end` must be called. */
export async function startGuest({ kernel: file, busybox }: Files, symbols: Symbols): Promise<Guest> {
  const guest = await Qemu.start({ kernel: file, initrd: initrd(busybox, PATTERN), symbols: false });
  try {
    const running = guest.rsp.ask("c");
    running.catch(() => {});
    await guest.hasPrinted(MARKS.ready, PATIENCE);
    guest.rsp.interrupt();
    await running;
    const places = await registerPlaces(guest.rsp);
    const memory = new GuestMemory(guest.memoryFile, guest.memorySize);
    const machine = new Machine(guest.rsp, memory, places, {
      sentinel: symbols.at("machine_halt"),
      nmiEntry: symbols.at("asm_exc_nmi"),
      nmiHandler: symbols.at("default_do_nmi"),
      ipOfRegs: 128,
    });
    await machine.runTo(symbols.at("__x64_sys_getppid"));
    await machine.keepInterruptsOut();
    const banner = /^Linux version .*$/m.exec(guest.printed.replaceAll("\r", ""))?.[0] ?? "?";
    const end = () => {
      memory.close();
      guest.end();
    };
    return { machine, kernel: new Kernel(memory, symbols), banner, end };
  } catch (error) {
    guest.end();
    throw error;
  }
}
