/**
 * How is a scenario run on a kernel? The task's call is stepped through; before each instruction the upper frame comes,
 * makes its calls, goes, and the task runs to its end; then all is put back, and the task goes on by one instruction.
 *
 * Where a frame came and something happened that had not been seen at this place, the same is done once more, step by
 * step. Instructions in the random generator are never cut: what its locks do to an NMI is known (docs/findings.md), and
 * a run does not set out to show it.
 */
import type { Guest } from "../guest/start.ts";
import { Heap618 } from "../guest/heap-618.ts";
import type { Registers } from "../machine/registers.ts";
import { Abstraction, type NamedSlab } from "../recording/abstraction.ts";
import { applied, type Cells, cellsOf } from "../recording/cells.ts";
import type { Concrete } from "../recording/concrete.ts";
import { KERNELS, type KernelName } from "../recording/kernels.ts";
import type { Cut, Recording, Step } from "../recording/recording.ts";
import { questionOf, type Scenario } from "../recording/scenario.ts";
import { guestCall } from "./calls.ts";
import { prepare, type Prepared } from "./prepare-618.ts";
import { type Raw, type RawSeen, returnedIn, stepsOf } from "./raw.ts";

/** Functions of the random generator: never cut, and run through at once. */
const RANDOM = /^_*(get_random|prandom|crng|extract_entropy)/;
/** What the model does in one step, or leaves out: interrupts are not looked at there. */
const OUTSIDE = /^(allocate_slab|discard_slab|free_slab|__free_slab)/;
/** More instructions than this, and a call does not end. */
const MOST_STEPS = 200_000;

export interface Progress {
  /** Instructions stepped, and frames that came, so far. */
  readonly instructions: number;
  readonly cuts: number;
}

export class Recorder {
  readonly #guest: Guest;
  readonly #scenario: Scenario;
  readonly #heap: Heap618;
  readonly #prepared: Prepared;
  readonly #objects: number;
  #start!: Concrete;

  private constructor(guest: Guest, scenario: Scenario, heap: Heap618, prepared: Prepared) {
    this.#guest = guest;
    this.#scenario = scenario;
    this.#heap = heap;
    this.#prepared = prepared;
    this.#objects = setting(scenario, "objects", 2);
  }

  /** Brings the guest to the heap of a scenario. */
  static async of(guest: Guest, scenario: Scenario): Promise<Recorder> {
    const heap = new Heap618(guest.kernel);
    const prepared = await prepare(guest, heap, {
      slabs: scenario.configuration.slabs as readonly string[],
      sizes: scenario.sizes,
      objects: setting(scenario, "objects", 2),
      cpuPartialSlabs: setting(scenario, "cpuPartialSlabs", 1),
      minPartial: setting(scenario, "minPartial", 1),
    });
    const made = new Recorder(guest, scenario, heap, prepared);
    made.#start = made.#read(await guest.machine.registers());
    return made;
  }

  #slabs = new Set<bigint>();

  #read(registers: Registers): Concrete {
    const named = this.#prepared.heap.flatMap(({ slab }) => (slab === null ? [] : [slab]));
    const concrete = this.#heap.read(
      this.#prepared.caches,
      [...named, ...this.#slabs],
      registers.interruptsOff,
    );
    for (const { cpu } of concrete.buckets) if (cpu.slab !== 0n) this.#slabs.add(cpu.slab);
    return concrete;
  }

  #names(run: readonly Raw[]): Abstraction {
    return new Abstraction(this.#prepared.heap as NamedSlab[], this.#start, {
      objects: this.#objects,
      returned: returnedIn(run),
      ask: {
        objectsOf: (slab) =>
          this.#heap.objectsOf(
            this.#prepared.caches.find((cache) => cache.address === this.#heap.cacheAddress(slab)) ??
              this.#prepared.caches[0]!,
            slab,
          ),
      },
    });
  }

  #call(line: string) {
    return guestCall(line, {
      symbols: this.#guest.kernel.symbols,
      sizes: this.#scenario.sizes,
      objectNamed: (name) => {
        const [, slab, slot] = /^s(\d+)\.o(\d+)$/.exec(name) ?? [];
        const object = this.#prepared.heap[Number(slab)]?.objects[Number(slot)];
        if (object === undefined) throw new Error(`the heap has no object ${name}`);
        return object;
      },
    });
  }

  /** Runs the scenario. `tell` hears how far it is. */
  async record(kernel: KernelName, tell: (progress: Progress) => void): Promise<Recording> {
    const { machine } = this.#guest;
    const [task, upper] = this.#scenario.contexts;
    if (!task) throw new Error("a scenario has a task");
    const call = this.#call(task.script[0] as string);
    const start = cellsOf(this.#names([]).view(this.#start, false));
    const base: Raw[] = [];
    /** The place of each observation of the base run, and the frames that came there. */
    const came: { readonly index: number; readonly where: string; readonly run: readonly Raw[] }[] = [];
    const left = { random: 0, sampled: 0 };
    let [cuts, outsideUntil, outsideStack, outsideCount] = [0, 0n, 0n, 0];
    let registers = await machine.enter(call.function, call.args);
    const mirror = machine.memory.copy();
    for (let n = 0; registers.get("rip") !== machine.kernel.sentinel; n++) {
      if (n === MOST_STEPS) throw new Error(`the call does not end in ${MOST_STEPS} instructions`);
      const pc = registers.get("rip");
      const where = this.#guest.kernel.functionAt(pc);
      const enters = this.#guest.kernel.symbols.near(pc)?.address === pc;
      if (pc === outsideUntil && registers.get("rsp") > outsideStack) outsideUntil = 0n;
      if (enters && outsideUntil === 0n && OUTSIDE.test(where)) {
        outsideStack = registers.get("rsp");
        outsideUntil = machine.memory.u64(outsideStack);
      }
      const outside = outsideUntil !== 0n;
      base.push({ concrete: this.#read(registers), outside, leapt: false });
      if (enters && RANDOM.test(where)) {
        registers = await machine.runTo(machine.memory.u64(registers.get("rsp")));
        left.random += 1;
        continue;
      }
      const sampled = outside && outsideCount++ % this.#scenario.sample !== 0;
      if (sampled) left.sampled += 1;
      if (upper && !sampled) {
        machine.memory.mirror(mirror);
        const run = await this.#cut(registers, upper, call.gives, false);
        await machine.restore({ registers, memory: mirror });
        came.push({ index: base.length - 1, where, run });
        cuts += 1;
      }
      if (n % 16 === 0) tell({ instructions: n, cuts });
      registers = await machine.step();
    }
    base.push(this.#returned(task.name, call.gives, registers));
    return {
      kernel,
      package: `${KERNELS[kernel].package} ${KERNELS[kernel].packageVersion}`,
      banner: this.#guest.banner,
      scenario: this.#scenario.name,
      question: questionOf(this.#scenario, kernel),
      sizes: this.#scenario.sizes,
      start,
      ...this.#steps(base, came, start),
      left,
    };
  }

  #returned(of: string, gives: boolean, registers: Registers): Raw {
    return { event: "returned", of, ...(gives ? { object: registers.get("rax") } : {}) };
  }

  /** The upper frame comes where the guest stands. What is seen from there to the end of the task. */
  async #cut(
    at: Registers,
    upper: Scenario["contexts"][number],
    taskGives: boolean,
    closely: boolean,
  ): Promise<readonly Raw[]> {
    const { machine } = this.#guest;
    const task = this.#scenario.contexts[0]?.name as string;
    const run: Raw[] = [{ event: "begins", of: upper.name }];
    const see = (registers: Registers, leapt: boolean): void => {
      run.push({ concrete: this.#read(registers), outside: false, leapt });
    };
    const isNmi = upper.kind === "nmi";
    see(isNmi ? await machine.letNmiIn() : at, false);
    for (const line of upper.script) {
      const { function: entry, args, gives } = this.#call(line);
      if (closely) {
        const before = await machine.registers();
        let registers = await machine.enter(entry, args);
        for (let n = 0; registers.get("rip") !== machine.kernel.sentinel; n++) {
          if (n === MOST_STEPS) throw new Error(`${line} does not end`);
          see(registers, false);
          registers = await machine.step();
        }
        see(registers, false);
        run.push(this.#returned(upper.name, gives, registers));
        await machine.setRegisters(before);
      } else {
        const result = await machine.call(entry, args);
        see(await machine.registers(), true);
        run.push({ event: "returned", of: upper.name, ...(gives ? { object: result } : {}) });
      }
    }
    if (isNmi) {
      await machine.leaveAtOnce();
      if (closely) await machine.runTo(at.get("rip"));
    }
    run.push({ event: "ends", of: upper.name });
    if (closely) {
      let registers = await machine.registers();
      for (let n = 0; registers.get("rip") !== machine.kernel.sentinel && n < MOST_STEPS; n++) {
        see(registers, false);
        registers = await machine.step();
      }
    } else await machine.runTo(machine.kernel.sentinel);
    const last = await machine.registers();
    see(last, true);
    run.push(this.#returned(task, taskGives, last));
    return run;
  }

  /** Names for everything, equal steps and equal cuts merged. */
  #steps(
    base: readonly Raw[],
    came: readonly { readonly index: number; readonly where: string; readonly run: readonly Raw[] }[],
    start: Cells,
  ): Pick<Recording, "base" | "cuts"> {
    const steps = stepsOf(base, this.#names(base), start);
    /** For each observation of the base run, the step that it went into. */
    const stepOf = steps.flatMap((step, i) => ("n" in step ? Array<number>(step.n).fill(i) : []));
    const cuts = new Map<string, { after: number; at: Record<string, number>; steps: readonly Step[] }>();
    for (const { index, where, run } of came) {
      const prefix = base.slice(0, index + 1);
      const names = this.#names([...prefix, ...run]);
      let cells = start;
      for (const one of prefix) cells = cellsOf(names.view((one as RawSeen).concrete, (one as RawSeen).outside));
      const after = stepOf[index] as number;
      const made = stepsOf(run, names, cells);
      const key = JSON.stringify([after, made]);
      const known = cuts.get(key) ?? { after, at: {}, steps: made };
      known.at[where] = (known.at[where] ?? 0) + 1;
      cuts.set(key, known);
    }
    return { base: steps, cuts: [...cuts.values()] satisfies Cut[] };
  }
}

const setting = ({ configuration }: Scenario, name: string, otherwise: number): number =>
  (configuration[name] as number | undefined) ?? otherwise;

export const cellsAfter = (before: Cells, steps: readonly Step[]): Cells =>
  steps.reduce((cells, step) => ("event" in step ? cells : applied(cells, step)), before);
