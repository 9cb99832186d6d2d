/** How does a kernel make the calls of a script? Which function with which arguments, and whether it gives an object. */
import type { Symbols } from "../guest/symbols.ts";
import { GFP_KERNEL } from "./bucket.ts";

export interface GuestCall {
  readonly function: bigint;
  readonly args: readonly bigint[];
  readonly gives: boolean;
}

/** NUMA_NO_NODE. */
const ANY_NODE = -1n;

/** `objectNamed`: the address of an object that the scenario names. */
export function guestCall(
  line: string,
  {
    symbols,
    sizes,
    objectNamed,
  }: { symbols: Symbols; sizes: readonly number[]; objectNamed: (name: string) => bigint },
): GuestCall {
  const [operation, word = ""] = line.split(" ");
  const size = BigInt(sizes["ABCD".indexOf(word)] ?? 0);
  switch (operation) {
    case "kmalloc":
      return { function: symbols.at("__kmalloc_noprof"), args: [size, GFP_KERNEL], gives: true };
    case "kmalloc_nolock":
      return {
        function: symbols.anyOf("kmalloc_nolock_noprof", "_kmalloc_nolock_noprof"),
        args: [size, 0n, BigInt.asUintN(64, ANY_NODE)],
        gives: true,
      };
    case "kfree":
      return { function: symbols.at("kfree"), args: [objectNamed(word)], gives: false };
    case "kfree_nolock":
      return { function: symbols.at("kfree_nolock"), args: [objectNamed(word)], gives: false };
    default:
      throw new Error(`no kernel makes the call "${line}" here`);
  }
}
