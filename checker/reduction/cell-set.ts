/** A set of cells as bits. */
export class CellSet {
  readonly #words: Int32Array;

  constructor(cellCount: number) {
    this.#words = new Int32Array((cellCount + 31) >>> 5);
  }

  add(cell: number): void {
    this.#words[cell >>> 5] = (this.#words[cell >>> 5] as number) | (1 << (cell & 31));
  }

  has(cell: number): boolean {
    return (((this.#words[cell >>> 5] as number) >>> (cell & 31)) & 1) !== 0;
  }

  delete(cell: number): void {
    this.#words[cell >>> 5] = (this.#words[cell >>> 5] as number) & ~(1 << (cell & 31));
  }

  /** Says whether any was not there yet. */
  addAll(other: CellSet): boolean {
    let isNew = false;
    for (const [i, word] of other.#words.entries()) {
      const joined = (this.#words[i] as number) | word;
      if (joined !== this.#words[i]) isNew = true;
      this.#words[i] = joined;
    }
    return isNew;
  }

  meets(other: CellSet): boolean {
    return other.#words.some((word, i) => (word & (this.#words[i] as number)) !== 0);
  }

  includes(other: CellSet): boolean {
    return other.#words.every((word, i) => (word & ~(this.#words[i] as number)) === 0);
  }
}
