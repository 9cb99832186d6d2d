/**
 * What was seen while states were expanded? Each thread counts steps, marks labels, and keeps the least state of each event
 * that is wanted; here it is read, of all threads together.
 */
import type { System } from "../../language/system.ts";
import type { Event } from "../steps/memory-map.ts";
import type { Machine } from "./machine.ts";

/** What is counted and marked; labels by context. */
export interface Seen {
  readonly transitions: number;
  readonly fired: readonly number[];
  readonly rested: boolean;
  readonly cuts: readonly (readonly number[])[];
  readonly open: readonly (readonly number[])[];
}

export class Sightings {
  readonly #system: System;
  readonly #machine: Machine;
  /** Where each thread has what is its own, the search's own first. */
  readonly #bases: () => readonly number[];
  /** How often each command fired. */
  readonly fired: number[];
  transitions = 0;
  /** Whether some state was at rest. */
  rested = false;

  constructor(system: System, machine: Machine, bases: () => readonly number[]) {
    this.#system = system;
    this.#machine = machine;
    this.#bases = bases;
    this.fired = system.commands.map(() => 0);
  }

  get #map() {
    return this.#machine.engine.map;
  }

  get #memory() {
    return this.#machine.store.main;
  }

  /** Says which events matter from now on; none has been seen. */
  want(wanted: (event: Event) => boolean): void {
    const { events, memory } = this.#map;
    for (const [number, event] of events.entries()) {
      const isWanted = Number(wanted(event));
      for (const base of this.#bases()) {
        this.#memory.bytes[base + memory.wanted.offset + number] = isWanted;
        this.#memory.setWord(base + this.#map.leastOf(number).offset, 0);
      }
    }
  }

  /** The least state of each event that was seen, by each thread: packed. */
  least(): Int32Array[] {
    const { events, layout } = this.#map;
    return this.#bases().flatMap((base) =>
      events.flatMap((_, number) => {
        const at = base + this.#map.leastOf(number).offset;
        if (this.#memory.word(at) === 0) return [];
        const first = (at + 4) >>> 2;
        return [this.#memory.words.slice(first, first + layout.words)];
      }),
    );
  }

  /** Adds what the threads have counted, who begin at 0 again. */
  collect(): void {
    const { memory } = this.#map;
    const taken = (at: number): number => {
      const count = this.#memory.word(at) >>> 0;
      this.#memory.setWord(at, 0);
      return count;
    };
    for (const base of this.#bases()) {
      this.transitions += taken(base + memory.transitions.offset);
      if (taken(base + memory.rested.offset) > 0) this.rested = true;
      for (const id of this.fired.keys()) {
        this.fired[id] = (this.fired[id] as number) + taken(base + memory.fired.offset + 4 * id);
      }
    }
  }

  /** Begins with what was counted and marked by a search that this one goes on from. */
  resume({ transitions, fired, rested, cuts, open }: Seen): void {
    this.transitions = transitions;
    this.rested = rested;
    for (const [id, count] of fired.entries()) this.fired[id] = count;
    const { base, memory } = this.#map;
    const { length } = this.#system.labels;
    for (const [at, marks] of [[memory.cuts, cuts] as const, [memory.open, open] as const])
      for (const [context, labels] of marks.entries())
        for (const label of labels) this.#memory.bytes[base + at.offset + context * length + label] = 1;
  }

  /** Forgets which commands the search's own thread has counted since. */
  forget(): void {
    const { base, memory } = this.#map;
    for (const id of this.fired.keys()) this.#memory.setWord(base + memory.fired.offset + 4 * id, 0);
  }

  /** The labels that are marked for each context. */
  labels(what: "cuts" | "open"): ReadonlySet<number>[] {
    const { contexts, labels } = this.#system;
    const { offset } = this.#map.memory[what];
    const isMarked = (context: number, label: number): boolean =>
      this.#bases().some((base) => this.#memory.bytes[base + offset + context * labels.length + label] !== 0);
    return contexts.map((_, context) => new Set([...labels.keys()].filter((label) => isMarked(context, label))));
  }
}
