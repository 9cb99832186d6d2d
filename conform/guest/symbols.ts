/** Where are the functions and variables of a kernel? Read from its own /proc/kallsyms, once a package. */

export interface Symbol {
  readonly name: string;
  readonly address: bigint;
}

export class Symbols {
  /** In the order of addresses. */
  readonly #sorted: readonly Symbol[];
  readonly #byName = new Map<string, bigint>();

  /** Lines of kallsyms: an address, a letter, a name. Others are left out. */
  constructor(text: string) {
    const found: Symbol[] = [];
    for (const line of text.split("\n")) {
      const [, address, name] = /^([0-9a-f]{16}) \w (\S+)/.exec(line.trim()) ?? [];
      if (address === undefined || name === undefined) continue;
      found.push({ name, address: BigInt(`0x${address}`) });
      if (!this.#byName.has(name)) this.#byName.set(name, BigInt(`0x${address}`));
    }
    if (found.length === 0) throw new Error("the kernel has told no symbols");
    this.#sorted = found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  at(name: string): bigint {
    const address = this.#byName.get(name);
    if (address === undefined) throw new Error(`the kernel has no symbol ${name}`);
    return address;
  }

  /** The first of several names that there is: static functions are renamed when a compiler changes their parameters. */
  anyOf(...names: readonly string[]): bigint {
    return this.at(names.find((name) => this.#byName.has(name)) ?? (names[0] as string));
  }

  /** The last symbol at or below an address; of the padding before a function it is that function. */
  near(address: bigint): Symbol | null {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as Symbol).address <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#sorted[low - 1];
    return found ? { ...found, name: found.name.replace(/^__pfx_/, "") } : null;
  }
}
