/**
 * How is a guest put back to where it was before a frame came? Memory is compared with a copy, and what differs is
 * written back. To compare all of it takes a tenth of a second, so that it is done where something new has happened;
 * otherwise only the parts that were ever seen to change are looked at. Now and then all of it is: where another part has
 * changed since, frames may have come to a guest that was not as it should be, and the run is worth nothing.
 */
import type { Machine, Snapshot } from "../machine/machine.ts";
import type { Registers } from "../machine/registers.ts";

/** Once in so many times all of memory is compared before something is done. */
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
  readonly #kinds = new Set<string>();
  #count = 0;

  /** `changing`: parts that are known to change, by the task itself. */
  constructor(machine: Machine, changing: ReadonlySet<number>, careful: boolean) {
    this.#machine = machine;
    this.#copy = machine.memory.copy();
    this.#changing = new Set(changing);
    this.#careful = careful;
  }

  /**
   * Does something with the guest, whose registers these are, and puts it back. What it did is told apart by `kindOf`: of a
   * kind that is new all of memory is compared.
   */
  async around<T>(registers: Registers, action: () => Promise<T>, kindOf: (result: T) => string): Promise<T> {
    const { memory } = this.#machine;
    const isAudit = !this.#careful && this.#count % THEN === THEN - 1;
    this.#count += 1;
    if (isAudit) {
      const elsewhere = [...memory.chunksThatDiffer(this.#copy)].filter((chunk) => !this.#changing.has(chunk));
      if (elsewhere.length > 0)
        throw new Unnoticed(`memory has changed in ${elsewhere.length} parts where nobody looked`);
    }
    memory.mirror(this.#copy, this.#careful ? null : this.#changing);
    const result = await action();
    const kind = kindOf(result);
    const isWhole = this.#careful || !this.#kinds.has(kind);
    this.#kinds.add(kind);
    if (isWhole) for (const chunk of memory.chunksThatDiffer(this.#copy)) this.#changing.add(chunk);
    const before: Snapshot = { registers, memory: this.#copy };
    await this.#machine.restore(before, this.#changing);
    return result;
  }
}
