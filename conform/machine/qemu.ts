/** How is a guest started and ended? QEMU without KVM, one CPU, memory in a file that it shares, its stub on a socket. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKS } from "./initrd.ts";
import { Rsp } from "./rsp.ts";

/** In MB. The kernels of Debian start with this. */
const MEMORY = 192;

export interface Boot {
  readonly kernel: string;
  readonly initrd: Buffer;
  /** Whether the guest prints its symbols first. */
  readonly symbols: boolean;
}

/** A guest that has been started, and what it has printed. */
export class Qemu {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly rsp: Rsp;
  readonly memoryFile: string;
  readonly memorySize = MEMORY << 20;
  printed: string;
  readonly #listeners = new Set<() => void>();
  #ended = false;

  private constructor(child: ChildProcess, folder: string, rsp: Rsp) {
    this.#child = child;
    this.#folder = folder;
    this.rsp = rsp;
    this.memoryFile = join(folder, "memory");
    this.printed = "";
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.printed += text;
      for (const listener of this.#listeners) listener();
    });
    child.once("exit", () => {
      this.#ended = true;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Starts a guest that waits to be told to run. `end` must be called. */
  static async start({ kernel, initrd, symbols }: Boot): Promise<Qemu> {
    const folder = mkdtempSync(join(tmpdir(), "nolock-guest-"));
    const socket = join(folder, "stub");
    writeFileSync(join(folder, "initrd"), initrd);
    const line = `console=ttyS0 nokaslr panic=-1 quiet${symbols ? " nolock.symbols" : ""}`;
    const child = spawn(
      "qemu-system-x86_64",
      [
        ...["-accel", "tcg", "-smp", "1", "-m", String(MEMORY), "-machine", "pc,memory-backend=ram"],
        ...["-object", `memory-backend-file,id=ram,size=${MEMORY}M,mem-path=${join(folder, "memory")},share=on`],
        ...["-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"],
        ...["-kernel", kernel, "-initrd", join(folder, "initrd"), "-append", line],
        ...["-gdb", `unix:${socket},server=on,wait=off`, "-S"],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    const gone = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) =>
        reject(new Error(`QEMU ended with ${code} before it was there: ${complaint.trim()}`)),
      );
    });
    try {
      const rsp = await Promise.race([connected(socket), gone]);
      gone.catch(() => {});
      return new Qemu(child, folder, rsp);
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Waits until the guest has printed something; in milliseconds. */
  async hasPrinted(text: string, patience: number): Promise<void> {
    const until = Date.now() + patience;
    while (!this.printed.includes(text)) {
      if (this.#ended) throw new Error(`the guest ended before it printed "${text}": ${this.printed.slice(-400)}`);
      if (Date.now() > until) throw new Error(`the guest has not printed "${text}" in ${patience / 1000} s`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 1000);
        this.#listeners.add(done);
      });
    }
  }

  /** What the guest printed as its symbols. */
  get symbols(): string {
    const [, rest = ""] = this.printed.split(MARKS.from);
    return rest.split(MARKS.to)[0] as string;
  }

  end(): void {
    this.rsp.close();
    if (!this.#ended) this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The stub listens some moments after QEMU has started: a tenth of a second is one attempt. */
async function connected(socket: string): Promise<Rsp> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await Rsp.connect(socket);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === 300 || (code !== "ENOENT" && code !== "ECONNREFUSED")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
