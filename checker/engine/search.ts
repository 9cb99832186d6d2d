/**
 * The engine's search: the same answer as the reference's, from generated code. Levels are expanded in any order; of
 * everything that is seen, generated code keeps the least state of the level, and what happened there is then told by
 * the reference, which visits those few states.
 */

import type { System } from "../language/system.ts";
import { Findings } from "../reference/findings.ts";
import { limitReached, type Place, type SearchOptions, type SearchResult } from "../reference/result.ts";
import type { Transition } from "../reference/step.ts";
import { type Event, MODE } from "./frame.ts";
import { compareStates, decode, encode, type Layout, layoutOf } from "./layout.ts";
import { type Backend, type Machine, machineOf } from "./machine.ts";
import { HEADER, PAGE } from "./pair-set.ts";
import { headerOf } from "./program.ts";
import { OutOfMemory } from "./store.ts";
import { balancedTree, type Tree } from "./tree.ts";

export interface EngineOptions extends SearchOptions {
  readonly backend?: Backend;
  /** Bytes of memory that the engine may use. */
  readonly memory?: number;
  /** For tests: entries of the first tables, the largest set whose binders are written out, the tree of parts. */
  readonly firstTable?: number;
  readonly unroll?: number;
  readonly tree?: Tree;
}

type Packed = Int32Array;

/** A state that the findings speak of, with the level that it is on. */
interface Noted {
  readonly packed: Packed;
  readonly level: number;
}

/** Explores a system. Throws `Unsupported` for one that only the reference takes. */
export function engineSearch(system: System, options: EngineOptions = {}): SearchResult {
  let engine: EngineSearch;
  try {
    engine = new EngineSearch(system, options);
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
    return notBegun(system);
  }
  return engine.result();
}

/** Where there is no room for the first tables: the initial state is all that was seen. */
function notBegun(system: System): SearchResult {
  const { fired, met, cuts, stood } = new Findings(system);
  return {
    states: 1,
    transitions: 0,
    depth: 0,
    complete: false,
    incomplete: "the memory limit was reached before the search could begin",
    violations: [],
    fired,
    met,
    cuts,
    stood,
    trace: () => [],
  };
}

/** What 32 bits can address. */
const FOUR_GIB = 2 ** 32;

class EngineSearch {
  readonly #system: System;
  readonly #options: EngineOptions;
  readonly #layout: Layout;
  readonly #machine: Machine;
  readonly #findings: Findings;
  /** Number of the first state of each level, and behind the last. */
  readonly #levels: number[] = [0];
  readonly #noted: Noted[] = [];
  readonly #fired: number[];
  readonly #root: number;
  #transitions = 0;

  constructor(system: System, options: EngineOptions) {
    const { backend = "wasm", memory = FOUR_GIB, unroll = 8 } = options;
    this.#system = system;
    this.#options = options;
    this.#layout = layoutOf(system);
    const tree = options.tree ?? balancedTree(this.#layout.words);
    this.#machine = machineOf(system, this.#layout, tree, {
      backend,
      memory,
      unroll,
      ...(options.firstTable ? { firstTable: options.firstTable } : {}),
    });
    this.#findings = new Findings(system);
    this.#fired = system.commands.map(() => 0);
    this.#root = headerOf(tree.nodes.length - 1);
  }

  get #memory() {
    return this.#machine.engine.frame.memory;
  }

  get #states(): number {
    return this.#machine.store.word(this.#root + HEADER.count);
  }

  #call(name: string, ...args: number[]): number {
    const fn = this.#machine.functions[name];
    if (!fn) throw new Error(`the engine has no function "${name}"`);
    return fn(...args);
  }

  result(): SearchResult {
    const { exploreAll = false } = this.#options;
    const { violations } = this.#findings;
    this.#write(this.#memory.current, encode(this.#layout, this.#system.initial));
    this.#call("enter");
    this.#levels.push(1);
    let incomplete: string | null = null;
    let level = 0;
    for (; ; level++) {
      incomplete = this.#expandLevel(level);
      this.#levels.push(this.#states);
      if (incomplete) break;
      if (!exploreAll && [...violations.values()].some((v) => v.length <= level)) break;
      if (this.#levels[level + 1] === this.#states) break;
      incomplete = limitReached(this.#options, this.#states, level);
      if (incomplete) break;
    }
    const atViolation = incomplete === null && !exploreAll && violations.size > 0;
    if (incomplete === null && !atViolation) incomplete = this.#checkProgress();
    return {
      states: this.#states,
      transitions: this.#transitions,
      depth: level,
      complete: incomplete === null && !atViolation,
      incomplete,
      violations: this.#findings.shown(atViolation),
      fired: this.#fired,
      met: this.#findings.met,
      cuts: this.#seen(this.#memory.cuts),
      stood: this.#seen(this.#memory.stood),
      trace: (place) => this.#trace(place),
    };
  }

  /** Expands one level; gives the limit that ended it early, if one did. */
  #expandLevel(level: number): string | null {
    const { store } = this.#machine;
    this.#want((event) => this.#matters(event, level));
    const end = this.#levels[level + 1] as number;
    let incomplete: string | null = null;
    for (let at = this.#levels[level] as number; at < end; ) {
      // In runs that end before a counter of 32 bits could overflow.
      at = this.#call("expand", at, Math.min(end, at + (1 << 16)));
      this.#collectCounts();
      if (store.word(this.#memory.stop) === 0) continue;
      store.setWord(this.#memory.stop, 0);
      try {
        store.makeRoom();
      } catch (error) {
        if (!(error instanceof OutOfMemory)) throw error;
        incomplete = `the memory limit was reached (${Math.floor(store.used / 2 ** 20)} MiB in use)`;
        break;
      }
    }
    this.#visitLeast(level);
    return incomplete;
  }

  /** Whether an occurrence in this level would change what the findings hold. */
  #matters(event: Event, level: number): boolean {
    if (event.kind === "hit") return false;
    if (event.kind === "witness") return !this.#findings.met[event.witness];
    const known = this.#findings.violations.get(event.property);
    return !known || level + Number(event.atStep) < known.length;
  }

  #want(wanted: (event: Event) => boolean): void {
    const { frame } = this.#machine.engine;
    for (const [number, event] of frame.events.entries()) {
      this.#machine.store.bytes[frame.memory.wanted + number] = Number(wanted(event));
      this.#machine.store.setWord(frame.leastOf(number), 0);
    }
  }

  /** The least state of each event that was seen. */
  #least(): Packed[] {
    const { frame } = this.#machine.engine;
    return frame.events.flatMap((_, number) => {
      const at = frame.leastOf(number);
      return this.#machine.store.word(at) === 0 ? [] : [this.#read(at + 4)];
    });
  }

  /** The reference looks at the least states of a level, in their order. */
  #visitLeast(level: number): void {
    const least = this.#least().sort((a, b) => compareStates(this.#layout, a, b));
    for (const [i, packed] of least.entries()) {
      const before = least[i - 1];
      if (before && compareStates(this.#layout, before, packed) === 0) continue;
      const id = this.#noted.push({ packed, level }) - 1;
      this.#findings.visit(decode(this.#layout, packed), id, level);
    }
  }

  #collectCounts(): void {
    const { store } = this.#machine;
    const { transitions, fired } = this.#memory;
    this.#transitions += store.word(transitions) >>> 0;
    store.setWord(transitions, 0);
    for (const id of this.#fired.keys()) {
      this.#fired[id] = (this.#fired[id] as number) + (store.word(fired + 4 * id) >>> 0);
      store.setWord(fired + 4 * id, 0);
    }
  }

  /** The labels that are marked for each context. */
  #seen(at: number): ReadonlySet<number>[] {
    const { contexts, labels } = this.#system;
    const { bytes } = this.#machine.store;
    return contexts.map(
      (_, i) => new Set([...labels.keys()].filter((label) => bytes[at + i * labels.length + label] !== 0)),
    );
  }

  #read(at: number): Packed {
    return this.#machine.store.words.slice(at >>> 2, (at >>> 2) + this.#layout.words);
  }

  #write(at: number, packed: Packed): void {
    this.#machine.store.words.set(packed, at >>> 2);
  }

  /** AG EF: marks the goals, then again and again the states with a step to a marked one, the last level first. */
  #checkProgress(): string | null {
    const { alwaysPossible } = this.#system;
    if (alwaysPossible.length === 0) return null;
    const { store } = this.#machine;
    const last = this.#levels.length - 2;
    try {
      store.setWord(this.#memory.marks, store.pages(Math.ceil(this.#states / PAGE)).at);
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      return "the memory limit was reached when the graph was explored: what is to stay possible was not checked";
    }
    for (const [number, goal] of alwaysPossible.entries()) {
      for (let level = 0; level < last; level++) {
        this.#want((event) => this.#matters(event, level));
        this.#call(`mark ${number}`, this.#levels[level] as number, this.#levels[level + 1] as number);
        for (const packed of this.#least()) {
          const id = this.#noted.push({ packed, level }) - 1;
          this.#findings.isGoal(goal, decode(this.#layout, packed), id, level);
        }
      }
      this.#want(() => false);
      this.#inMode(MODE.mark, () => {
        while (this.#call("sweep", 0, this.#states) > 0);
      });
      const lost = this.#leastUnmarked();
      if (lost) this.#findings.lost(goal.property, lost.level, { state: this.#noted.push(lost) - 1, transition: null });
    }
    return null;
  }

  #leastUnmarked(): Noted | null {
    const marks = this.#machine.store.word(this.#memory.marks);
    const first = this.#machine.store.bytes.subarray(marks, marks + this.#states).indexOf(0);
    if (first < 0) return null;
    const level = this.#levels.findIndex((start) => start > first) - 1;
    let least: Packed | null = null;
    for (let state = first; state < (this.#levels[level + 1] as number); state++) {
      if (this.#machine.store.bytes[marks + state] !== 0) continue;
      this.#call("unpack", state);
      const packed = this.#read(this.#memory.current);
      if (!least || compareStates(this.#layout, packed, least) < 0) least = packed;
    }
    return { packed: least as Packed, level };
  }

  /** Takes steps that were taken before, without entering successors; they are not counted again. */
  #inMode(mode: number, body: () => void): void {
    const { store } = this.#machine;
    store.setWord(this.#memory.mode, mode);
    body();
    store.setWord(this.#memory.mode, MODE.insert);
    for (const id of this.#fired.keys()) store.setWord(this.#memory.fired + 4 * id, 0);
  }

  /** The least way to a place: from level to level back, the least state with a step to the one after it. */
  #trace({ state, transition }: Place): readonly Transition[] {
    const noted = this.#noted[state];
    if (!noted) throw new Error(`the search knows of no place ${state}`);
    const way: Transition[] = transition ? [transition] : [];
    let { packed } = noted;
    for (let level = noted.level - 1; level >= 0; level--) {
      this.#want(() => false);
      this.#write(this.#memory.target, packed);
      this.#inMode(MODE.match, () => {
        this.#call("searchPredecessors", this.#levels[level] as number, this.#levels[level + 1] as number);
      });
      const [before] = this.#least();
      if (!before) throw new Error(`nothing on level ${level} leads to a state of level ${level + 1}`);
      way.unshift(this.#stepBetween(before, packed));
      packed = before;
    }
    return way;
  }

  /** The first step of the reference that leads from one state to the other. */
  #stepBetween(before: Packed, after: Packed): Transition {
    const successors = new Findings(this.#system).visit(decode(this.#layout, before), 0, 0);
    const found = successors.find(({ state }) => compareStates(this.#layout, encode(this.#layout, state), after) === 0);
    if (!found) throw new Error("the reference has no step where the engine has one");
    return found.via;
  }
}
