/**
 * The engine's search: the same answer as the reference's, from generated code. Levels are expanded in any order; of
 * everything that is seen, generated code keeps the least state of the level, and what happened there is then told by
 * the reference, which visits those few states.
 */
import type { State } from "../../language/evaluate.ts";
import type { System } from "../../language/system.ts";
import { concretely, type Stretch } from "../../reduction/concrete.ts";
import { pathBetween } from "../../reduction/path.ts";
import { Findings } from "../../reference/findings.ts";
import type { Lengthy, Progress } from "../../reference/progress.ts";
import { limitReached, type Path, type Place, type SearchResult } from "../../reference/result.ts";
import type { SearchName } from "../checkpoint/checkpoint.ts";
import type { ArgumentsOf, EngineDoor } from "../code/doors.ts";
import { compareStates, decode, encode, type Layout, layoutOf } from "../state/layout.ts";
import type { Tree } from "../state/tree.ts";
import { type Event, type MemoryMap, MODE } from "../steps/memory-map.ts";
import { OutOfAddresses, OutOfMemory } from "../store/memories.ts";
import { type Range, rangesBetween, slicesOf, statesIn } from "../store/ranges.ts";
import type { Store } from "../store/store.ts";
import { UNCHECKED, type Whole, whatIsOwed, whatStaysPossible } from "./afterwards.ts";
import { Keeping, type Noted, type Resumed } from "./keeping.ts";
import { type Machine, type MachineOptions, machineOf } from "./machine.ts";
import { type EngineOptions, machineOptionsOf, type Reductions } from "./options.ts";
import { Sightings } from "./sightings.ts";
import { Interrupted, Work } from "./work.ts";

type Packed = Int32Array;

/** States of a level for which it is worth to start threads. */
const WORTH_A_CREW = 20_000;

/** How one search goes. */
export interface SearchPlan {
  readonly tree: Tree;
  /** Which of the searches of a run it is: under this name it is kept. */
  readonly name: SearchName;
  readonly reductions: Reductions;
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
  readonly #keeping: Keeping | null;
  /** Of the level that is gone on with: states in which something was seen by the search before. */
  #leastBefore: readonly Packed[] = [];
  /** What there was no room for, if it came to that. */
  #full: OutOfMemory | null = null;
  /** Whether there was no room for what was kept of the search before: then its result is none. */
  isUnread = false;

  /** Throws `Unsupported`, `OutOfMemory` and `TooWide`; a store whose search has ended gives its memory. */
  constructor(
    system: System,
    options: EngineOptions,
    { tree, name, reductions, shards = options.shards ?? 0, ended, anew }: SearchPlan,
  ) {
    this.#system = system;
    this.#options = options;
    this.#anew = anew;
    this.#layout = layoutOf(system);
    this.#machineOptions = { ...machineOptionsOf(options), shards, ...reductions, ...(ended ? { ended } : {}) };
    this.#machine = machineOf(system, this.#layout, tree, this.#machineOptions);
    this.#work = new Work(
      this.#machine,
      this.#machineOptions.threads,
      options.crewFrom ?? WORTH_A_CREW,
      options.signal,
    );
    this.#findings = new Findings(system);
    this.#sightings = new Sightings(system, this.#machine, () => this.#work.bases);
    const { checkpoint } = options;
    const [machine, work, sightings] = [this.#machine, this.#work, this.#sightings];
    const kept = { machine, work, sightings, levels: this.#levels, noted: this.#noted };
    this.#keeping = checkpoint ? new Keeping(checkpoint, name, kept) : null;
  }

  get machine(): Machine {
    return this.#machine;
  }

  get shards(): number {
    return this.#machineOptions.shards;
  }

  /** Whether it was the addresses of one memory that it ran out of. */
  get isOutOfAddresses(): boolean {
    return this.#full instanceof OutOfAddresses;
  }

  get #map(): MemoryMap {
    return this.#machine.engine.map;
  }

  /** Where something that each thread has for itself lies for the search's own. */
  #own(what: "current" | "target" | "mode"): number {
    return this.#map.base + this.#map.memory[what].offset;
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
    let incomplete: string | null = null;
    let isLarge = false;
    let level = 0;
    try {
      const begun = yield* this.#begin();
      level = begun.level;
      for (let { todo } = begun; !this.isUnread; level++) {
        if (todo === null || todo.length > 0) {
          incomplete = yield* this.#expandLevel(level, todo ?? this.#rangesOf(level));
          this.#levels.push(this.#counts);
          if (incomplete === null) this.#keeping?.note(level, null, []);
        }
        todo = null;
        if (incomplete) break;
        if (!exploreAll && violations.values().some((v) => v.length <= level)) break;
        if (this.#rangesOf(level + 1).length === 0) break;
        incomplete = limitReached(this.#options, this.#machine.store.total, level);
        isLarge = incomplete === null && this.#machine.store.total > atMost;
        if (incomplete || isLarge) break;
      }
    } finally {
      this.#work.end();
      if (incomplete === null) this.#keeping?.leave();
    }
    if (this.isUnread) incomplete = "there is no room for what was kept";
    // What does not fit whole may fit reduced.
    if (isLarge || (this.#full && this.#options.reduceFrom !== undefined && atMost < Number.POSITIVE_INFINITY)) {
      this.#keeping?.leave();
      return null;
    }
    const atViolation = incomplete === null && !exploreAll && violations.size > 0;
    if (incomplete === null && !atViolation) incomplete = yield* this.#askAfterwards();
    if (incomplete !== null && !this.isUnread) this.#keeping?.end();
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

  /** Goes on where another search ended; else at the first states. Which of the level are to be expanded; null: all. */
  *#begin(): Lengthy<Pick<Resumed, "level"> & { readonly todo: readonly Range[] | null }> {
    try {
      for (const reading = this.#keeping?.resume(); reading; ) {
        const { done, value } = reading.next();
        if (!done) yield this.#progress(Math.max(0, this.#levels.length - 2));
        else if (value) return this.#goOn(value);
        else break;
      }
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      this.#full = error;
      this.isUnread = true;
      return { level: 0, todo: null };
    }
    for (const first of this.#firsts()) {
      this.#write(this.#own("current"), first);
      this.#call("enter");
    }
    this.#levels.push(this.#counts);
    return { level: 0, todo: null };
  }

  /** The reference looks again at what it has looked at, in the same order: so it finds the same. */
  #goOn({ level, isDone, todo, noted, least }: Resumed): { readonly level: number; readonly todo: readonly Range[] } {
    for (const one of noted) this.#visit(one);
    this.#leastBefore = least;
    return { level, todo: isDone ? [] : todo };
  }

  /** Where runs begin, or what stands for it. */
  #firsts(): readonly Packed[] {
    const { symmetry } = this.#machineOptions;
    return this.#system.initials.map((state) => encode(this.#layout, symmetry?.canonical(state).state ?? state));
  }

  /** Expands one level; gives the limit that ended it early, if one did. */
  *#expandLevel(level: number, ranges: readonly Range[]): Lengthy<string | null> {
    const slices = slicesOf(ranges, this.#options.slice);
    let incomplete: string | null = null;
    try {
      for (const _ of this.#work.prepare(ranges)) yield this.#progress(level);
      this.#sightings.want((event) => this.#matters(event, level));
      for (const [i, slice] of slices.entries()) {
        for (const _ of this.#work.expand(slice, ranges)) {
          this.#keeping?.step();
          yield this.#progress(level);
        }
        this.#sightings.collect();
        const left = slices.slice(i + 1).flat();
        if (left.length > 0) this.#keeping?.note(level, left, this.#least());
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
    const kept = this.#keeping ? { kept: this.#keeping.kept } : {};
    const { total } = this.#machine.store;
    return { level, states: total, frontier: statesIn(this.#rangesOf(level)), ...kept, ...anew };
  }

  /** The states of a level. */
  #rangesOf(level: number): readonly Range[] {
    return rangesBetween(this.#machine.store.logs, this.#levels[level] ?? [], this.#levels[level + 1] ?? []);
  }

  /** Whether an occurrence in this level would change what the findings hold. */
  #matters(event: Event, level: number): boolean {
    if (event.kind === "hit") return false;
    if (event.kind === "witness") return !this.#findings.met[event.witness];
    const known = this.#findings.violations.get(event.property, event.verdict);
    return !known || level + Number(event.atStep) < known.length;
  }

  /** States of a level in which something was seen: those of each thread, and of the search before. */
  #least(): readonly Packed[] {
    return [...this.#sightings.least(), ...this.#leastBefore];
  }

  /** The reference looks at the least states of a level, in their order. */
  #visitLeast(level: number): void {
    const least = this.#least().toSorted((a, b) => compareStates(this.#layout, a, b));
    this.#leastBefore = [];
    for (const [i, packed] of least.entries()) {
      const before = least[i - 1];
      if (!before || compareStates(this.#layout, before, packed) !== 0) this.#visit({ packed, level });
    }
  }

  #visit(noted: Noted): void {
    this.#findings.visit(decode(this.#layout, noted.packed), this.#noted.push(noted) - 1, noted.level);
  }

  #write(at: number, packed: Packed): void {
    this.#machine.store.main.words.set(packed, at >>> 2);
  }

  /** What is asked of the whole graph; gives why it was not answered, if it was not. */
  *#askAfterwards(): Lengthy<string | null> {
    const whole: Whole = {
      system: this.#system,
      layout: this.#layout,
      machine: this.#machine,
      findings: this.#findings,
      sightings: this.#sightings,
      levels: Array.from({ length: this.#levels.length - 2 }, (_, level) => this.#rangesOf(level)),
      note: (noted) => this.#noted.push(noted) - 1,
      want: (level) => this.#sightings.want((event) => this.#matters(event, level)),
      inMode: (mode, body) => this.#inMode(mode, body),
      progress: (level) => this.#progress(level),
      isInterrupted: () => this.#options.signal?.aborted === true,
    };
    try {
      return (yield* whatStaysPossible(whole)) ?? (yield* whatIsOwed(whole, this.shards));
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      this.#full = error;
      return `${error.message} ${UNCHECKED}`;
    }
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
   * The least path to a place: from level to level back, the least state with a step to the one after it. A state that was
   * passed through may have been met from its own level only.
   */
  #trace({ state, transition }: Place): Path {
    const noted = this.#noted[state];
    if (!noted) throw new Error(`the search knows of no place ${state}`);
    const { dependence, symmetry } = this.#machineOptions;
    const path: Stretch[] = [];
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
      path.unshift({ steps: pathBetween(this.#system, dependence, from, isThere), to });
      ({ packed, level } = before);
    }
    const begin = decode(this.#layout, packed);
    if (symmetry) return concretely(this.#system, symmetry, begin, path, transition);
    return { start: begin, steps: [...path.flatMap(({ steps }) => steps), ...(transition ? [transition] : [])] };
  }

  /** The least state of a level from which a state is met. */
  #before(packed: Packed, level: number): Noted | null {
    this.#sightings.want(() => false);
    this.#write(this.#own("target"), packed);
    this.#inMode(MODE.match, () => {
      for (const { at, from, to } of this.#rangesOf(level)) this.#call("searchPredecessors", at, from, to);
    });
    const [found] = this.#sightings.least();
    return found ? { packed: found, level } : null;
  }
}
