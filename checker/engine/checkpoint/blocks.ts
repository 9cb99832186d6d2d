/**
 * How do packed states lie in a file? In blocks, in the order in which the search found them: one after the other differ
 * little then, so that sorting them first costs more than it saves (`docs/decisions/0024-checkpoints.md`). Of a state
 * there is what differs from the one before, and of the first of a block what differs from nothing:
 *
 * - masks: a bit for each word of the state that differs, in so many bytes as are needed for all words;
 * - bytes: for each such word a mask of its bytes that differ, then those bytes of the exclusive or, the lowest first.
 *
 * The masks of all states of a block, then their bytes, go through Brotli at quality 0.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

/** States of a level that lie together. */
export interface Segment {
  readonly level: number;
  readonly count: number;
}

/** What is in a file before the bytes of a block: how much there is of what. */
export interface BlockHead {
  readonly segments: readonly Segment[];
  /** Bytes: of the masks, of what follows them, and of both when compressed. */
  readonly masks: number;
  readonly bytes: number;
  readonly compressed: number;
}

/** Thrown where a block is none. */
export class BadBlock extends Error {}

/** States of a block, at most: each begins with a whole state. */
export const BLOCK_STATES = 1 << 16;

/** Bytes that the masks of one state have. */
export const maskBytes = (words: number): number => Math.ceil(words / 8);

/** Bytes that a state has behind its masks, at most. */
export const mostBytes = (words: number): number => 5 * words;

const OPTIONS = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 0, [constants.BROTLI_PARAM_LGWIN]: 18 },
};

/** A block as it is in the file: four words for its head, two for each segment, and what was compressed. */
export function encodeBlock(segments: readonly Segment[], masks: Uint8Array, bytes: Uint8Array): Uint8Array {
  const compressed = brotliCompressSync(Buffer.concat([masks, bytes]), OPTIONS);
  const head = Uint32Array.of(
    segments.length,
    masks.length,
    bytes.length,
    compressed.length,
    ...segments.flatMap(({ level, count }) => [level, count]),
  );
  return Buffer.concat([littleEndian(head), compressed]);
}

/** Words of a head before its segments. */
export const HEAD_WORDS = 4;

/** Reads the head of a block; `read` gives so many bytes, the next ones of the file. Null at the end of the blocks. */
export function readHead(read: (bytes: number) => Uint8Array): BlockHead | null {
  const [count = 0, masks = 0, bytes = 0, compressed = 0] = wordsOf(read(4 * HEAD_WORDS));
  if (count === 0) return null;
  if (count > BLOCK_STATES) throw new BadBlock("a block of more levels than states");
  const words = wordsOf(read(8 * count));
  const segments = Array.from({ length: count }, (_, i) => ({
    level: words[2 * i] as number,
    count: words[2 * i + 1] as number,
  }));
  return { segments, masks, bytes, compressed };
}

/** What ends the blocks of a file. */
export const END_OF_BLOCKS = new Uint8Array(4 * HEAD_WORDS);

/** The packed states of a block, one after the other. Throws `BadBlock`. */
export function decodeBlock({ segments, masks, bytes }: BlockHead, compressed: Uint8Array, words: number): Int32Array {
  const count = segments.reduce((n, segment) => n + segment.count, 0);
  const perState = maskBytes(words);
  if (count > BLOCK_STATES || masks !== count * perState) throw new BadBlock("a block whose counts do not fit");
  const data = decompressed(compressed, masks + bytes);
  const states = new Int32Array(count * words);
  let at = masks;
  for (let state = 0; state < count; state++) {
    const first = state * words;
    if (state > 0) states.copyWithin(first, first - words, first);
    for (let group = 0; group < perState; group++) {
      const bits = data[state * perState + group] as number;
      for (let bit = 0; bits >>> bit !== 0; bit++) {
        if (((bits >>> bit) & 1) === 0) continue;
        const word = 8 * group + bit;
        const mask = data[at++] as number;
        let difference = 0;
        for (let byte = 0; byte < 4; byte++) {
          if (((mask >>> byte) & 1) !== 0) difference |= (data[at++] as number) << (8 * byte);
        }
        if (word >= words) throw new BadBlock("a block of states with more words");
        states[first + word] = (states[first + word] as number) ^ difference;
      }
    }
  }
  if (at !== data.length) throw new BadBlock("a block with too many bytes, or too few");
  return states;
}

function decompressed(compressed: Uint8Array, length: number): Uint8Array {
  let data: Uint8Array;
  try {
    data = brotliDecompressSync(compressed, { maxOutputLength: length });
  } catch (error) {
    throw new BadBlock("a block that cannot be decompressed", { cause: error });
  }
  if (data.length !== length) throw new BadBlock("a block of another length");
  return data;
}

const littleEndian = (words: Uint32Array): Uint8Array => {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 4 * i);
  return bytes;
};

const wordsOf = (bytes: Uint8Array): readonly number[] => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, i) => buffer.readUInt32LE(4 * i));
};
