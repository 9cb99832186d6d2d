/** A file of states: how is it written, once, and how is it read when it is what was written? */
import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { basename, dirname } from "node:path";
import { SpecError } from "../../spec/problems.ts";
import { NewFile, systemError } from "../../text/files.ts";
import { BadBlock, BLOCK_STATES, decodeBlock, END_OF_BLOCKS, encodeBlock, readHead, type Segment } from "./blocks.ts";

/** A file of states, as whoever has its name knows it. */
export interface Piece {
  readonly file: string;
  readonly bytes: number;
  readonly states: number;
  readonly sha256: string;
}

/** What a file says of itself in its first line: for people, and for tools that sort files. */
export interface PieceHead {
  readonly nolock: "states";
  readonly format: number;
  /** Hash of all that a checkpoint is about: relation, layout, options, version. */
  readonly run: string;
  readonly relation: string;
  readonly layout: string;
  readonly words: number;
}

/** Writes a file of states. What the system says is thrown; then it is to be abandoned. */
export class PieceWriter {
  readonly #file: NewFile;
  readonly #name: string;
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;
  #states = 0;
  #segments: { level: number; count: number }[] = [];
  #masks: Uint8Array[] = [];
  #rest: Uint8Array[] = [];
  #inBlock = 0;

  constructor(path: string, head: PieceHead) {
    this.#file = new NewFile(path);
    this.#name = basename(path);
    this.#add(Buffer.from(`${JSON.stringify(head)}\n`));
  }

  get states(): number {
    return this.#states;
  }

  /** Whether the next state begins a block: it differs from nothing. */
  get isBetweenBlocks(): boolean {
    return this.#inBlock === 0;
  }

  /** How many states there is still room for in the block. */
  get left(): number {
    return BLOCK_STATES - this.#inBlock;
  }

  /** Adds states of a level, which are encoded as a block wants them. */
  add(level: number, count: number, masks: Uint8Array, bytes: Uint8Array): void {
    const last = this.#segments.at(-1);
    if (last?.level === level) last.count += count;
    else this.#segments.push({ level, count });
    this.#masks.push(masks);
    this.#rest.push(bytes);
    this.#inBlock += count;
    this.#states += count;
    if (this.#inBlock >= BLOCK_STATES) this.#endBlock();
  }

  /** Gives the file its name. */
  end(): Piece {
    if (this.#inBlock > 0) this.#endBlock();
    this.#add(END_OF_BLOCKS);
    this.#file.finish();
    return { file: this.#name, bytes: this.#bytes, states: this.#states, sha256: this.#hash.digest("hex") };
  }

  abandon(): void {
    this.#file.abandon();
  }

  #endBlock(): void {
    this.#add(encodeBlock(this.#segments, Buffer.concat(this.#masks), Buffer.concat(this.#rest)));
    this.#segments = [];
    this.#masks = [];
    this.#rest = [];
    this.#inBlock = 0;
  }

  #add(bytes: Uint8Array): void {
    this.#file.add(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }
}

/** Bytes that are read at once. */
const AT_ONCE = 1 << 22;

/** Why a file is refused. */
export const refusal = (path: string, what: string): SpecError =>
  new SpecError([
    {
      where: path,
      what,
      mend: `${dirname(path)} cannot be gone on from: take it from where it was copied, or begin again in another folder`,
    },
  ]);

/** Whether a file is, byte for byte, what was written. Throws `SpecError` that names it. */
export function verifyPiece(path: string, { bytes, sha256 }: Piece): void {
  const hash = createHash("sha256");
  let read = 0;
  for (const part of partsOf(path)) {
    hash.update(part);
    read += part.length;
  }
  if (read < bytes) throw refusal(path, `it is cut off: ${read} bytes of ${bytes}`);
  if (read > bytes || hash.digest("hex") !== sha256)
    throw refusal(path, "it is not what was written: its checksum is another");
}

function* partsOf(path: string): Generator<Uint8Array> {
  const descriptor = open(path);
  try {
    const buffer = Buffer.allocUnsafe(AT_ONCE);
    for (;;) {
      const count = readSync(descriptor, buffer);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const why = systemError(error);
    if (why === null) throw error;
    throw refusal(path, `it cannot be read: ${why}`);
  }
}

/** States of a level, one after the other. */
export interface Stretch extends Segment {
  readonly states: Int32Array;
}

/** The states of a file that was verified, in their order. Throws `SpecError` where they are none all the same. */
export function* statesOf(path: string, words: number): Generator<Stretch> {
  const descriptor = open(path);
  try {
    let at = 0;
    const read = (bytes: number): Uint8Array => {
      const buffer = Buffer.allocUnsafe(bytes);
      const count = readSync(descriptor, buffer, 0, bytes, at);
      if (count < bytes) throw new BadBlock("it ends within a block");
      at += bytes;
      return buffer;
    };
    while (read(1)[0] !== "\n".charCodeAt(0));
    for (let head = readHead(read); head; head = readHead(read)) {
      const states = decodeBlock(head, read(head.compressed), words);
      let from = 0;
      for (const { level, count } of head.segments) {
        yield { level, count, states: states.subarray(from * words, (from + count) * words) };
        from += count;
      }
    }
  } catch (error) {
    if (!(error instanceof BadBlock)) throw error;
    throw refusal(path, error.message);
  } finally {
    closeSync(descriptor);
  }
}
