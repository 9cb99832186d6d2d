/** Are a kernel's symbols and layouts read as the kernel has them? */
import { describe, expect, it } from "vitest";
import { Btf } from "../../conform/guest/btf.ts";
import { Symbols } from "../../conform/guest/symbols.ts";

/** BTF of two structures: struct slab { union { struct { long next; int slabs; }; char list[16]; }; long freelist; }. */
function smallBtf(): Buffer {
  const strings: string[] = [""];
  const at = (name: string): number => {
    if (!strings.includes(name)) strings.push(name);
    return strings.slice(0, strings.indexOf(name)).reduce((sum, one) => sum + one.length + 1, 0);
  };
  const words: number[] = [];
  const type = (name: string, kind: number, members: number, size: number, ...rest: number[]) =>
    words.push(at(name), (kind << 24) | members, size, ...rest);
  type("long", 1, 0, 8, 64); // 1
  type("int", 1, 0, 4, 32); // 2
  type("", 4, 2, 16, at("next"), 1, 0, at("slabs"), 2, 64); // 3
  type("char", 1, 0, 1, 8); // 4
  type("", 3, 0, 0, 4, 2, 16); // 5: char[16]
  type("", 5, 2, 16, at(""), 3, 0, at("list"), 5, 0); // 6
  type("word", 8, 0, 1); // 7: typedef long word
  type("slab", 4, 2, 24, at(""), 6, 0, at("freelist"), 7, 128); // 8
  const body = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) body.writeUInt32LE(word >>> 0, 4 * i);
  const text = Buffer.from(`${strings.join("\0")}\0`);
  const head = Buffer.alloc(24);
  head.writeUInt16LE(0xeb9f, 0);
  for (const [i, word] of [24, 0, body.length, body.length, text.length].entries()) head.writeUInt32LE(word, 4 + 4 * i);
  return Buffer.concat([head, body, text]);
}

describe("BTF", () => {
  const btf = new Btf(smallBtf());

  it("gives fields, those of unnamed parts included", () => {
    expect(btf.field("slab", "freelist")).toEqual({ offset: 16, size: 8 });
    expect(btf.field("slab", "slabs")).toEqual({ offset: 8, size: 4 });
    expect(btf.field("slab", "list")).toEqual({ offset: 0, size: 16 });
    expect(btf.sizeOf("slab")).toBe(24);
  });

  it("says what there is not", () => {
    expect(btf.has("slab", "nothing")).toBe(false);
    expect(() => btf.field("slab", "nothing")).toThrow(/no field/);
    expect(() => btf.field("nothing", "x")).toThrow(/no struct/);
    expect(() => new Btf(Buffer.alloc(24))).toThrow(/no BTF/);
  });
});

describe("symbols", () => {
  const symbols = new Symbols(
    "junk\nffffffff81000010 T kfree\n--\nffffffff81000000 t ___slab_alloc\nffffffff81000030 T kfree_end\n",
  );

  it("are found by name and by the address below", () => {
    expect(symbols.at("kfree")).toBe(0xffff_ffff_8100_0010n);
    expect(symbols.near(0xffff_ffff_8100_0018n)?.name).toBe("kfree");
    expect(symbols.near(0xffff_ffff_8100_000fn)?.name).toBe("___slab_alloc");
    expect(symbols.near(0n)).toBeNull();
    expect(symbols.anyOf("nothing", "kfree")).toBe(symbols.at("kfree"));
  });

  it("must be there", () => {
    expect(() => symbols.at("nothing")).toThrow(/no symbol/);
    expect(() => new Symbols("")).toThrow(/no symbols/);
  });
});
