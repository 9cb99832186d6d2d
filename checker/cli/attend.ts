/**
 * Who looks after a search that takes long? It says on the terminal how far it is, and ends it in order at a signal. The
 * search and this take turns on the one thread: a signal is seen when the search says how far it is.
 */
import { finish, type Lengthy, type Progress } from "../reference/progress.ts";
import { STANDARD_ERROR } from "./streams.ts";

/** The process around a command, as far as a long search needs it. */
export interface Attendance {
  /** Whether lines can be rewritten in place; null where nothing is to be shown, as in a file. */
  readonly terminal: boolean | null;
  /** How wide it is. */
  readonly columns: () => number;
  readonly write: (text: string) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** Bytes in use. */
  readonly memory: () => number;
  /** Lets the process look after its signals. */
  readonly turn: () => Promise<void>;
  /** Calls back at the first signal to end; one after that ends the process at once. Gives what takes this back. */
  readonly onSignal: (end: () => void) => () => void;
}

/** Milliseconds: before anything is shown, between lines, between lines of their own, between looks at signals. */
const [SHORT, REWRITE, LINE, LOOK] = [2000, 500, 10_000, 50];

/** Milliseconds before anything is shown, and between lines: on a terminal lines are rewritten, elsewhere each stays. */
export const DUE = {
  first: (terminal: boolean | null): number => (terminal ? SHORT : LINE),
  next: (terminal: boolean | null): number => (terminal ? REWRITE : LINE),
};

/** Whether a signal asked for the end, and what was found until then. */
export interface Attended<T> {
  readonly interrupted: boolean;
  readonly found: T;
}

/**
 * Runs a search that ends where its signal is aborted. Without attendance nobody looks up;
 * `quiet`: nothing is shown of how far it is.
 */
export async function attend<T>(
  search: (signal: AbortSignal) => Lengthy<T>,
  attendance: Attendance | undefined,
  quiet: boolean,
): Promise<Attended<T>> {
  const end = new AbortController();
  const work = search(end.signal);
  if (!attendance) return { interrupted: false, found: finish(work) };
  const { now, onSignal, turn, terminal, write } = attendance;
  const shows = terminal !== null && !quiet;
  const began = now();
  let looked = began;
  let line = "";
  let last = { at: began, states: 0 };
  const erase = (): void => {
    if (terminal && line !== "") write("\r\x1b[K");
    line = "";
  };
  const release = onSignal(() => {
    end.abort();
    erase();
    if (shows) write("interrupted: the search ends with what it has seen; once more ends it at once\n");
  });
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return { interrupted: end.signal.aborted, found: value };
      const at = now();
      if (at - looked >= LOOK) {
        await turn();
        looked = at;
      }
      const isDue = at - began >= DUE.first(terminal) && at - last.at >= DUE.next(terminal);
      if (!shows || !isDue || end.signal.aborted) continue;
      line = lineOf(value, (value.states - last.states) / ((at - last.at) / 1000), at - began, attendance.memory());
      write(terminal ? `\r\x1b[K${line.slice(0, attendance.columns() - 1)}` : `${line}\n`);
      last = { at, states: value.states };
    }
  } finally {
    release();
    erase();
  }
}

/** "level 57: 1,234,567 states, 212,000/s, frontier 88,123, 312 MiB, 0:12" */
function lineOf(
  { level, states, frontier, kept, anew }: Progress,
  rate: number,
  milliseconds: number,
  memory: number,
): string {
  const count = (n: number): string => Math.max(0, Math.round(n)).toLocaleString("en-US");
  const seconds = Math.floor(milliseconds / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const again = anew === undefined ? "" : `, begun anew: ${anew}`;
  const safe = kept === undefined ? "" : `, ${count(kept)} kept`;
  return `level ${level}: ${count(states)} states, ${count(rate)}/s, frontier ${count(frontier)}, ${count(memory / 2 ** 20)} MiB, ${time}${safe}${again}`;
}

/** That of the process that runs. */
export const ofProcess: Attendance = {
  terminal: STANDARD_ERROR.isTerminal ? true : STANDARD_ERROR.isFile ? null : false,
  columns: () => process.stderr.columns ?? 80,
  write: (text) => STANDARD_ERROR.write(text),
  now: () => performance.now(),
  memory: () => process.memoryUsage.rss(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  onSignal: (end) => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const release = (): void => {
      for (const signal of signals) process.removeListener(signal, once);
    };
    // Nobody listens any more to the next one: then it ends the process, whatever that is doing.
    const once = (): void => {
      release();
      end();
    };
    for (const signal of signals) process.on(signal, once);
    return release;
  },
};
