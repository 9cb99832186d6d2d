/** What are the registers of the guest called, and where do they stand in the stub's packet of all of them? */
import type { Rsp } from "./rsp.ts";

interface Place {
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

/** Places of registers by name, as the stub's description of its target gives them. */
export type RegisterPlaces = ReadonlyMap<string, Place>;

/** Reads the registers out of descriptions of a target, in the order of the packet. */
export function registersIn(documents: readonly string[]): RegisterPlaces {
  const places = new Map<string, Place>();
  let offset = 0;
  for (const [, attributes = ""] of documents
    .join("\n")
    .replaceAll(/<!--.*?-->/gs, "")
    .matchAll(/<reg\s([^>]*)\/>/g)) {
    const name = /\bname="([^"]*)"/.exec(attributes)?.[1];
    const bits = Number(/\bbitsize="(\d+)"/.exec(attributes)?.[1]);
    if (name === undefined || !(bits > 0)) throw new Error(`a register without name or size: ${attributes}`);
    places.set(name, { offset, size: bits / 8 });
    offset += bits / 8;
  }
  return places;
}

/** Asks a stub. A stub that was never asked answers requests for single registers with nothing. */
export async function registerPlaces(rsp: Rsp): Promise<RegisterPlaces> {
  const target = await rsp.document("target.xml");
  const included = [...target.matchAll(/<xi:include href="([^"]*)"/g)].map(([, href]) => href as string);
  const documents: string[] = [];
  for (const href of included) documents.push(await rsp.document(href));
  return registersIn([target, ...documents]);
}

/** All registers at one moment; `set` changes this copy only. */
export class Registers {
  readonly #places: RegisterPlaces;
  readonly #bytes: Buffer;

  constructor(places: RegisterPlaces, bytes: Buffer) {
    this.#places = places;
    this.#bytes = bytes;
  }

  #place(name: string): Place {
    const place = this.#places.get(name);
    if (!place) throw new Error(`the guest has no register ${name}`);
    return place;
  }

  get(name: string): bigint {
    const { offset, size } = this.#place(name);
    return size === 8 ? this.#bytes.readBigUInt64LE(offset) : BigInt(this.#bytes.readUInt32LE(offset));
  }

  /** A copy in which a register has another value. */
  with(changes: Readonly<Record<string, bigint>>): Registers {
    const bytes = Buffer.from(this.#bytes);
    for (const [name, value] of Object.entries(changes)) {
      const { offset, size } = this.#place(name);
      if (size === 8) bytes.writeBigUInt64LE(BigInt.asUintN(64, value), offset);
      else bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)), offset);
    }
    return new Registers(this.#places, bytes);
  }

  get hex(): string {
    return this.#bytes.toString("hex");
  }

  /** IF of the flags. */
  get interruptsOff(): boolean {
    return (this.get("eflags") & 0x200n) === 0n;
  }
}
