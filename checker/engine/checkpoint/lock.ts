/** Whose is a folder? One run writes there: a file says which, and a run that was killed leaves one that counts no more. */
import { readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { SpecError } from "../../spec/problems.ts";
import { jsonIn } from "../../spec/text.ts";
import { writeFirst } from "../../text/files.ts";

const LOCK = "lock";

/** A process, so that it is not taken for a later one with its number. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Of the machine, where it says so: another each time that it starts. */
  readonly boot: string | null;
  /** When the process started, in the machine's own units. */
  readonly started: string | null;
}

/** What Linux says; null elsewhere, and of a process that is not there. */
function saidBy(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The 22nd field; the second, a name in parentheses, may hold blanks. */
const startOf = (pid: number): string | null =>
  saidBy(`/proc/${pid}/stat`)?.replace(/^.*\)/s, "").trim().split(" ")[19] ?? null;

const thisProcess = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  boot: saidBy("/proc/sys/kernel/random/boot_id")?.trim() ?? null,
  started: startOf(process.pid),
});

/** Whether an owner may still be there. */
function mayLive({ pid, host, boot, started }: Owner): boolean {
  const here = thisProcess();
  if (host !== here.host) return true;
  if (boot !== here.boot) return false;
  if (startOf(pid) !== started) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes a folder for this process; gives what gives it back. Throws `SpecError` where another run has it. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK);
  const mine = JSON.stringify(thisProcess());
  const release = (): void => rmSync(path, { force: true });
  for (;;) {
    if (writeFirst(path, mine)) return release;
    const text = saidBy(path);
    if (text === null) continue;
    const owner = ownerIn(text);
    if (owner === null || mayLive(owner)) throw taken(path, owner);
    // Of several that find it left behind, one takes it away; who takes away another's that is new puts it back.
    const aside = `${path}-${process.pid}`;
    renameSync(path, aside);
    const isOther = saidBy(aside) !== text;
    if (isOther) writeFirst(path, saidBy(aside) ?? "");
    rmSync(aside, { force: true });
    if (isOther) throw taken(path, ownerIn(saidBy(path) ?? ""));
  }
}

function ownerIn(text: string): Owner | null {
  const data = jsonIn(text) as Partial<Owner> | null;
  return typeof data?.pid === "number" && typeof data.host === "string" ? (data as Owner) : null;
}

function taken(path: string, owner: Owner | null): SpecError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : "a run that does not say who it is";
  return new SpecError([
    {
      where: path,
      what: `another run has this folder: ${who}`,
      mend: "name another folder; or, where that run has ended, remove the file",
    },
  ]);
}
