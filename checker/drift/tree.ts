/** A tree of kernel sources: which kernel is it, and what do its files define? A file is read when it is asked for. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { SpecError } from "../spec/problems.ts";
import { CParser, type Definition } from "./c-file.ts";
import { type CFunction, keyOf } from "./functions.ts";

/** A definition and the file that it was found in. */
export interface Placed {
  readonly file: string;
  readonly definition: Definition;
}

export class Tree {
  readonly folder: string;
  /** "7.3.4", from the Makefile. */
  readonly kernel: string;
  readonly #parser: CParser;
  readonly #names: ReadonlySet<string>;
  readonly #files = new Map<string, readonly Definition[] | null>();
  readonly #elsewhere = new Map<string, readonly Placed[]>();

  private constructor(folder: string, kernel: string, parser: CParser, names: ReadonlySet<string>) {
    this.folder = folder;
    this.kernel = kernel;
    this.#parser = parser;
    this.#names = names;
  }

  /** `functions`: all that will be asked for. Throws `SpecError` where the folder is no tree of a kernel. */
  static async open(folder: string, functions: readonly CFunction[]): Promise<Tree> {
    const kernel = kernelOf(folder);
    return new Tree(folder, kernel, await CParser.start(), new Set(functions.map(({ name }) => name)));
  }

  hasFile = (file: string): boolean => this.#definitionsIn(file) !== null;

  /** All definitions of a function in its own file. */
  definitionsOf({ file, name }: CFunction): readonly Placed[] {
    const all = this.#definitionsIn(file) ?? [];
    return all.filter((one) => one.name === name).map((definition) => ({ file, definition }));
  }

  /** Where else a function is defined: in files of the same folder, of include/linux and of `others`. */
  elsewhere(of: CFunction, others: readonly string[]): readonly Placed[] {
    const known = this.#elsewhere.get(keyOf(of));
    if (known) return known;
    const beside = [dirname(of.file), "include/linux"].flatMap((folder) => this.#filesIn(folder));
    const candidates = [...new Set([...others, ...beside])].filter((file) => file !== of.file);
    const found = candidates.flatMap((file) =>
      this.#mentions(file, of.name) ? this.definitionsOf({ file, name: of.name }) : [],
    );
    this.#elsewhere.set(keyOf(of), found);
    return found;
  }

  #definitionsIn(file: string): readonly Definition[] | null {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const path = join(this.folder, file);
    const found = isFile(path) ? this.#parser.definitions(readFileSync(path, "utf8"), this.#names) : null;
    this.#files.set(file, found);
    return found;
  }

  #filesIn(folder: string): readonly string[] {
    const path = join(this.folder, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => /\.[ch]$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  }

  #mentions(file: string, name: string): boolean {
    const path = join(this.folder, file);
    return isFile(path) && new RegExp(`\\b${name}\\s*\\(`).test(readFileSync(path, "utf8"));
  }
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Which kernel a tree is of: "7.3.4", from its Makefile. Throws `SpecError` where it does not say so. */
export function kernelOf(folder: string): string {
  const makefile = join(folder, "Makefile");
  const text = isFile(makefile) ? readFileSync(makefile, "utf8") : "";
  const numbers = ["VERSION", "PATCHLEVEL", "SUBLEVEL"].map(
    (name) => new RegExp(`^${name}\\s*=\\s*(\\d+)\\s*$`, "m").exec(text)?.[1],
  );
  if (numbers.every((number) => number !== undefined)) return numbers.join(".");
  throw new SpecError([
    {
      where: folder,
      what: "it is no tree of a kernel: it has no Makefile that gives VERSION, PATCHLEVEL and SUBLEVEL",
      mend: "name the folder that has mm/, kernel/ and include/ in it",
    },
  ]);
}
