/** A search that takes long, as a person at a terminal meets it: how far it is, and how it ends at a signal. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Attendance, attend, ofProcess } from "../../checker/cli/attend.ts";
import type { Lengthy } from "../../checker/reference/progress.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A search of so many seconds, which says every quarter of a second how far it is; 1,000 states a second. */
function* searchOf(seconds: number, clock: { time: number }, signal: AbortSignal, anew?: string): Lengthy<string> {
  for (const end = clock.time + 1000 * seconds; clock.time < end; clock.time += 250) {
    yield { level: 7, states: clock.time, frontier: 1234, ...(anew ? { anew } : {}) };
    if (signal.aborted) return "ended";
  }
  return "done";
}

/** Runs it; a signal comes at a time, if one does. */
async function watch(seconds: number, asked: Partial<Attendance> = {}, quiet = false, signalAt = -1) {
  const clock = { time: 0 };
  const written: string[] = [];
  let listener: (() => void) | null = null;
  const attendance: Attendance = {
    terminal: true,
    columns: () => 80,
    write: (text) => written.push(text),
    now: () => clock.time,
    memory: () => 300 * 2 ** 20,
    turn: async () => {
      if (signalAt >= 0 && clock.time >= signalAt) listener?.();
    },
    onSignal: (end) => {
      listener = () => {
        listener = null;
        end();
      };
      return () => {
        listener = null;
      };
    },
    ...asked,
  };
  const { interrupted, found } = await attend((signal) => searchOf(seconds, clock, signal), attendance, quiet);
  return { interrupted, found, written, isReleased: listener === null };
}

describe("how far a search is", () => {
  it("is not said of a short one", async () => {
    expect(await watch(1.5)).toEqual({ interrupted: false, found: "done", written: [], isReleased: true });
  });

  it("is a line that is rewritten on a terminal, and is gone at the end", async () => {
    const { written } = await watch(3);
    expect(written).toEqual([
      "\r\x1b[Klevel 7: 2,000 states, 1,000/s, frontier 1,234, 300 MiB, 0:02",
      "\r\x1b[Klevel 7: 2,500 states, 1,000/s, frontier 1,234, 300 MiB, 0:02",
      "\r\x1b[K",
    ]);
  });

  it("says that a search has begun anew: there are fewer states than there were", async () => {
    const clock = { time: 0 };
    const written: string[] = [];
    const { columns, turn, onSignal } = ofProcess;
    const attendance = { terminal: false, columns, turn, onSignal, memory: () => 0, now: () => clock.time };
    const write = (text: string) => void written.push(text);
    await attend((signal) => searchOf(11, clock, signal, "one memory was full"), { ...attendance, write }, false);
    expect(written).toEqual([
      "level 7: 10,000 states, 1,000/s, frontier 1,234, 0 MiB, 0:10, begun anew: one memory was full\n",
    ]);
  });

  it("never takes a second line of a narrow terminal", async () => {
    const { written } = await watch(3, { columns: () => 20 });
    expect(written[0]).toBe("\r\x1b[Klevel 7: 2,000 stat");
  });

  it("is a line every ten seconds where there is no terminal", async () => {
    const { written } = await watch(75, { terminal: false });
    expect(written.map((line) => line.slice(-6))).toEqual(
      ["0:10", "0:20", "0:30", "0:40", "0:50", "1:00", "1:10"].map((time) => ` ${time}\n`),
    );
  });

  it("is never said in a file, nor with --quiet", async () => {
    expect((await watch(30, { terminal: null })).written).toEqual([]);
    expect((await watch(30, {}, true)).written).toEqual([]);
  });
});

describe("a signal", () => {
  it("ends the search, erases the line and says so", async () => {
    const { interrupted, found, written, isReleased } = await watch(30, {}, false, 2600);
    expect([interrupted, found, isReleased]).toEqual([true, "ended", true]);
    expect(written.slice(-2)).toEqual([
      "\r\x1b[K",
      "interrupted: the search ends with what it has seen; once more ends it at once\n",
    ]);
    expect((await watch(30, {}, true, 2600)).written).toEqual([]);
  });

  it("is heard once: the next one ends the process, as it does where no search runs", () => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const listeners = () => signals.map((signal) => process.listenerCount(signal));
    const before = listeners();
    for (const signal of signals) {
      let ended = 0;
      ofProcess.onSignal(() => {
        ended += 1;
      });
      expect(listeners()).toEqual(before.map((n) => n + 1));
      process.emit(signal);
      expect([ended, listeners()]).toEqual([1, before]);
    }
    const release = ofProcess.onSignal(() => {});
    release();
    expect(listeners()).toEqual(before);
  });
});

/** Runs a check that would take hours, and sends a signal when it has said how far it is. */
function interrupted(signal: NodeJS.Signals, ...options: string[]) {
  const asked = ["check", "examples/freelist-8m.json", "--set", "lastTag=1000", "--json", "-", ...options];
  const child = spawn(process.execPath, ["bin/nolock.js", ...asked], { cwd: root });
  let printed = "";
  let complained = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  child.stderr.on("data", (text) => {
    if (complained === "") child.kill(signal);
    complained += text;
  });
  return new Promise<{ status: number | null; killed: string | null; printed: string; complained: string }>((resolve) =>
    child.on("close", (status, killed) => resolve({ status, killed, printed, complained })),
  );
}

it.concurrent.each([
  ["SIGINT", "--workers", "1"],
  ["SIGTERM", "--workers", "2"],
  ["SIGHUP", "--workers", "1"],
  ["SIGINT", "--engine", "js"],
  ["SIGINT", "--engine", "reference"],
  ["SIGTERM", "--por", "on", "--engine", "reference"],
] as const)("%s ends a real run with what it has seen: %s %s", async (signal, ...options) => {
  const { status, killed, printed, complained } = await interrupted(signal, ...options);
  expect([status, killed]).toEqual([3, null]);
  expect(complained).toMatch(
    /^level \d+: [\d,]+ states, [\d,]+\/s, frontier [\d,]+, [\d,]+ MiB, \d+:\d\d\ninterrupted: /,
  );
  const outcome = JSON.parse(printed);
  expect(outcome).toMatchObject({ verdict: "incomplete", complete: false, incomplete: "it was interrupted", exit: 3 });
  const said = Number(/^level \d+: ([\d,]+) states/.exec(complained)?.[1]?.replaceAll(",", ""));
  expect(outcome.states).toBeGreaterThanOrEqual(said);
  expect(outcome.transitions).toBeGreaterThan(0);
});
