/** Which states can a system be in next? States of the model with what is counted beside them, each expanded once. */
import { cellsOf as cellsOfSystem, keyOfCells } from "../../checker/language/cells.ts";
import { locate, ModelError, type State } from "../../checker/language/evaluate.ts";
import type { System } from "../../checker/language/index.ts";
import { apply, envOfTransition, expand, type Transition } from "../../checker/reference/step.ts";
import { wayOf } from "../../checker/reference/ways.ts";
import type { Cells } from "../recording/cells.ts";
import { type Tids, viewer } from "./view.ts";

export interface Node {
  readonly key: string;
  readonly state: State;
  readonly tids: Tids;
  readonly cells: Cells;
}

export interface Edge {
  readonly context: number;
  readonly arrives: boolean;
  /** "program: label -> way". */
  readonly row: string;
  readonly to: Node;
}

export class States {
  readonly system: System;
  readonly #buckets: number;
  readonly #key: (state: State) => string;
  readonly #view: (state: State, tids: Tids) => Cells;
  readonly #nodes = new Map<string, Node>();
  readonly #edges = new Map<string, readonly Edge[]>();

  constructor(system: System, buckets: number) {
    this.system = system;
    this.#buckets = buckets;
    this.#key = keyOfCells(system, cellsOfSystem(system));
    this.#view = viewer(system, buckets);
  }

  get starts(): readonly Node[] {
    return this.system.initials.map((state) => this.#node(state, Array(this.#buckets).fill(0)));
  }

  contextNamed(name: string): number {
    const context = this.system.contexts.findIndex((one) => one.name === name);
    if (context < 0) throw new Error(`the model has no context ${name}`);
    return context;
  }

  #node(state: State, tids: Tids): Node {
    const key = `${this.#key(state)}|${tids}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    const node = { key, state, tids, cells: this.#view(state, tids) };
    this.#nodes.set(key, node);
    return node;
  }

  /** Steps from a state. One that fails, or has no meaning, leads nowhere: no kernel that is whole takes it. */
  from(node: Node): readonly Edge[] {
    const known = this.#edges.get(node.key);
    if (known) return known;
    const edges = expand(this.system, node.state).transitions.flatMap((transition): Edge[] => {
      const to = transition.command.fails ? null : this.#after(node, transition);
      if (!to) return [];
      const { label } = transition;
      const row = `${label.program}: ${label.rowLabel}${wayOf(this.system, transition)}`;
      return [{ context: transition.context, arrives: label.meta.arrive === true, row, to }];
    });
    this.#edges.set(node.key, edges);
    return edges;
  }

  #after(node: Node, transition: Transition): Node | null {
    try {
      return this.#node(apply(this.system, node.state, transition).state, this.#tidsAfter(node, transition));
    } catch (error) {
      if (error instanceof ModelError) return null;
      throw error;
    }
  }

  /** next_tid() is a write of `seen` for every context. */
  #tidsAfter({ state, tids }: Node, transition: Transition): Tids {
    const env = envOfTransition(this.system, state, transition);
    const stepped = transition.command.effect.flatMap(({ over, place }) => {
      const { base } = place;
      const [binder] = over;
      if (!binder || base.kind !== "state" || base.field !== "cpuSlab") return [];
      env.bound.set(binder, 0);
      const [, , bucket, field] = locate(place, env);
      return field === "seen" ? [bucket as number] : [];
    });
    return tids.map((n, bucket) => (stepped.includes(bucket) ? n + 1 : n));
  }

  /** Whether a context stands where its call has returned, and what the call gave: an object, null for NULL or nothing. */
  returned({ state }: Node, context: number): { readonly gave: string | null } | null {
    const label = this.system.labels[state.pc[context] as number];
    if (label?.program !== "(returned)") return null;
    const slot = label.slots.find(({ name }) => /^r\d+$/.test(name));
    const value = slot ? state.local[context]?.[slot.slot] : null;
    return { gave: typeof value === "number" ? this.#objectName(value) : null };
  }

  #objectName(object: number): string {
    const cell = cellsOfSystem(this.system).find(({ path }) => path[0] === "object" && path[1] === object);
    return /\[(.*)\]/.exec(cell?.name ?? "")?.[1] ?? "?";
  }

  ended({ state }: Node, context: number): boolean {
    return state.pc[context] === 0;
  }

  /** Where a context stands: "program: label". */
  stands({ state }: Node, context: number): string {
    const label = this.system.labels[state.pc[context] as number];
    return label ? `${label.program}: ${label.rowLabel}` : "(end)";
  }
}
