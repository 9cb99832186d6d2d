/**
 * Which functions of the C does a program stand for? Its `kernel` says so: "v7.3.4 mm/slub.c free_to_pcs()", or several:
 * "v7.3.4 mm/slub.c alloc_from_new_slab(), build_slab_freelist(), include/linux/list.h list_add()". `inlines` names others
 * whose lines its rows quote, without standing for all that they do.
 */
import type { Program } from "../language/programs.ts";

export interface CFunction {
  /** From the top of the tree. */
  readonly file: string;
  /** A function, or a macro. */
  readonly name: string;
}

export const keyOf = ({ file, name }: CFunction): string => `${file} ${name}()`;

/** None where no function is named. */
export function functionsIn(text: string | null): readonly CFunction[] {
  const found: CFunction[] = [];
  let file = "";
  for (const [, path, name] of (text ?? "").matchAll(/([\w./-]+\/[\w.-]+\.[chS])\b|([A-Za-z_]\w*)\(\)/g)) {
    if (path !== undefined) file = path;
    else if (name !== undefined && file !== "") found.push({ file, name });
  }
  return found;
}

/** All that a program's rows may quote: what it stands for, then what it inlines. */
export const functionsOf = ({ kernel, inlines }: Pick<Program, "kernel" | "inlines">): readonly CFunction[] => [
  ...functionsIn(kernel),
  ...functionsIn(inlines),
];
