/**
 * What stands in the guest's memory? It is a file that QEMU shares, so it is read and written without a word to the
 * stub. Virtual addresses are those of the kernel, found by its own page tables.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const PAGE = 4096;
const CHUNK = 1 << 20;
const PRESENT = 1n;
const HUGE = 0x80n;
const FRAME = 0x000f_ffff_ffff_f000n;

/** Nothing is mapped at an address. */
export class Unmapped extends Error {}

/** Memory of a guest with 4-level page tables and no hole below its size. */
export class GuestMemory {
  readonly #fd: number;
  /** In bytes. */
  readonly size: number;
  /** Physical pages by virtual page; of the kernel's own mappings, which stay. */
  readonly #known = new Map<bigint, number>();
  /** CR3. */
  root = 0n;

  constructor(path: string, size: number) {
    this.#fd = openSync(path, "r+");
    this.size = size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #physical(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    if (at < 0 || at + length > this.size || readSync(this.#fd, bytes, 0, length, at) !== length)
      throw new Error(`the guest has no memory at ${at.toString(16)}`);
    return bytes;
  }

  /** The physical address of a virtual one. Throws where nothing is mapped. */
  physical(address: bigint): number {
    const page = BigInt.asUintN(64, address) >> 12n;
    const offset = Number(address & 0xfffn);
    const known = this.#known.get(page);
    if (known !== undefined) return known + offset;
    let table = this.root & FRAME;
    for (let level = 3; level >= 0; level--) {
      const shift = BigInt(12 + 9 * level);
      const index = Number((address >> shift) & 0x1ffn);
      const entry = this.#physical(Number(table) + index * 8, 8).readBigUInt64LE();
      if ((entry & PRESENT) === 0n)
        throw new Unmapped(`nothing is mapped at ${BigInt.asUintN(64, address).toString(16)}`);
      if (level === 0 || (level < 3 && (entry & HUGE) !== 0n)) {
        const inside = (1n << shift) - 1n;
        const physical = Number((entry & FRAME & ~inside) + (address & inside & ~0xfffn));
        this.#known.set(page, physical);
        return physical + offset;
      }
      table = entry & FRAME;
    }
    throw new Error("a page table has no end");
  }

  read(address: bigint, length: number): Buffer {
    const first = Math.min(length, PAGE - Number(address & 0xfffn));
    const bytes = this.#physical(this.physical(address), first);
    return first === length ? bytes : Buffer.concat([bytes, this.read(address + BigInt(first), length - first)]);
  }

  write(address: bigint, bytes: Buffer): void {
    const first = Math.min(bytes.length, PAGE - Number(address & 0xfffn));
    writeSync(this.#fd, bytes, 0, first, this.physical(address));
    if (first < bytes.length) this.write(address + BigInt(first), bytes.subarray(first));
  }

  u8 = (address: bigint): number => this.read(address, 1)[0] as number;
  u16 = (address: bigint): number => this.read(address, 2).readUInt16LE();
  u32 = (address: bigint): number => this.read(address, 4).readUInt32LE();
  u64 = (address: bigint): bigint => this.read(address, 8).readBigUInt64LE();

  setU32(address: bigint, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.write(address, bytes);
  }

  setU64(address: bigint, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    this.write(address, bytes);
  }

  /** All of it, as it is now. */
  copy(): Buffer {
    const bytes = Buffer.allocUnsafe(this.size);
    for (let at = 0; at < this.size; at += CHUNK) readSync(this.#fd, bytes, at, Math.min(CHUNK, this.size - at), at);
    return bytes;
  }

  /** Chunks in which memory differs from a copy, by number. */
  chunksThatDiffer(copy: Buffer): Set<number> {
    const differ = new Set<number>();
    for (const [chunk, now] of this.#chunks(null))
      if (now.compare(copy, chunk * CHUNK, chunk * CHUNK + now.length) !== 0) differ.add(chunk);
    return differ;
  }

  *#chunks(only: ReadonlySet<number> | null): Generator<[number, Buffer]> {
    const bytes = Buffer.allocUnsafe(CHUNK);
    for (let chunk = 0; chunk * CHUNK < this.size; chunk++) {
      if (only && !only.has(chunk)) continue;
      const length = readSync(this.#fd, bytes, 0, Math.min(CHUNK, this.size - chunk * CHUNK), chunk * CHUNK);
      yield [chunk, bytes.subarray(0, length)];
    }
  }

  /** Makes a copy what memory is now: all of it, or some chunks. */
  mirror(copy: Buffer, only: ReadonlySet<number> | null = null): void {
    for (const [chunk, now] of this.#chunks(only)) now.copy(copy, chunk * CHUNK);
  }

  /** Makes memory what a copy says, all of it or some chunks: pages that differ are written. How many there were. */
  restore(copy: Buffer, only: ReadonlySet<number> | null = null): number {
    let pages = 0;
    for (const [chunk, now] of this.#chunks(only)) {
      const at = chunk * CHUNK;
      if (now.compare(copy, at, at + now.length) === 0) continue;
      for (let page = 0; page < now.length; page += PAGE) {
        if (now.compare(copy, at + page, at + page + PAGE, page, page + PAGE) === 0) continue;
        writeSync(this.#fd, copy, at + page, PAGE, at + page);
        pages += 1;
      }
    }
    return pages;
  }
}
