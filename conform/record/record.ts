/**
 * How is a scenario run on a kernel? The task's call is stepped through; before each instruction the upper frame comes,
 * makes its calls, goes, and the task runs to its end; then all is put back, and the task goes on by one instruction.
 *
 * Where a frame came and something happened that had not been seen at this place, the same is done once more, step by
 * step. Instructions in the random generator are never cut: what its locks do to an NMI is known (docs/findings.md), and
 * a run does not set out to show it.
 */

import type { Heap } from "../guest/heap.ts";
import type { Guest } from "../guest/start.ts";
import type { Snapshot } from "../machine/machine.ts";
import type { Registers } from "../machine/registers.ts";
import { Abstraction, type NamedSlab } from "../recording/abstraction.ts";
import { applied, type Cells, cellsOf } from "../recording/cells.ts";
import type { Concrete } from "../recording/concrete.ts";
import { KERNELS, type KernelName } from "../recording/kernels.ts";
import type { Cut, Recording, Step } from "../recording/recording.ts";
import { questionOf, type Scenario } from "../recording/scenario.ts";
import { guestCall } from "./calls.ts";
import { allocatorOf, type Prepared } from "./prepare.ts";
import { appearIn, type Raw, stepsOf } from "./raw.ts";
import { Undo, Unnoticed } from "./undo.ts";
import { type Place, through } from "./walk.ts";

type Upper = Scenario["contexts"][number];

/** A frame that came before an instruction of the base run, and what was seen. */
interface Came {
  readonly index: number;
  readonly where: string;
  readonly run: readonly Raw[];
}

export interface Progress {
  /** First all cuts, then once more one of each kind, watched closely. */
  readonly pass: 1 | 2;
  /** Instructions stepped, and frames that came, so far. */
  readonly instructions: number;
  readonly cuts: number;
  /** Cuts of this pass in all, where that is known. */
  readonly of: number | null;
}

export class Recorder {
  readonly #guest: Guest;
  readonly #scenario: Scenario;
  readonly #heap: Heap;
  readonly #prepared: Prepared;
  readonly #objects: number;
  #start!: Concrete;

  private constructor(guest: Guest, scenario: Scenario, heap: Heap, prepared: Prepared) {
    this.#guest = guest;
    this.#scenario = scenario;
    this.#heap = heap;
    this.#prepared = prepared;
    this.#objects = setting(scenario, "objects", 2);
  }

  /** Brings the guest to the heap of a scenario. */
  static async of(guest: Guest, scenario: Scenario): Promise<Recorder> {
    const { heap, prepare } = allocatorOf(guest.kernel);
    const prepared = await prepare(guest, heap, {
      slabs: scenario.configuration.slabs as readonly string[],
      sizes: scenario.sizes,
      objects: setting(scenario, "objects", 2),
      cpuPartialSlabs: setting(scenario, "cpuPartialSlabs", 1),
      minPartial: setting(scenario, "minPartial", 1),
      sheaves: (scenario.configuration.sheaves as readonly string[] | undefined) ?? [],
      sheafCapacity: setting(scenario, "sheafCapacity", 2),
    });
    const made = new Recorder(guest, scenario, heap, prepared);
    made.#start = made.#read(await guest.machine.registers(), new Set());
    return made;
  }

  /** `reached`: slabs that could be reached in this run. A slab that cannot yet is not read: it may be half made. */
  #read(registers: Registers, reached: Set<bigint>): Concrete {
    const named = this.#prepared.heap.flatMap(({ slab }) => (slab === null ? [] : [slab]));
    return this.#heap.read(this.#prepared.caches, named, { reached, interruptsOff: registers.interruptsOff });
  }

  #names(run: readonly Raw[]): Abstraction {
    return new Abstraction(this.#prepared.heap as NamedSlab[], this.#start, {
      objects: this.#objects,
      appear: appearIn(run),
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

  /** The instructions of the task's call. Whoever walks must leave the guest as it was. */
  async *#walk(): AsyncGenerator<Place, Registers> {
    const { machine } = this.#guest;
    const { function: entry, args } = this.#call(this.#task.script[0] as string);
    return yield* through(this.#guest, await machine.enter(entry, args));
  }

  #mayComeIn(where: string): boolean {
    const { only } = this.#scenario;
    return only === undefined || only.includes(where.split(".")[0] as string);
  }

  get #task() {
    const [task] = this.#scenario.contexts;
    if (!task) throw new Error("a scenario has a task");
    return task;
  }

  /** The heap at the start. */
  get start(): Cells {
    return cellsOf(this.#names([]).view(this.#start, false));
  }

  /** Runs the scenario. `tell` hears how far it is. */
  async record(kernel: KernelName, tell: (progress: Progress) => void): Promise<Recording> {
    const before = await this.#guest.machine.snapshot();
    try {
      return await this.#record(kernel, tell, before, false);
    } catch (error) {
      if (!(error instanceof Unnoticed)) throw error;
      await this.#guest.machine.restore(before);
      return await this.#record(kernel, tell, before, true);
    }
  }

  async #record(
    kernel: KernelName,
    tell: (progress: Progress) => void,
    before: Snapshot,
    careful: boolean,
  ): Promise<Recording> {
    const { machine } = this.#guest;
    const [, upper] = this.#scenario.contexts;
    const { gives } = this.#call(this.#task.script[0] as string);
    const { start } = this;
    // The task alone, for what it changes itself.
    for await (const _ of this.#walk());
    const changing = machine.memory.chunksThatDiffer(before.memory);
    await machine.restore(before);
    const undo = new Undo(machine, changing, careful);
    /** Comes before an instruction; all is as it was afterwards. */
    let reached = new Set<bigint>();
    const comeAt = (place: Place, frame: Upper, closely: boolean): Promise<readonly Raw[]> =>
      undo.around(
        place.registers,
        () => this.#cut(place, frame, gives, { closely, reached: new Set(reached) }),
        kindOf,
      );
    const base: Raw[] = [];
    const came: Came[] = [];
    const left = { random: 0, sampled: 0, elsewhere: 0 };
    let outsideCount = 0;
    const walk = this.#walk();
    let place = await walk.next();
    for (; !place.done; place = await walk.next()) {
      const { index, where, registers, outside, random } = place.value;
      base.push({ concrete: this.#read(registers, reached), outside, leapt: false });
      const sampled = outside && outsideCount++ % this.#scenario.sample !== 0;
      if (random) left.random += 1;
      else if (sampled) left.sampled += 1;
      else if (upper && !this.#mayComeIn(where)) left.elsewhere += 1;
      else if (upper) came.push({ index, where, run: await comeAt(place.value, upper, false) });
      if (index % 16 === 0) tell({ pass: 1, instructions: index, cuts: came.length, of: null });
    }
    base.push(this.#returned(this.#task.name, gives, place.value));
    const { base: steps, cuts } = this.#steps(base, came, start);

    // Once more: of all cuts that went alike the first is watched step by step.
    await machine.restore(before);
    reached = new Set();
    const first = new Map(cuts.map((cut) => [cut.index, cut]));
    const watched: (Cut & { readonly after: number })[] = [];
    if (upper)
      for await (const place of this.#walk()) {
        const { index, where } = place;
        this.#read(place.registers, reached);
        const cut = first.get(index);
        if (!cut) continue;
        const run = await comeAt(place, upper, true);
        const { after, steps } = this.#named(base, { index, where, run }, start);
        watched.push({ after, at: cut.at, steps });
        tell({ pass: 2, instructions: index, cuts: watched.length, of: cuts.length });
      }
    await machine.restore(before);
    return {
      kernel,
      package: `${KERNELS[kernel].package} ${KERNELS[kernel].packageVersion}`,
      banner: this.#guest.banner,
      scenario: this.#scenario.name,
      question: questionOf(this.#scenario, kernel),
      sizes: this.#scenario.sizes,
      start,
      base: steps,
      cuts: watched,
      left,
    };
  }

  #returned(of: string, gives: boolean, registers: Registers): Raw {
    return { event: "returned", of, ...(gives ? { object: registers.get("rax") } : {}) };
  }

  /** The upper frame comes where the guest stands. What is seen from there to the end of the task. */
  async #cut(
    at: Place,
    upper: Upper,
    taskGives: boolean,
    { closely, reached }: { closely: boolean; reached: Set<bigint> },
  ): Promise<readonly Raw[]> {
    const { machine } = this.#guest;
    const run: Raw[] = [{ event: "begins", of: upper.name }];
    const see = (registers: Registers, leapt: boolean, outside = false): void => {
      run.push({ concrete: this.#read(registers, reached), outside, leapt });
    };
    const isNmi = upper.kind === "nmi";
    // The program of a kprobe runs with preemption off.
    if (!isNmi) this.#heap.addToPreemptCount(1);
    see(isNmi ? await machine.letNmiIn() : at.registers, false);
    for (const line of upper.script) {
      const { function: entry, args, gives } = this.#call(line);
      if (closely) {
        const before = await machine.registers();
        const walk = through(this.#guest, await machine.enter(entry, args), { atOnce: true });
        let place = await walk.next();
        for (; !place.done; place = await walk.next()) see(place.value.registers, false, place.value.outside);
        see(place.value, false);
        run.push(this.#returned(upper.name, gives, place.value));
        await machine.setRegisters(before);
      } else {
        const result = await machine.call(entry, args);
        see(await machine.registers(), true);
        run.push({ event: "returned", of: upper.name, ...(gives ? { object: result } : {}) });
      }
    }
    if (isNmi) {
      await machine.leaveAtOnce();
      if (closely) await machine.runTo(at.registers.get("rip"));
    } else this.#heap.addToPreemptCount(-1);
    run.push({ event: "ends", of: upper.name });
    if (closely) {
      const walk = through(this.#guest, await machine.registers(), { entered: at.entered, atOnce: true });
      for (let place = await walk.next(); !place.done; place = await walk.next())
        see(place.value.registers, false, place.value.outside);
    } else await machine.runTo(machine.kernel.sentinel);
    const last = await machine.registers();
    see(last, true);
    run.push(this.#returned(this.#task.name, taskGives, last));
    return run;
  }

  /** The steps of a frame that came, and which step of the base run stood then. */
  #named(base: readonly Raw[], { index, run }: Came, start: Cells): { after: number; steps: Step[] } {
    const prefix = base.slice(0, index + 1);
    const names = this.#names([...prefix, ...run]);
    const before = stepsOf(prefix, names, start);
    return { after: before.length - 1, steps: stepsOf(run, names, cellsAfter(start, before)) };
  }

  /** Names for everything, equal steps and equal cuts merged; of each the first instruction. */
  #steps(base: readonly Raw[], came: readonly Came[], start: Cells) {
    const cuts = new Map<string, Cut & { readonly index: number; readonly at: Record<string, number> }>();
    for (const one of came) {
      const { after, steps } = this.#named(base, one, start);
      const key = JSON.stringify([after, steps]);
      const cut = cuts.get(key) ?? { index: one.index, after, at: {}, steps };
      cut.at[one.where] = (cut.at[one.where] ?? 0) + 1;
      cuts.set(key, cut);
    }
    return { base: stepsOf(base, this.#names(base), start), cuts: [...cuts.values()] };
  }
}

const setting = ({ configuration }: Scenario, name: string, otherwise: number): number =>
  (configuration[name] as number | undefined) ?? otherwise;

export const cellsAfter = (before: Cells, steps: readonly Step[]): Cells =>
  steps.reduce((cells, step) => ("event" in step ? cells : applied(cells, step)), before);

/** What a frame did, told apart by what calls gave, and by what the allocator's lists were then. */
const kindOf = (run: readonly Raw[]): string =>
  JSON.stringify(run, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value instanceof Map ? [...value] : value,
  );
