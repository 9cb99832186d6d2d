/** Does what talks to a guest, and starts one, keep to the formats of others? */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { initrd, newc } from "../../conform/machine/initrd.ts";
import { GuestMemory } from "../../conform/machine/memory.ts";
import { Registers, registersIn } from "../../conform/machine/registers.ts";
import { framed, PacketReader, Rsp, unescaped } from "../../conform/machine/rsp.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "nolock-test-"));

describe("packets", () => {
  it("carry the sum of their bytes", () => {
    expect(framed("g").toString()).toBe("$g#67");
    expect(framed("qRcmd,6e6d69").toString()).toMatch(/^\$qRcmd,6e6d69#[0-9a-f]{2}$/);
  });

  it("are read out of a stream in whatever pieces it comes, acknowledgements left out", () => {
    const reader = new PacketReader();
    expect(reader.add(Buffer.from("+$O"))).toEqual([]);
    expect(reader.add(Buffer.from("K#9")).map(String)).toEqual([]);
    expect(reader.add(Buffer.from("a+$#00")).map(String)).toEqual(["OK", ""]);
  });

  it("are refused with a wrong sum", () => {
    expect(() => new PacketReader().add(Buffer.from("$OK#00"))).toThrow(/checksum/);
  });

  it("may hold bytes that are escaped", () => {
    expect(unescaped(Buffer.from([0x61, 0x7d, 0x03, 0x62])).toString()).toBe("a#b");
  });

  it("pair each request with its reply, what the monitor prints included", async () => {
    const where = folder();
    const server = createServer((socket) => {
      const reader = new PacketReader();
      socket.on("data", (chunk) => {
        for (const packet of reader.add(chunk))
          socket.write(
            String(packet).startsWith("qRcmd")
              ? Buffer.concat([framed(`O${Buffer.from("one\n").toString("hex")}`), framed("OK")])
              : framed(`reply to ${packet}`),
          );
      });
    });
    await new Promise<void>((resolve) => server.listen(join(where, "stub"), resolve));
    try {
      const rsp = await Rsp.connect(join(where, "stub"));
      expect(await rsp.monitor("info")).toBe("one\n");
      expect(await rsp.ask("g")).toBe("reply to g");
      await expect(rsp.tell("G00")).rejects.toThrow(/answers "reply to G00"/);
      rsp.close();
      await expect(rsp.ask("g")).rejects.toThrow();
    } finally {
      server.close();
      rmSync(where, { recursive: true });
    }
  });
});

describe("registers", () => {
  const places = registersIn([
    '<reg name="rax" bitsize="64"/><!-- <reg name="cs_base" bitsize="64"/> --><reg name="eflags" bitsize="32"/>',
    '<reg name="cr8" bitsize="64" type="int64"/>',
  ]);
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(0x246, 8);

  it("stand where the description has them, but for those in comments", () => {
    expect(new Registers(places, bytes).get("eflags")).toBe(0x246n);
    expect(new Registers(places, bytes).interruptsOff).toBe(false);
    expect(() => new Registers(places, bytes).get("cs_base")).toThrow(/no register/);
  });

  it("are changed in a copy", () => {
    const before = new Registers(places, bytes);
    const after = before.with({ rax: -1n, eflags: 0x46n, cr8: 15n });
    expect([after.get("rax"), after.get("cr8")]).toEqual([0xffff_ffff_ffff_ffffn, 15n]);
    expect([after.interruptsOff, before.get("rax")]).toEqual([true, 0n]);
  });
});

describe("the memory of a guest", () => {
  it("is found by its page tables: small pages and large ones", () => {
    const path = join(folder(), "memory");
    const bytes = Buffer.alloc(8 << 20);
    const entry = (table: number, index: number, value: number) =>
      bytes.writeBigUInt64LE(BigInt(value) | 1n, table + 8 * index);
    entry(0x1000, 1, 0x2000);
    entry(0x2000, 2, 0x3000);
    entry(0x3000, 3, 0x4000);
    entry(0x4000, 4, 0x9000);
    entry(0x3000, 5, 0x40_0000 | 0x80);
    bytes.write("small", 0x9010);
    bytes.write("large", 0x40_5008);
    writeFileSync(path, bytes);
    const memory = new GuestMemory(path, bytes.length);
    memory.root = 0x1000n;
    const at = (...indices: readonly number[]) =>
      indices.reduce((address, index, i) => address | (BigInt(index) << BigInt(39 - 9 * i)), 0n);
    expect(memory.read(at(1, 2, 3, 4) + 0x10n, 5).toString()).toBe("small");
    expect(memory.read(at(1, 2, 5) + 0x5008n, 5).toString()).toBe("large");
    expect(() => memory.read(at(1, 2, 6), 1)).toThrow(/nothing is mapped/);
    const copy = memory.copy();
    memory.setU64(at(1, 2, 3, 4), 7n);
    expect(memory.u64(at(1, 2, 3, 4))).toBe(7n);
    expect(memory.restore(copy)).toBe(1);
    expect(memory.u64(at(1, 2, 3, 4))).toBe(0n);
    memory.close();
  });
});

describe("the archive that a guest starts from", () => {
  it("has its files in the format that the kernel unpacks", () => {
    const archive = newc([{ name: "a", mode: 0o100644, data: Buffer.from("hello") }]);
    expect(archive.length % 4).toBe(0);
    expect(archive.toString("latin1")).toContain("070701");
    expect(archive.toString("latin1")).toContain("TRAILER!!!");
    expect(archive.toString("latin1", 110, 112)).toBe("a\0");
  });

  it("is unpacked by cpio as it was packed", (test) => {
    const where = folder();
    const name = join(where, "archive");
    writeFileSync(name, gunzipSync(initrd(Buffer.from("busy"), ["slab", "page"])));
    try {
      execFileSync("cpio", ["--version"], { stdio: "ignore" });
    } catch {
      test.skip();
    }
    execFileSync("sh", ["-c", 'cd "$1" && cpio -id --quiet <"$2"', "sh", where, name]);
    expect(readFileSync(join(where, "bin/busybox"), "utf8")).toBe("busy");
    expect(readFileSync(join(where, "pattern"), "utf8")).toBe("slab|page");
    rmSync(where, { recursive: true });
  });
});
