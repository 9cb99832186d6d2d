/**
 * How does text leave the process, and what if nobody takes it? It is put out at once, so that whoever writes knows whether
 * it arrived, and nothing is lost where the process ends.
 */
import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Milliseconds until a reader that is behind is offered more. */
const BEHIND = 5;

/** Standard output or standard error. What follows once something could not be written is dropped. */
export class Stream {
  readonly #descriptor: 1 | 2;
  #failed: NodeJS.ErrnoException | null = null;

  constructor(descriptor: 1 | 2) {
    this.#descriptor = descriptor;
  }

  /** Why something was not written: EPIPE where the reader has gone. */
  get failed(): NodeJS.ErrnoException | null {
    return this.#failed;
  }

  get isTerminal(): boolean {
    return isatty(this.#descriptor);
  }

  get isFile(): boolean {
    return fstatSync(this.#descriptor).isFile();
  }

  write(text: string): void {
    if (this.#failed) return;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BEHIND);
        else if (code !== "EINTR") {
          this.#failed = error as NodeJS.ErrnoException;
          return;
        }
      }
    }
  }
}

export const STANDARD_OUTPUT = new Stream(1);
export const STANDARD_ERROR = new Stream(2);
