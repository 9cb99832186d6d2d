/** What does the guest run? An archive (newc, gzip) of one static busybox and a script that is `init`. */
import { gzipSync } from "node:zlib";

interface Entry {
  readonly name: string;
  /** Type and permissions, as in st_mode. */
  readonly mode: number;
  readonly data: Buffer;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

/** An archive in the format that the kernel unpacks: a header of 110 characters, the name, the data, each padded to 4. */
export function newc(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  for (const [i, { name, mode, data }] of [
    ...entries,
    { name: "TRAILER!!!", mode: 0, data: Buffer.alloc(0) },
  ].entries()) {
    const fields = [i + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = `070701${fields.map((n) => n.toString(16).padStart(8, "0")).join("")}${name}\0`;
    parts.push(padded(Buffer.from(header, "latin1")), padded(data));
  }
  return Buffer.concat(parts);
}

const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const TEXT = 0o100644;

/** Printed on the serial line round the symbols, and when there is nothing more to print. */
export const MARKS = { from: "nolock-symbols-begin", to: "nolock-symbols-end", ready: "nolock-ready" };

/**
 * Tells the addresses of symbols whose names match, each with the next symbol, so that a function has an end; and which
 * kernel this is; then starts a shell for ever, each of which asks getppid().
 */
const INIT = `#!/bin/sh
/bin/busybox mkdir -p /proc /sys
/bin/busybox mount -t proc proc /proc
/bin/busybox echo 0 > /proc/sys/kernel/kptr_restrict
if /bin/busybox grep -q nolock.symbols /proc/cmdline; then
  /bin/busybox echo ${MARKS.from}
  /bin/busybox grep -E -A1 "$(/bin/busybox cat /pattern)" /proc/kallsyms
  /bin/busybox echo ${MARKS.to}
fi
/bin/busybox cat /proc/version
/bin/busybox echo ${MARKS.ready}
while :; do /bin/busybox sh -c :; done
`;

export function initrd(busybox: Buffer, patterns: readonly string[]): Buffer {
  const empty = Buffer.alloc(0);
  return gzipSync(
    newc([
      { name: "bin", mode: FOLDER, data: empty },
      { name: "bin/busybox", mode: PROGRAM, data: busybox },
      { name: "bin/sh", mode: PROGRAM, data: busybox },
      { name: "dev", mode: FOLDER, data: empty },
      { name: "pattern", mode: TEXT, data: Buffer.from(patterns.join("|")) },
      { name: "init", mode: PROGRAM, data: Buffer.from(INIT) },
    ]),
  );
}
