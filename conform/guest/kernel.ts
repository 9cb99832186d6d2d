/** What does one need to know of a kernel to read its allocator? Symbols, layouts, and where the machine keeps what. */
import type { GuestMemory } from "../machine/memory.ts";
import { Btf } from "./btf.ts";
import type { Symbols } from "./symbols.ts";

/** Bytes of a struct page, which is that of a struct slab. */
const PAGE_STRUCT = 64n;
const PAGE_SHIFT = 12n;

export class Kernel {
  readonly memory: GuestMemory;
  readonly symbols: Symbols;
  readonly btf: Btf;
  readonly #direct: bigint;
  readonly #pages: bigint;
  readonly #perCpu: bigint;

  /** The guest must have come as far as its first process. */
  constructor(memory: GuestMemory, symbols: Symbols) {
    this.memory = memory;
    this.symbols = symbols;
    const from = symbols.at("__start_BTF");
    this.btf = new Btf(memory.read(from, Number(symbols.at("__stop_BTF") - from)));
    this.#direct = memory.u64(symbols.at("page_offset_base"));
    this.#pages = memory.u64(symbols.at("vmemmap_base"));
    this.#perCpu = memory.u64(symbols.at("__per_cpu_offset"));
  }

  /** Where CPU 0 has a per-CPU variable. */
  perCpu(address: bigint): bigint {
    return BigInt.asUintN(64, address + this.#perCpu);
  }

  /** A pointer in a field of a structure. */
  pointer(struct: string, field: string, at: bigint): bigint {
    return this.memory.u64(at + BigInt(this.btf.field(struct, field).offset));
  }

  offset(struct: string, field: string): bigint {
    return BigInt(this.btf.field(struct, field).offset);
  }

  /**
   * The struct slab of an object. A tail page has bit 0 of its second word set: the rest of the word is the address of
   * the head, or, where the kernel keeps a mask there, what that of the page is and-ed with.
   */
  slabOf(object: bigint): bigint {
    const page = this.#pages + ((object - this.#direct) >> PAGE_SHIFT) * PAGE_STRUCT;
    const word = this.memory.u64(page + 8n);
    if ((word & 1n) === 0n) return page;
    return this.btf.has("page", "compound_info") ? page & (word & ~1n) : word - 1n;
  }

  /** Where the memory of a slab begins. */
  addressOf(slab: bigint): bigint {
    return this.#direct + (((slab - this.#pages) / PAGE_STRUCT) << PAGE_SHIFT);
  }

  /** The name of the function in which an address lies, as far as its symbols are known. */
  functionAt(address: bigint): string {
    return this.symbols.near(address)?.name ?? "?";
  }
}
