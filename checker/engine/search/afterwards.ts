/**
 * What is asked of a graph when all of it is explored: what must stay possible (AG EF), and what is owed to runs that go on
 * for ever. Each gives why it was not answered, if it was not.
 */
import type { System } from "../../language/system.ts";
import type { Findings } from "../../reference/findings.ts";
import { INTERRUPTED, type Lengthy, type Progress } from "../../reference/progress.ts";
import { compareStates, decode, type Layout } from "../state/layout.ts";
import { MODE } from "../steps/memory-map.ts";
import type { Range } from "../store/ranges.ts";
import type { Noted } from "./keeping.ts";
import { type Found, fairGraphOf, findEndless } from "./liveness.ts";
import type { Machine } from "./machine.ts";
import type { Sightings } from "./sightings.ts";

export const UNCHECKED = "when the graph was explored: what is to stay possible was not checked";

/** A graph of which every state is known, level by level. */
export interface Whole {
  readonly system: System;
  readonly layout: Layout;
  readonly machine: Machine;
  readonly findings: Findings;
  readonly sightings: Sightings;
  readonly levels: readonly (readonly Range[])[];
  /** Keeps a state that something was seen in; gives its number. */
  readonly note: (noted: Noted) => number;
  /** Has sightings kept of what would change the findings in this level. */
  readonly want: (level: number) => void;
  /** Takes steps that were taken before, without entering what they lead to. */
  readonly inMode: (mode: number, body: () => void) => void;
  readonly progress: (level: number) => Progress;
  readonly isInterrupted: () => boolean;
}

/** Marks the goals, then again and again the states with a step to a marked one, the last level first. Throws `OutOfMemory`. */
export function* whatStaysPossible(whole: Whole): Lengthy<string | null> {
  const { system, layout, machine, findings, sightings, levels } = whole;
  if (system.alwaysPossible.length === 0) return null;
  machine.store.takeMarks();
  for (const [number, goal] of system.alwaysPossible.entries()) {
    for (const [level, ranges] of levels.entries()) {
      yield whole.progress(level);
      if (whole.isInterrupted()) return `${INTERRUPTED} ${UNCHECKED}`;
      whole.want(level);
      for (const { at, from, to } of ranges) machine.call(`mark ${number}`, at, from, to);
      for (const packed of sightings.least())
        findings.isGoal(goal, decode(layout, packed), whole.note({ packed, level }), level);
    }
    sightings.want(() => false);
    for (let marked = 1; marked > 0; ) {
      marked = 0;
      for (const [level, ranges] of [...levels.entries()].toReversed()) {
        yield whole.progress(level);
        if (whole.isInterrupted()) return `${INTERRUPTED} ${UNCHECKED}`;
        whole.inMode(MODE.mark, () => {
          for (const { at, from, to } of ranges) marked += machine.call("sweep", at, from, to);
        });
      }
    }
    const lost = leastUnmarked(whole);
    if (lost) findings.lost(goal.property, lost.level, { state: whole.note(lost), transition: null });
  }
  return null;
}

/** The least state of the first level that has one that is not marked. */
function leastUnmarked({ layout, machine, levels }: Whole): Noted | null {
  for (const [level, ranges] of levels.entries()) {
    let least: Int32Array | null = null;
    for (const { at, from, to } of ranges) {
      for (let state = from; state < to; state++) {
        if (machine.call("isMarked", at, state) !== 0) continue;
        const packed = unpacked(machine, layout, at, state);
        if (!least || compareStates(layout, packed, least) < 0) least = packed;
      }
    }
    if (least) return { packed: least, level };
  }
  return null;
}

/** A state of a log, packed, read through the thread's own current state. */
function unpacked({ call, store, engine }: Machine, { words }: Layout, log: number, number: number): Int32Array {
  call("unpack", log, number);
  const at = (engine.map.base + engine.map.memory.current.offset) >>> 2;
  return store.main.words.slice(at, at + words);
}

/** Runs that go on for ever: the whole graph is listed, state by state, by the search's own thread. */
export function* whatIsOwed(whole: Whole, shards: number): Lengthy<string | null> {
  const { system, layout, machine, findings, sightings, levels } = whole;
  if (system.liveness.length === 0) return null;
  if (shards > 0) return "liveness was not checked: there are more states than one memory can address";
  const found: Found = {
    system,
    machine,
    levels,
    stateAt: (log, number) => decode(layout, unpacked(machine, layout, log, number)),
    ask: (level, list) => {
      whole.want(level);
      whole.inMode(MODE.edges, list);
      for (const packed of sightings.least()) {
        const [state, id] = [decode(layout, packed), whole.note({ packed, level })];
        for (const check of system.liveness) {
          findings.begins(check, state, id, level);
          findings.isGoal(check, state, id, level);
        }
      }
    },
  };
  const work = fairGraphOf(found);
  for (;;) {
    const { done, value } = work.next();
    if (done) {
      findEndless(found, value, findings);
      return null;
    }
    yield whole.progress(levels.length - 1);
    if (whole.isInterrupted()) return `${INTERRUPTED} when liveness was looked at`;
  }
}
