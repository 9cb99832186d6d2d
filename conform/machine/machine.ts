/**
 * What can be done with a kernel that stands still? Run it to a place, step an instruction, call a function of it, let an
 * NMI in before the next instruction, and go back to where it was.
 *
 * All but NMIs are kept out by the priority of the CPU (CR8), so that nothing else comes between two instructions.
 */
import type { GuestMemory } from "./memory.ts";
import type { RegisterPlaces } from "./registers.ts";
import { Registers } from "./registers.ts";
import type { Rsp } from "./rsp.ts";

/** Masks every interrupt of the APIC. */
const HIGHEST = 15n;
/** Of the stub's single steps: bits for "a step", "interrupts kept out", "timers kept out". */
const STEP_ALONE = 7;
const STEP_WITH_INTERRUPTS = 5;
/** Below the stack pointer of whoever is interrupted by a call, in bytes. */
const DISTANCE = 512n;
const ARGUMENTS = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"];

/** What is needed of the kernel's addresses. */
export interface Places {
  /** A place that is never reached: calls return there, and a breakpoint stands there. */
  readonly sentinel: bigint;
  /** Entry of the NMI in assembly, and the C function that handles it, whose argument is pt_regs. */
  readonly nmiEntry: bigint;
  readonly nmiHandler: bigint;
  /** Offset of `ip` in pt_regs. */
  readonly ipOfRegs: number;
}

export interface Snapshot {
  readonly registers: Registers;
  readonly memory: Buffer;
}

export class Machine {
  readonly rsp: Rsp;
  readonly memory: GuestMemory;
  readonly #places: RegisterPlaces;
  readonly kernel: Places;

  constructor(rsp: Rsp, memory: GuestMemory, places: RegisterPlaces, kernel: Places) {
    this.rsp = rsp;
    this.memory = memory;
    this.#places = places;
    this.kernel = kernel;
  }

  async registers(): Promise<Registers> {
    const registers = new Registers(this.#places, Buffer.from(await this.rsp.ask("g"), "hex"));
    this.memory.root = registers.get("cr3");
    return registers;
  }

  async setRegisters(registers: Registers): Promise<void> {
    await this.rsp.tell(`G${registers.hex}`);
  }

  async keepInterruptsOut(): Promise<void> {
    await this.setRegisters((await this.registers()).with({ cr8: HIGHEST }));
  }

  /** One instruction. */
  async step(): Promise<Registers> {
    stopped(await this.rsp.ask("s"));
    return this.registers();
  }

  /** Runs to an address; it must come there. */
  async runTo(address: bigint): Promise<Registers> {
    const at = address.toString(16);
    await this.rsp.tell(`Z1,${at},1`);
    stopped(await this.rsp.ask("c"));
    await this.rsp.tell(`z1,${at},1`);
    const registers = await this.registers();
    if (registers.get("rip") !== address)
      throw new Error(`the guest stopped at ${registers.get("rip").toString(16)}, not at ${at}`);
    return registers;
  }

  /** Registers of a frame that begins a function, as if it were called here. The stack is written. */
  #entering(from: Registers, address: bigint, args: readonly bigint[]): Registers {
    const stack = ((from.get("rsp") - DISTANCE) & ~15n) - 8n;
    this.memory.setU64(stack, this.kernel.sentinel);
    const given = Object.fromEntries(args.map((value, i) => [ARGUMENTS[i] as string, value]));
    return from.with({ ...given, rsp: stack, rip: address });
  }

  /** Stands at the first instruction of a function; it will return to the sentinel. */
  async enter(address: bigint, args: readonly bigint[]): Promise<Registers> {
    const registers = this.#entering(await this.registers(), address, args);
    await this.setRegisters(registers);
    return registers;
  }

  /** Calls a function here and gives RAX; the registers are as before, and what it did to memory is done. */
  async call(address: bigint, args: readonly bigint[]): Promise<bigint> {
    const before = await this.registers();
    await this.setRegisters(this.#entering(before, address, args));
    const after = await this.runTo(this.kernel.sentinel);
    await this.setRegisters(before);
    return after.get("rax");
  }

  /** An NMI comes before the next instruction. Stands at the entry of its handler afterwards. */
  async letNmiIn(): Promise<Registers> {
    const cut = (await this.registers()).get("rip");
    await this.rsp.monitor("nmi");
    await this.rsp.tell(`Qqemu.sstep=${STEP_WITH_INTERRUPTS}`);
    let at = cut;
    // QEMU may use a step up for something of its own: then the guest stands where it stood.
    for (let steps = 0; at === cut && steps < 4; steps++) at = (await this.step()).get("rip");
    await this.rsp.tell(`Qqemu.sstep=${STEP_ALONE}`);
    if (at !== this.kernel.nmiEntry)
      throw new Error(`the NMI did not come at once: the guest is at ${at.toString(16)}`);
    const handler = await this.runTo(this.kernel.nmiHandler);
    const saved = this.memory.u64(handler.get("rdi") + BigInt(this.kernel.ipOfRegs));
    if (saved !== cut) throw new Error(`the NMI came at ${saved.toString(16)}, not at ${cut.toString(16)}`);
    return handler;
  }

  /** Leaves a function at whose first instruction the guest stands, as `ret` there would. */
  async leaveAtOnce(): Promise<void> {
    const registers = await this.registers();
    const stack = registers.get("rsp");
    await this.setRegisters(registers.with({ rip: this.memory.u64(stack), rsp: stack + 8n }));
  }

  async snapshot(): Promise<Snapshot> {
    return { registers: await this.registers(), memory: this.memory.copy() };
  }

  /** `only`: chunks of memory that can have changed. */
  async restore({ registers, memory }: Snapshot, only: ReadonlySet<number> | null = null): Promise<void> {
    this.memory.restore(memory, only);
    await this.setRegisters(registers);
  }
}

function stopped(reply: string): void {
  if (!/^[ST]/.test(reply)) throw new Error(`the guest has not stopped: ${reply}`);
}
