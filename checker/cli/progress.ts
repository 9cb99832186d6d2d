/**
 * How far is a command that is about many specs? It says so on the terminal, and a signal ends it in order: with what it
 * has done until then.
 */
import { exitStatus } from "../spec/verdict.ts";
import { type Attendance, DUE } from "./attend.ts";
import type { Environment } from "./environment.ts";

/**
 * Does something with one after the other; gives how many were done: fewer than there are where a signal came, or where
 * the last one says that it was not done.
 */
export async function forEach<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  body: (item: T) => Promise<boolean>,
  attendance: Attendance | undefined,
): Promise<number> {
  if (!attendance) {
    for (const [done, item] of items.entries()) if (!(await body(item))) return done;
    return items.length;
  }
  const { now, onSignal, turn, terminal, write, columns } = attendance;
  const began = now();
  let shown = began;
  let isErased = true;
  let isEnding = false;
  const erase = (): void => {
    if (!isErased) write("\r\x1b[K");
    isErased = true;
  };
  const release = onSignal(() => {
    isEnding = true;
    erase();
    if (terminal !== null) write("interrupted: what was found until now follows; once more ends it at once\n");
  });
  try {
    for (const [done, item] of items.entries()) {
      const at = now();
      const isDue = at - began >= DUE.first(terminal) && at - shown >= DUE.next(terminal);
      if (terminal !== null && isDue) {
        const seconds = Math.floor((at - began) / 1000);
        const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        const line = `${done} of ${items.length} done, at ${nameOf(item)}, ${time}`;
        write(terminal ? `\r\x1b[K${line.slice(0, columns() - 1)}` : `${line}\n`);
        isErased = !terminal;
        shown = at;
      }
      await turn();
      if (isEnding || !(await body(item))) return done;
    }
    return items.length;
  } finally {
    release();
    erase();
  }
}

/** A signal came before a command had what it needs. */
export class CutShort extends Error {
  constructor(done: number, of: number) {
    super(`interrupted: ${done} of ${of} specs were looked at`);
  }
}

/** Says that what was printed is of a part only; the exit status of that. */
export function tellCutShort(done: number, of: number, env: Pick<Environment, "complain">): number {
  env.complain(`${new CutShort(done, of).message}: what is above is about these, and nothing was written\n`);
  return exitStatus("incomplete", "holds", true);
}
