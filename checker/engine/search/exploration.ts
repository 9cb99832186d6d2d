/**
 * The engine's search: the same answer as the reference's, from generated code. Levels are expanded in any order; of
 * everything that is seen, generated code keeps the least state of the level, and what happened there is then told by
 * the reference, which visits those few states.
 */
import type { State } from "../../language/evaluate.ts";
import type { System } from "../../language/system.ts";
import { concretely, type Stretch } from "../../reduction/concrete.ts";
import { wayBetween } from "../../reduction/path.ts";
import { Findings } from "../../reference/findings.ts";
import { INTERRUPTED, type Lengthy, type Progress } from "../../reference/progress.ts";
import { limitReached, type Path, type Place, type SearchResult } from "../../reference/result.ts";
import type { ArgumentsOf, EngineDoor } from "../code/doors.ts";
import { compareStates, decode, encode, type Layout, layoutOf } from "../state/layout.ts";
import type { Tree } from "../state/tree.ts";
import { type Event, type Frame, MODE } from "../steps/memory-map.ts";
import { OutOfAddresses, OutOfMemory } from "../store/pages.ts";
import { type Run, slicesOf, statesIn } from "../store/ranges.ts";
import type { Store } from "../store/store.ts";
import { type Machine, type MachineOptions, machineOf } from "./machine.ts";
import { type EngineOptions, type Few, machineOptionsOf } from "./options.ts";
import { Sightings } from "./sightings.ts";
import { Interrupted, Work } from "./work.ts";

type Packed = Int32Array;

/** A state that the findings speak of, with the level that it is on. */
interface Noted {
  readonly packed: Packed;
  readonly level: number;
}

/** How many of the states seen are looked at where a tree is fitted to them. */
const SAMPLE = 4_000;

const UNCHECKED = "when the graph was explored: what is to stay possible was not checked";

/** States of a level for which it is worth to start threads. */
const WORTH_A_CREW = 20_000;

/** How one search goes. */
export interface Way {
  readonly tree: Tree;
  readonly few: Few;
  /** In how many shards the roots are; with 0, as usual, they are in the memory of all. */
  readonly shards?: number;
  /** A store whose search has ended, and why it goes on with another. */
  readonly ended?: Store;
  readonly anew?: string;
}

/** One search, with one tree of parts. */
export class EngineSearch {
  readonly #system: System;
  readonly #options: EngineOptions;
  readonly #anew: string | undefined;
  readonly #layout: Layout;
  readonly #machine: Machine;
  readonly #findings: Findings;
  /** Before each level, and behind the last: how many states each log had. */
  readonly #levels: (readonly number[])[] = [[]];
  readonly #noted: Noted[] = [];
  readonly #machineOptions: MachineOptions;
  readonly #work: Work;
  readonly #sightings: Sightings;
  /** What there was no room for, if it came to that. */
  #full: OutOfMemory | null = null;

  /** Throws `Unsupported`, `OutOfMemory` and `TooWide`; a store whose search has ended gives its memory. */
  constructor(system: System, options: EngineOptions, { tree, few, shards = options.shards ?? 0, ended, anew }: Way) {
    this.#system = system;
    this.#options = options;
    this.#anew = anew;
    this.#layout = layoutOf(system);
    this.#machineOptions = { ...machineOptionsOf(options), shards, ...few, ...(ended ? { ended } : {}) };
    this.#machine = machineOf(system, this.#layout, tree, this.#machineOptions);
    this.#work = new Work(
      this.#machine,
      this.#machineOptions.threads,
      options.crewFrom ?? WORTH_A_CREW,
      options.signal,
    );
    this.#findings = new Findings(system);
    this.#sightings = new Sightings(system, this.#machine, () => this.#work.bases);
  }

  get store(): Store {
    return this.#machine.store;
  }

  get shards(): number {
    return this.#machineOptions.shards;
  }

  /** Whether it was the addresses of one memory that it ran out of. */
  get isOutOfAddresses(): boolean {
    return this.#full instanceof OutOfAddresses;
  }

  get #frame(): Frame {
    return this.#machine.engine.frame;
  }

  /** Where something that each thread has for itself lies for the search's own. */
  #own(what: "current" | "target" | "mode"): number {
    return this.#frame.base + this.#frame.memory[what].offset;
  }

  get #counts(): readonly number[] {
    return this.#machine.store.logs.map(({ count }) => count);
  }

  #call<D extends EngineDoor>(door: D, ...args: ArgumentsOf<D>): number {
    return this.#machine.call(door, ...args);
  }

  /**
   * Searches; or gives null where more than so many states are seen and more are to come, or there was no room. Throws
   * `TooWide`.
   */
  *result(atMost = Number.POSITIVE_INFINITY): Lengthy<SearchResult | null> {
    const { exploreAll = false } = this.#options;
    const { violations } = this.#findings;
    for (const first of this.#firsts()) {
      this.#write(this.#own("current"), first);
      this.#call("enter");
    }
    this.#levels.push(this.#counts);
    let incomplete: string | null = null;
    let isLarge = false;
    let level = 0;
    try {
      for (; ; level++) {
        incomplete = yield* this.#expandLevel(level);
        this.#levels.push(this.#counts);
        if (incomplete) break;
        if (!exploreAll && [...violations.values()].some((v) => v.length <= level)) break;
        if (this.#runsOf(level + 1).length === 0) break;
        incomplete = limitReached(this.#options, this.#machine.store.total, level);
        isLarge = incomplete === null && this.#machine.store.total > atMost;
        if (incomplete || isLarge) break;
      }
    } finally {
      this.#work.end();
    }
    // What does not fit whole may fit reduced.
    if (isLarge || (this.#full && this.#options.reduceFrom !== undefined && atMost < Number.POSITIVE_INFINITY))
      return null;
    const atViolation = incomplete === null && !exploreAll && violations.size > 0;
    if (incomplete === null && !atViolation) incomplete = yield* this.#checkProgress();
    return {
      reduced: (this.#machineOptions.dependence ?? this.#machineOptions.symmetry) !== null,
      states: this.#machine.store.total,
      transitions: this.#sightings.transitions,
      depth: level,
      complete: incomplete === null && !atViolation,
      incomplete,
      violations: this.#findings.shown(atViolation),
      fired: this.#sightings.fired,
      met: this.#findings.met,
      rested: this.#sightings.rested,
      cuts: this.#sightings.labels("cuts"),
      open: this.#sightings.labels("open"),
      trace: (place) => this.#trace(place),
    };
  }

  /** Where runs begin, or what stands for it. */
  #firsts(): readonly Packed[] {
    const { symmetry } = this.#machineOptions;
    return this.#system.initials.map((state) => encode(this.#layout, symmetry?.canonical(state).state ?? state));
  }

  /** Some of the states that were seen last, evenly spread. */
  sample(): Packed[] {
    const [run] = this.#machine.store.logs;
    if (!run) return [];
    const size = Math.min(SAMPLE, run.count);
    const from = run.count >> 1;
    return Array.from({ length: size }, (_, i) => {
      this.#call("unpack", run.log, from + Math.floor((i * (run.count - from)) / size));
      return this.#read(this.#own("current"));
    });
  }

  /** Expands one level; gives the limit that ended it early, if one did. */
  *#expandLevel(level: number): Lengthy<string | null> {
    const runs = this.#runsOf(level);
    let incomplete: string | null = null;
    try {
      for (const _ of this.#work.prepare(runs)) yield this.#progress(level);
      this.#sightings.want((event) => this.#matters(event, level));
      for (const slice of slicesOf(runs)) {
        for (const _ of this.#work.expand(slice, runs)) yield this.#progress(level);
        this.#sightings.collect();
      }
    } catch (error) {
      if (error instanceof OutOfMemory) this.#full = error;
      if (error instanceof Interrupted) incomplete = error.message;
      else if (error instanceof OutOfMemory)
        incomplete = `${error.message} (${Math.floor(this.#machine.store.used / 2 ** 20)} MiB in use)`;
      else throw error;
    }
    this.#sightings.collect();
    this.#visitLeast(level);
    return incomplete;
  }

  #progress(level: number): Progress {
    const anew = this.#anew === undefined ? {} : { anew: this.#anew };
    return { level, states: this.#machine.store.total, frontier: statesIn(this.#runsOf(level)), ...anew };
  }

  /** The states of a level. */
  #runsOf(level: number): readonly Run[] {
    const [before, after] = [this.#levels[level], this.#levels[level + 1]];
    return this.#machine.store.logs
      .map(({ log }, i) => ({ at: log, from: before?.[i] ?? 0, to: after?.[i] ?? 0 }))
      .filter(({ from, to }) => from < to);
  }

  /** Whether an occurrence in this level would change what the findings hold. */
  #matters(event: Event, level: number): boolean {
    if (event.kind === "hit") return false;
    if (event.kind === "witness") return !this.#findings.met[event.witness];
    const known = this.#findings.violations.get(event.property);
    return !known || level + Number(event.atStep) < known.length;
  }

  /** The reference looks at the least states of a level, in their order. */
  #visitLeast(level: number): void {
    const least = this.#sightings.least().sort((a, b) => compareStates(this.#layout, a, b));
    for (const [i, packed] of least.entries()) {
      const before = least[i - 1];
      if (before && compareStates(this.#layout, before, packed) === 0) continue;
      const id = this.#noted.push({ packed, level }) - 1;
      this.#findings.visit(decode(this.#layout, packed), id, level);
    }
  }

  #read(at: number): Packed {
    return this.#machine.store.main.words.slice(at >>> 2, (at >>> 2) + this.#layout.words);
  }

  #write(at: number, packed: Packed): void {
    this.#machine.store.main.words.set(packed, at >>> 2);
  }

  /** AG EF: marks the goals, then again and again the states with a step to a marked one, the last level first. */
  *#checkProgress(): Lengthy<string | null> {
    const { alwaysPossible } = this.#system;
    if (alwaysPossible.length === 0) return null;
    const { store } = this.#machine;
    const last = this.#levels.length - 2;
    try {
      store.takeMarks();
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      this.#full = error;
      return `${error.message} ${UNCHECKED}`;
    }
    const isInterrupted = (): boolean => this.#options.signal?.aborted === true;
    for (const [number, goal] of alwaysPossible.entries()) {
      for (let level = 0; level < last; level++) {
        yield this.#progress(level);
        if (isInterrupted()) return `${INTERRUPTED} ${UNCHECKED}`;
        this.#sightings.want((event) => this.#matters(event, level));
        for (const { at, from, to } of this.#runsOf(level)) this.#call(`mark ${number}`, at, from, to);
        for (const packed of this.#sightings.least()) {
          const id = this.#noted.push({ packed, level }) - 1;
          this.#findings.isGoal(goal, decode(this.#layout, packed), id, level);
        }
      }
      this.#sightings.want(() => false);
      for (let marked = 1; marked > 0; ) {
        marked = 0;
        for (let level = last - 1; level >= 0; level--) {
          yield this.#progress(level);
          if (isInterrupted()) return `${INTERRUPTED} ${UNCHECKED}`;
          this.#inMode(MODE.mark, () => {
            for (const { at, from, to } of this.#runsOf(level)) marked += this.#call("sweep", at, from, to);
          });
        }
      }
      const lost = this.#leastUnmarked();
      if (lost) this.#findings.lost(goal.property, lost.level, { state: this.#noted.push(lost) - 1, transition: null });
    }
    return null;
  }

  #leastUnmarked(): Noted | null {
    for (let level = 0; level < this.#levels.length - 1; level++) {
      let least: Packed | null = null;
      for (const { at, from, to } of this.#runsOf(level)) {
        for (let state = from; state < to; state++) {
          if (this.#call("isMarked", at, state) !== 0) continue;
          this.#call("unpack", at, state);
          const packed = this.#read(this.#own("current"));
          if (!least || compareStates(this.#layout, packed, least) < 0) least = packed;
        }
      }
      if (least) return { packed: least, level };
    }
    return null;
  }

  /** Takes steps that were taken before, without entering successors; they are not counted again. */
  #inMode(mode: number, body: () => void): void {
    const { main } = this.#machine.store;
    main.setWord(this.#own("mode"), mode);
    body();
    main.setWord(this.#own("mode"), MODE.insert);
    this.#sightings.forget();
  }

  /**
   * The least way to a place: from level to level back, the least state with a step to the one after it. A state that was
   * passed through may have been met from its own level only.
   */
  #trace({ state, transition }: Place): Path {
    const noted = this.#noted[state];
    if (!noted) throw new Error(`the search knows of no place ${state}`);
    const { dependence, symmetry } = this.#machineOptions;
    const way: Stretch[] = [];
    const firsts = this.#firsts();
    let { packed, level } = noted;
    const isFirst = (one: Packed): boolean => firsts.some((first) => compareStates(this.#layout, one, first) === 0);
    while (!isFirst(packed)) {
      const before = (level > 0 ? this.#before(packed, level - 1) : null) ?? this.#before(packed, level);
      if (!before) throw new Error(`nothing on level ${level - 1} leads to a state of level ${level}`);
      const after = packed;
      const isAfter = (one: State) => compareStates(this.#layout, encode(this.#layout, one), after) === 0;
      const isThere = (one: State) => isAfter(one) || (symmetry !== null && isAfter(symmetry.canonical(one).state));
      const from = decode(this.#layout, before.packed);
      const to = decode(this.#layout, after);
      way.unshift({ steps: wayBetween(this.#system, dependence, from, isThere), to });
      ({ packed, level } = before);
    }
    const begin = decode(this.#layout, packed);
    if (symmetry) return concretely(this.#system, symmetry, begin, way, transition);
    return { start: begin, steps: [...way.flatMap(({ steps }) => steps), ...(transition ? [transition] : [])] };
  }

  /** The least state of a level from which a state is met. */
  #before(packed: Packed, level: number): Noted | null {
    this.#sightings.want(() => false);
    this.#write(this.#own("target"), packed);
    this.#inMode(MODE.match, () => {
      for (const { at, from, to } of this.#runsOf(level)) this.#call("searchPredecessors", at, from, to);
    });
    const [found] = this.#sightings.least();
    return found ? { packed: found, level } : null;
  }
}
