/** Folders for checkpoints of tests, which are gone when the test is. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Checkpoint } from "../../checker/engine/checkpoint/checkpoint.ts";
import { type About, aboutOf } from "../../checker/engine/checkpoint/manifest.ts";
import type { EngineOptions } from "../../checker/engine/search/options.ts";
import { engineSearching } from "../../checker/engine/search/search.ts";
import type { System } from "../../checker/language/index.ts";
import type { SearchResult } from "../../checker/reference/result.ts";

/** In memory, where there is such a folder: a disk takes its time for each file that must be on it. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Does something with an empty folder. */
export function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(PARENT, "nolock-checkpoint-"));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for what takes its time. */
export async function inFolderOf<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(PARENT, "nolock-checkpoint-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is complained of fails a test that does not expect it. */
const complain = (text: string): void => {
  throw new Error(`nobody expected: ${text}`);
};

/** A checkpoint that is written each time that it was asked so often whether it is time. */
export function checkpointIn(folder: string, about: About, isThere: boolean, each = 1): Checkpoint {
  let asked = 0;
  const options = { every: each, complain, now: () => 1000 * asked++ };
  return isThere ? Checkpoint.resume(folder, about, options) : Checkpoint.begin(folder, about, null, options);
}

/** How a search is cut: asked to end, or killed, after it has said so often how far it is. */
export interface Cut {
  readonly how: "asked" | "killed";
  readonly looks: number;
  readonly options: EngineOptions;
  /** How often it is asked whether it is time before it is. */
  readonly each: number;
}

/**
 * A search that is cut again and again, and goes on each time; the last one is not. Gives how often it went on, how many
 * states were kept at most, and how many of one that was killed were not.
 */
export function searchInParts(
  system: System,
  asked: EngineOptions,
  cuts: readonly Cut[],
  last: EngineOptions,
): { readonly result: SearchResult; readonly resumed: number; readonly safe: number; readonly lost: number } {
  return inFolder((folder) => {
    const about = aboutOf(system);
    let isThere = false;
    let resumed = 0;
    let safe = 0;
    let lost = 0;
    for (const { how, looks, options, each } of cuts) {
      const checkpoint = checkpointIn(folder, about, isThere, each);
      const end = new AbortController();
      const work = engineSearching(system, { ...asked, ...options, checkpoint, signal: end.signal });
      if (isThere) resumed += 1;
      let seen = 0;
      for (let look = 0; ; look++) {
        if (look === looks) end.abort();
        if (look === looks && how === "killed") break;
        const { done, value } = work.next();
        if (done) break;
        seen = value.states;
      }
      if (checkpoint.safe) lost = Math.max(lost, seen - checkpoint.safe.states);
      isThere ||= checkpoint.written > 0;
      safe = Math.max(safe, checkpoint.safe?.states ?? 0);
      checkpoint.end();
    }
    const checkpoint = checkpointIn(folder, about, isThere);
    const work = engineSearching(system, { ...asked, ...last, checkpoint });
    for (;;) {
      const { done, value } = work.next();
      if (!done) continue;
      checkpoint.end();
      return { result: value, resumed: resumed + Number(isThere), safe, lost };
    }
  });
}
