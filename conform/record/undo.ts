/**
 * How is a guest put back to where it was before a frame came? Memory is compared with a copy, and what differs is
 * written back. To compare all of it takes a tenth of a second, so that after some whole comparisons only the parts that
 * were ever seen to change are looked at. Now and then all of it is: where another part has changed since, frames may
 * have come to a guest that was not as it should be, and the run is worth nothing.
 */
import type { Machine, Snapshot } from "../machine/machine.ts";
import type { Registers } from "../machine/registers.ts";

/** Frames after which memory is compared as a whole: the first ones all. */
const FIRST = 8;
const THEN = 32;

/** Memory has changed where nobody looked. */
export class Unnoticed extends Error {}

export class Undo {
  readonly #machine: Machine;
  readonly #copy: Buffer;
  /** Parts of memory that change. */
  readonly #changing: Set<number>;
  /** Compare all of it every time. */
  readonly #careful: boolean;
  #count = 0;

  /** `changing`: parts that are known to change, by the task itself. */
  constructor(machine: Machine, changing: ReadonlySet<number>, careful: boolean) {
    this.#machine = machine;
    this.#copy = machine.memory.copy();
    this.#changing = new Set(changing);
    this.#careful = careful;
  }

  /** Does something with the guest, whose registers these are, and puts it back. */
  async around<T>(registers: Registers, action: () => Promise<T>): Promise<T> {
    const { memory } = this.#machine;
    const isWhole = this.#careful || this.#count < FIRST || this.#count % THEN === 0;
    this.#count += 1;
    if (isWhole) {
      const elsewhere = [...memory.chunksThatDiffer(this.#copy)].filter((chunk) => !this.#changing.has(chunk));
      if (elsewhere.length > 0 && !this.#careful && this.#count > FIRST)
        throw new Unnoticed(`memory has changed in ${elsewhere.length} parts where nobody looked`);
    }
    memory.mirror(this.#copy, isWhole ? null : this.#changing);
    const result = await action();
    if (isWhole) for (const chunk of memory.chunksThatDiffer(this.#copy)) this.#changing.add(chunk);
    const before: Snapshot = { registers, memory: this.#copy };
    await this.#machine.restore(before, isWhole ? null : this.#changing);
    return result;
  }
}
