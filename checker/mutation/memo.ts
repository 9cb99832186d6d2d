/**
 * What was found out before, so that a run of hours may stop and go on, and may be done part by part: a file with one
 * answer a line. An answer is about one relation; it outlives whatever leaves that relation as it is.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendLines, readText, writeWhole } from "../text/files.ts";

/** One more where mutants or answers mean something else than before: those of yesterday are then of no use. */
const FORMAT = 4;

export type Memo = <T>(question: readonly string[], answer: () => T) => T;

/** Answers from a file, and into it. Without a file every question is asked. */
export function memoIn(path: string | undefined): Memo {
  if (path === undefined) return (_, answer) => answer();
  const known = new Map<string, unknown>();
  const text = existsSync(path) ? readText(path) : "";
  // A run that was stopped may have left the last line unfinished: what stands there is asked again.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) writeWhole(path, whole);
  for (const line of whole.split("\n").slice(0, -1)) {
    const [key, answer] = JSON.parse(line) as [string, unknown];
    known.set(key, answer);
  }
  return <T>(question: readonly string[], answer: () => T): T => {
    const key = createHash("sha256")
      .update(JSON.stringify([FORMAT, ...question]))
      .digest("base64url");
    if (!known.has(key)) {
      known.set(key, answer());
      appendLines(path, `${JSON.stringify([key, known.get(key)])}\n`);
    }
    return known.get(key) as T;
  };
}
