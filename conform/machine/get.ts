/** What must be there before a kernel can be run, and where is it? A kernel, a busybox, and the kernel's symbols. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelPackage } from "../recording/kernels.ts";
import { cacheFolder, Missing, needPrograms, newestPackage, packageFile, unpack } from "./packages.ts";

export interface KernelFiles {
  readonly kernel: string;
  readonly busybox: Buffer;
  /** Where its symbols are kept once it has told them; it may not be there yet. */
  readonly symbols: string;
}

const folderOf = (name: string): string => join(cacheFolder(), name);

/** Fetches what is not there yet. Throws `Missing` with what to do. */
export function getKernel(name: string, of: KernelPackage, tell: (line: string) => void): KernelFiles {
  needPrograms();
  const folder = folderOf(name);
  mkdirSync(folder, { recursive: true });
  const kernel = join(folder, "vmlinuz");
  if (!existsSync(kernel)) {
    tell(`${of.package} ${of.packageVersion}: ${of.size} MB, from ${of.suite} of Debian`);
    unpack(packageFile({ name: of.package, version: of.packageVersion, suite: of.suite }), /\/vmlinuz(-\S*)?$/, kernel);
  }
  const busybox = join(cacheFolder(), "busybox");
  if (!existsSync(busybox)) {
    tell("busybox-static: 1 MB");
    unpack(newestPackage("busybox-static"), /\/bin\/busybox$/, busybox);
  }
  return { kernel, busybox: readFileSync(busybox), symbols: join(folder, "symbols") };
}

/** What is there. Throws `Missing` where something is not. */
export function kernelFiles(name: string): KernelFiles {
  needPrograms();
  const [kernel, busybox] = [join(folderOf(name), "vmlinuz"), join(cacheFolder(), "busybox")];
  for (const file of [kernel, busybox])
    if (!existsSync(file)) throw new Missing(`${name} has not been fetched: npm run conform -- get ${name}`);
  return { kernel, busybox: readFileSync(busybox), symbols: join(folderOf(name), "symbols") };
}
