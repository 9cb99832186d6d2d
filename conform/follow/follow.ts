/**
 * Is what a kernel did a way of the model? The states that the model may be in are followed from observation to
 * observation: a subset construction, as in validating traces. Where each context stands, its locals, and what is not
 * observed are hidden.
 *
 * One instruction is at most one step that can be seen; steps that change nothing observed may come in any number.
 */
import { applied, type Cells, difference, fits } from "../recording/cells.ts";
import type { Event, Step } from "../recording/recording.ts";
import type { Node, States } from "./states.ts";

/** How a state of a layer was come to: from a state of this layer or the one before, by a row or by none. */
export interface Arrival {
  readonly layer: number;
  readonly from: string;
  readonly row: string | null;
}

/** A state, and every way by which it was come to. */
export interface Reached {
  readonly node: Node;
  readonly arrivals: Arrival[];
}

/** States that fit one observation, by key. */
export interface Layer {
  readonly nodes: ReadonlyMap<string, Reached>;
  /** Frames that have come and not gone, the last on top. */
  readonly frames: readonly number[];
  readonly cells: Cells;
}

/** No row of the model allows what was observed. */
export interface Disagreement {
  /** Which step of the run. */
  readonly step: number;
  readonly what: string;
  /** Rows that were open where the model last agreed, each once. */
  readonly open: readonly string[];
  /** States that had fitted until then. */
  readonly states: number;
}

export class Run {
  readonly #states: States;
  readonly layers: Layer[];
  /** States of the first layer in which the run may begin. */
  readonly starts: ReadonlySet<string>;

  constructor(states: States, layer: Layer) {
    this.#states = states;
    this.layers = [layer];
    this.starts = new Set(layer.nodes.keys());
  }

  /** The start of a scenario: the model's first states, where they are what the kernel had. */
  static from(states: States, task: string, start: Cells): Run | Disagreement {
    const nodes = states.starts.filter(({ cells }) => fits(start, cells));
    if (nodes.length === 0) {
      const [first] = states.starts;
      return disagree(states, 0, `the start: ${told(first?.cells ?? {}, start)}`, [], []);
    }
    const run = new Run(states, {
      nodes: new Map(nodes.map((node) => [node.key, { node, arrivals: [] }])),
      frames: [states.contextNamed(task)],
      cells: start,
    });
    run.#spread(0, (node) => fits(start, node.cells));
    return run;
  }

  /** A run of its own that goes on where this one was after a layer. */
  forkAt(layer: number): Run {
    const { nodes, ...rest } = this.layers[layer] as Layer;
    return new Run(this.#states, {
      ...rest,
      nodes: new Map([...nodes].map(([key, { node }]) => [key, { node, arrivals: [] }])),
    });
  }

  get #last(): Layer {
    return this.layers.at(-1) as Layer;
  }

  /** Adds to a layer what steps of the frame on top lead to, as long as it is wanted. */
  #spread(layer: number, wanted: (node: Node) => boolean): void {
    const { nodes, frames } = this.layers[layer] as Layer;
    const known = nodes as Map<string, Reached>;
    const queue = [...known.values()].map(({ node }) => node);
    for (const node of queue) {
      for (const { context, arrives, row, to } of this.#states.from(node)) {
        if (arrives || context !== frames.at(-1) || !wanted(to)) continue;
        const arrival = { layer, from: node.key, row };
        const found = known.get(to.key);
        if (found) found.arrivals.push(arrival);
        else {
          known.set(to.key, { node: to, arrivals: [arrival] });
          queue.push(to);
        }
      }
    }
  }

  #next(cells: Cells, frames: readonly number[], from: readonly (readonly [Node, Arrival])[]): boolean {
    const nodes = new Map<string, Reached>();
    for (const [node, arrival] of from) {
      const found = nodes.get(node.key);
      if (found) found.arrivals.push(arrival);
      else nodes.set(node.key, { node, arrivals: [arrival] });
    }
    if (nodes.size === 0) return false;
    this.layers.push({ nodes, frames, cells });
    return true;
  }

  /** Nodes of the last layer, each with the way of staying there. */
  #staying(): (readonly [Node, Arrival])[] {
    const layer = this.layers.length - 1;
    return [...this.#last.nodes.values()].map(({ node }) => [node, { layer, from: node.key, row: null }] as const);
  }

  #stepping(wanted: (context: number, arrives: boolean) => boolean): (readonly [Node, Arrival])[] {
    const layer = this.layers.length - 1;
    return [...this.#last.nodes.values()].flatMap(({ node }) =>
      this.#states
        .from(node)
        .filter(({ context, arrives }) => wanted(context, arrives))
        .map(({ to, row }) => [to, { layer, from: node.key, row }] as const),
    );
  }

  /** Follows one step of a recording. Null: the model can do that. */
  follow(step: Step, index: number): Disagreement | null {
    return "event" in step ? this.#event(step, index) : this.#observe(step, index);
  }

  #observe(step: Exclude<Step, Event>, index: number): Disagreement | null {
    const { cells: before, frames, nodes } = this.#last;
    const cells = applied(before, step);
    const top = frames.at(-1);
    if ("leapt" in step) {
      this.#leap();
      const fitting = this.#staying().filter(([node]) => fits(cells, node.cells));
      if (this.#next(cells, frames, fitting)) return null;
      return disagree(
        this.#states,
        index,
        told(before, cells),
        [...nodes.values()].map(({ node }) => node),
        frames,
      );
    }
    const from = [...this.#staying(), ...this.#stepping((context, arrives) => !arrives && context === top)];
    const fitting = from.filter(([node]) => fits(cells, node.cells));
    if (!this.#next(cells, frames, fitting))
      return disagree(
        this.#states,
        index,
        told(before, cells),
        [...nodes.values()].map(({ node }) => node),
        frames,
      );
    this.#spread(this.layers.length - 1, (node) => fits(cells, node.cells));
    return null;
  }

  /** Whatever the frame on top may do, unseen. */
  #leap(): void {
    const { cells, frames } = this.#last;
    this.#next(cells, frames, this.#staying());
    this.#spread(this.layers.length - 1, () => true);
  }

  #event({ event, of, gave = null }: Event, index: number): Disagreement | null {
    const context = this.#states.contextNamed(of);
    const { cells, frames, nodes } = this.#last;
    const before = [...nodes.values()].map(({ node }) => node);
    switch (event) {
      case "begins": {
        const come = this.#stepping((who, arrives) => arrives && who === context);
        if (this.#next(cells, [...frames, context], come)) return null;
        return disagree(this.#states, index, `${of} comes`, before, frames);
      }
      case "returned": {
        const back = this.#staying().filter(([node]) => this.#states.returned(node, context)?.gave === gave);
        if (this.#next(cells, frames, back)) return null;
        return disagree(this.#states, index, `the call of ${of} returns ${gave ?? "NULL"}`, before, frames);
      }
      case "ends": {
        this.#leap();
        const gone = this.#staying().filter(([node]) => this.#states.ended(node, context));
        if (this.#next(cells, frames.slice(0, -1), gone)) return null;
        return disagree(this.#states, index, `${of} goes`, before, frames);
      }
    }
  }
}

const told = (before: Cells, after: Cells): string => {
  const { changed, gone } = difference(before, after);
  const lines = Object.entries(changed).map(([name, value]) => `${name} is ${JSON.stringify(value)}`);
  return [...lines, ...gone.map((name) => `${name} is not looked at`)].join(", ") || "nothing has changed";
};

function disagree(
  states: States,
  step: number,
  what: string,
  nodes: readonly Node[],
  frames: readonly number[],
): Disagreement {
  const top = frames.at(-1);
  const open = nodes.flatMap((node) =>
    states.from(node).flatMap(({ context, arrives, row }) => (context === top && !arrives ? [row] : [])),
  );
  return { step, what, open: [...new Set(open)], states: nodes.length };
}

export const agrees = (found: Run | Disagreement): found is Run => found instanceof Run;
