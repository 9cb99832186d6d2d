/**
 * Which relation does a spec ask about? Only linking tells, and most of what a command about all specs takes is linking.
 * So what it told is kept, under the question, in a folder that is another one whenever any source of the program is.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Loaded } from "../spec/load.ts";
import { jsonIn } from "../spec/text.ts";
import { readText, systemError, writeWhole } from "../text/files.ts";

const FILE = "relations.json";

export class Relations {
  readonly #path: string | null;
  /** Hash of the relation by hash of the question. */
  readonly #known: Map<string, string>;
  #isNew = false;

  /** `folder`: of the program as it is built; null where nothing can be kept. */
  constructor(folder: string | null) {
    this.#path = folder === null ? null : join(folder, FILE);
    this.#known = new Map(Object.entries(this.#path === null ? {} : read(this.#path)));
  }

  /** The hash of a spec's relation; links it where that is not known. Throws `SpecError` where it cannot be linked. */
  of(loaded: Loaded): string {
    const key = keyOf(loaded);
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const { hash } = loaded.system;
    if (key !== null && this.#path !== null) {
      this.#known.set(key, hash);
      this.#isNew = true;
    }
    return hash;
  }

  /** Writes what is new. What cannot be kept is linked again next time. */
  keep(): void {
    if (this.#path === null || !this.#isNew) return;
    const all = { ...read(this.#path), ...Object.fromEntries(this.#known) };
    try {
      writeWhole(this.#path, JSON.stringify(all));
    } catch (error) {
      if (systemError(error) === null) throw error;
    }
  }
}

/** All that linking takes from a spec. Null for a model of one's own: its source may change at any time. */
function keyOf({ spec, modelFile }: Loaded): string | null {
  if (modelFile !== undefined) return null;
  const { name, model, asked, properties, whereTheyApply, sometimes, happens, deadlock, uncut } = spec;
  const question = [name, model.name, asked, properties, whereTheyApply, sometimes, happens, deadlock, uncut];
  return createHash("sha256").update(JSON.stringify(question)).digest("hex");
}

/** A file that was cut off, or cannot be read, tells nothing. */
function read(path: string): Record<string, string> {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    if (systemError(error) === null) throw error;
    return {};
  }
  const data = jsonIn(text);
  const isWhole =
    typeof data === "object" && data !== null && Object.values(data).every((hash) => typeof hash === "string");
  return isWhole ? (data as Record<string, string>) : {};
}
