/** Numbers by chance, the same for the same seed on every machine: mulberry32, by Tommy Ettinger. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Evenly spread from 0 to 1, 1 left out. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(of: number): boolean {
    return this.next() < of;
  }

  pick<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error("there is nothing to pick");
    return of[this.below(of.length)] as T;
  }
}
