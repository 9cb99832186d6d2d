/**
 * How is a file written, so that it is there whole or not at all? The only place that writes files: a text goes beside
 * the file that it is for, and takes its name when all of it is on the disk.
 */
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { getSystemErrorMap } from "node:util";

/** Bytes of a file that a command wrote, at most: the trace of a million steps has more. */
const MOST_BYTES = 64 * 2 ** 20;

/** Writes a file. Throws what the system says where it cannot: then nothing has changed. */
export function writeWhole(path: string, text: string): void {
  const target = targetOf(path);
  if (target.stats && !target.stats.isFile()) {
    // A pipe or a device has no beginning that could be kept.
    writeFileSync(path, text);
    return;
  }
  const beside = openBeside(target);
  try {
    try {
      writeFileSync(beside.descriptor, text);
      // A disk may say only here that it is full.
      fsyncSync(beside.descriptor);
    } finally {
      closeSync(beside.descriptor);
    }
    renameSync(beside.path, target.path);
  } catch (error) {
    rmSync(beside.path, { force: true });
    throw named(error, path);
  }
}

/** A file that is written part by part: it has its name when all of it is on the disk. What the system says is thrown. */
export class NewFile {
  readonly #target: Target;
  readonly #beside: { readonly path: string; readonly descriptor: number };
  #isOpen = true;

  constructor(path: string) {
    this.#target = targetOf(path);
    this.#beside = openBeside(this.#target);
  }

  add(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#beside.descriptor, bytes, from);
  }

  /** Gives the file its name, in a folder that remembers it even if the machine stops. */
  finish(): void {
    fsyncSync(this.#beside.descriptor);
    this.#close();
    renameSync(this.#beside.path, this.#target.path);
    const folder = openSync(dirname(this.#target.path), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  /** Leaves nothing; to be called where something was thrown. */
  abandon(): void {
    this.#close();
    rmSync(this.#beside.path, { force: true });
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#beside.descriptor);
    this.#isOpen = false;
  }
}

/** Writes a file that must not be there; false where it is. Of several that do, one is first. */
export function writeFirst(path: string, text: string): boolean {
  const beside = openBeside({ path, stats: null });
  try {
    try {
      writeFileSync(beside.descriptor, text);
    } finally {
      closeSync(beside.descriptor);
    }
    linkSync(beside.path, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw named(error, path);
  } finally {
    rmSync(beside.path, { force: true });
  }
}

/** Whether a file is what was being written when the process that wrote it was ended. */
export const isUnfinished = (name: string): boolean => /^\.nolock-\d+-\d+$/.test(name);

/** Adds lines to a file that is read line by line: one that was cut is for its reader to find. */
export function appendLines(path: string, text: string): void {
  appendFileSync(path, text);
}

/**
 * Throws as `writeWhole` would, as far as that is known before there is anything to write. Gives the path of the file, whatever
 * links lead there; null for a pipe or a device, which keeps nothing.
 */
export function tryToWrite(path: string): string | null {
  const target = targetOf(path);
  if (target.stats && !target.stats.isFile()) return null;
  const { descriptor, path: beside } = openBeside(target);
  closeSync(descriptor);
  rmSync(beside);
  return target.path;
}

/** Whether a file is where standard output goes. */
export function isPrintedTo(path: string): boolean {
  const [file, printed] = [statSync(path, { throwIfNoEntry: false }), fstatSync(1)];
  return file !== undefined && printed.isFile() && file.ino === printed.ino && file.dev === printed.dev;
}

/** The text of a file. Throws what the system says, and for a folder or a file that is too large as if it did. */
export function readText(path: string, most = MOST_BYTES): string {
  const stats = statSync(path);
  if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR", syscall: "read", path });
  if (stats.size > most) throw Object.assign(new Error(), { code: "EFBIG", syscall: "read", path });
  return readFileSync(path, "utf8");
}

/** In words why the system refused something, "no space left on device (ENOSPC)"; null for any other error. */
export function systemError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return null;
  const words = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}

interface Target {
  /** Where the file is, whatever links lead there. */
  readonly path: string;
  /** Null where there is none yet. */
  readonly stats: Stats | null;
}

/** Throws where what has this name may not be written to, or is a folder. */
function targetOf(path: string): Target {
  const stats = statSync(path, { throwIfNoEntry: false }) ?? null;
  if (stats === null) return { path: linked(resolve(path)), stats };
  if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR", syscall: "open", path });
  accessSync(path, constants.W_OK);
  return { path: realpathSync(path), stats };
}

/** Where a link leads whose file is not there yet; the path itself where it is no link. */
function linked(path: string): string {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch (error) {
    if (["ENOENT", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return path;
    throw error;
  }
}

let opened = 0;

/** A new file in the same folder, with the rights of the one that it is to replace. */
function openBeside({ path, stats }: Target): { readonly path: string; readonly descriptor: number } {
  try {
    opened += 1;
    const beside = join(dirname(path), `.nolock-${process.pid}-${opened}`);
    const descriptor = openSync(beside, "wx");
    if (stats) fchmodSync(descriptor, stats.mode);
    return { path: beside, descriptor };
  } catch (error) {
    throw named(error, path);
  }
}

/** The error, with the name that the user gave. */
const named = (error: unknown, path: string): unknown => Object.assign(error as object, { path });
