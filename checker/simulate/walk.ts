/**
 * A walk through a system, one step after the other: which steps are open, what is wrong where it stands, the way back.
 * Steps are the reference's, and so is what they violate.
 */
import type { State } from "../language/evaluate.ts";
import type { System } from "../language/system.ts";
import { Findings } from "../reference/findings.ts";
import type { Violation } from "../reference/result.ts";
import { expand, isAtRest, type Transition } from "../reference/step.ts";

/** Where a walk stands after a step, or before its first. */
interface Place {
  readonly via: Transition | null;
  readonly state: State;
  readonly open: readonly Transition[];
  /** What the last step, or the state, violates. */
  readonly violations: readonly Violation[];
}

export class Walk {
  readonly system: System;
  readonly #findings: Findings;
  readonly #places: Place[];

  /** Where it begins: by default in the first of the states where a run may begin. */
  readonly start: State;

  constructor(system: System, start: State = system.initials[0]) {
    this.system = system;
    this.start = start;
    this.#findings = new Findings(system);
    this.#places = [{ via: null, state: start, ...this.#look(start) }];
  }

  get #place(): Place {
    return this.#places.at(-1) as Place;
  }

  get state(): State {
    return this.#place.state;
  }

  /** The steps taken, from the initial state on. */
  get taken(): readonly Transition[] {
    return this.#places.flatMap(({ via }) => via ?? []);
  }

  /** The steps that may be next: none after one that fails or has no meaning. */
  get open(): readonly Transition[] {
    return this.#place.open;
  }

  /** What is wrong here, in the order of the properties. */
  get violations(): readonly Violation[] {
    const order = [...this.system.properties.map((p) => p.name), "deadlock", "model error"];
    return this.#place.violations.toSorted((a, b) => order.indexOf(a.property) - order.indexOf(b.property));
  }

  /** Whether all are at the end of their scripts, or where they may stop. */
  get isAtRest(): boolean {
    return isAtRest(this.system, this.state, expand(this.system, this.state));
  }

  take(via: Transition): void {
    const { state } = this;
    this.#findings.violations.clear();
    const [successor] = this.#findings.take([via], state, 0, 0);
    const ofStep = this.#findings.violations.told();
    if (!successor) {
      this.#places.push({ via, state, open: [], violations: ofStep });
      return;
    }
    const { open, violations } = this.#look(successor.state);
    const known = new Set(ofStep.map((v) => v.property));
    const ofState = violations.filter((v) => !known.has(v.property));
    this.#places.push({ via, state: successor.state, open, violations: [...ofStep, ...ofState] });
  }

  /** Takes the last step back; false where there is none. */
  undo(): boolean {
    if (this.#places.length === 1) return false;
    this.#places.pop();
    return true;
  }

  #look(state: State): Pick<Place, "open" | "violations"> {
    this.#findings.violations.clear();
    const { transitions } = this.#findings.look(state, 0, 0);
    return { open: transitions, violations: this.#findings.violations.told() };
  }
}
