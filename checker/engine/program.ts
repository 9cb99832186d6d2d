/**
 * The whole engine of a system as one program: expand a run of states, look for the predecessors of one, find out which
 * states can still reach a goal. The host turns the levels, makes room and reads what was seen.
 */
import type { System } from "../language/system.ts";
import { BIT, Expander } from "./expand.ts";
import { Frame, type FrameOptions, MODE, STOP } from "./frame.ts";
import * as ir from "./ir.ts";
import { c, type Func, FunctionWriter, get, type Program } from "./ir.ts";
import { type Layout, maskOf } from "./layout.ts";
import { BATCH, HEADER, intern, internBatch, internLater, pairAt, rebuild } from "./pair-set.ts";
import type { Child, Tree } from "./tree.ts";

/** Where the headers of the sets begin: the host puts nothing below. */
export const HEADERS = 64;

export interface Engine {
  readonly frame: Frame;
  readonly program: Program;
}

/** Generates the engine. Throws `Unsupported` for a system that only the reference takes. */
export function generate(layout: Layout, tree: Tree, options: FrameOptions, base = endOfHeaders(tree)): Engine {
  const frame = new Frame(layout, tree, base, options);
  const program = new Generator(frame).program();
  return { frame, program };
}

const endOfHeaders = ({ nodes }: Tree): number => (HEADERS + nodes.length * HEADER.bytes + 7) & ~7;

export const headerOf = (node: number): number => HEADERS + node * HEADER.bytes;

/** The most successors that one state can have: as many pairs of one set may be added before anybody looks. */
export function mostSuccessors({ contexts, labels, universe }: System): number {
  const ofLabel = (script: number): number[] =>
    labels.flatMap((label) =>
      label?.script !== script
        ? []
        : label.entries.map((entry) =>
            entry.reduce((n, { binders }) => n + binders.reduce((m, b) => m * universe.size(b.set), 1), 0),
          ),
    );
  return contexts.reduce((n, { script }) => n + Math.max(0, ...ofLabel(script)), 0);
}

class Generator {
  readonly #frame: Frame;
  readonly #interns: readonly Func[];
  readonly #rebuilds: readonly Func[];
  readonly #later: Func;
  readonly #batch: Func;

  constructor(frame: Frame) {
    this.#frame = frame;
    const spare = (node: number) => (frame.options.shared ? frame.memory.spares + 4 * node : null);
    this.#interns = frame.tree.nodes.map((_, i) => intern(`${i}`, headerOf(i), STOP, spare(i)));
    this.#rebuilds = frame.tree.nodes.map((_, i) => rebuild(`${i}`, headerOf(i)));
    const root = frame.tree.nodes.length - 1;
    this.#later = internLater("root", frame.memory.batch);
    this.#batch = internBatch("root", headerOf(root), STOP, spare(root), frame.memory.batch);
  }

  program(): Program {
    const { system } = this.#frame;
    const found = this.#found();
    const keep = this.#keep();
    const expander = new Expander(this.#frame, { found, keep });
    const table = system.contexts.flatMap(({ script }, context) =>
      // A label of another script is never met; the entry of the end stands in for it.
      system.labels.map((label) => (label && label.script !== script ? null : expander.stepsOf(context, label))),
    );
    const ends = system.contexts.map((_, context) => table[context * system.labels.length] as Func);
    const filled = table.map((fn, i) => fn ?? (ends[Math.floor(i / system.labels.length)] as Func));
    const steps = table.filter((fn) => fn !== null);
    const states = expander.stateChecks();
    const rest = expander.restChecks();
    const deadlock = expander.deadlock();
    const goals = system.alwaysPossible.map((goal, i) => expander.isGoal(goal, i));
    const enter = this.#enter();
    const unpack = this.#unpack();
    const takeSteps = this.#takeSteps();
    const expand = this.#expand(unpack, takeSteps, states, rest, deadlock);
    const search = this.#searchPredecessors(unpack, takeSteps, keep);
    const marks = goals.map((goal, i) => this.#mark(unpack, goal, i));
    const sweep = this.#sweep(unpack, takeSteps);
    const exports = [enter, unpack, expand, search, sweep, ...marks, ...this.#rebuilds, keep];
    return {
      functions: [
        ...this.#interns,
        this.#later,
        this.#batch,
        found,
        ...steps,
        states,
        rest,
        deadlock,
        ...goals,
        takeSteps,
        ...exports,
      ],
      table: filled,
      exports,
    };
  }

  #child(child: Child, packed: number, nodes: readonly ir.Expr[]): ir.Expr {
    if ("word" in child) return ir.load(c(packed), 4 * child.word);
    return "node" in child ? (nodes[child.node] as ir.Expr) : c(0);
  }

  /** Enters the state in `current`: the initial one. */
  #enter(): Func {
    const writer = new FunctionWriter("enter");
    const nodes: ir.Expr[] = [];
    for (const [i, { left, right }] of this.#frame.tree.nodes.entries()) {
      const { current } = this.#frame.memory;
      const pair = [this.#child(left, current, nodes), this.#child(right, current, nodes)] as const;
      nodes.push(get(writer.local(ir.call(this.#interns[i] as Func, ...pair))));
    }
    writer.emit(ir.ret(nodes.at(-1) as ir.Expr));
    return writer.fn;
  }

  /** The pair that stands for the successor: only parts that changed are looked up. */
  #rootPair(writer: FunctionWriter): readonly [ir.Expr, ir.Expr] {
    const { tree, memory } = this.#frame;
    const nodes: ir.Expr[] = [];
    for (const [i, { left, right }] of tree.nodes.entries()) {
      const before = tree.nodes.map((_, node) => ir.load(c(memory.nodes), 4 * node));
      const pair = [left, right].map((child) => this.#child(child, memory.successor, nodes)) as [ir.Expr, ir.Expr];
      const old = [left, right].map((child) => this.#child(child, memory.current, before)) as [ir.Expr, ir.Expr];
      if (i === tree.nodes.length - 1) return pair;
      const number = writer.local(before[i] as ir.Expr);
      const changed = ir.bitOr(ir.xor(pair[0], old[0]), ir.xor(pair[1], old[1]));
      writer.if(changed, () => writer.emit(ir.set(number, ir.call(this.#interns[i] as Func, ...pair))));
      nodes.push(get(number));
    }
    throw new Error("a tree without a root");
  }

  /** What is done with each successor, by mode. */
  #found(): Func {
    const { layout, memory } = this.#frame;
    const writer = new FunctionWriter("found");
    const mode = c(memory.mode);
    writer.if(ir.eq(ir.load(mode), c(MODE.match)), () => {
      let differs = c(0);
      for (let word = 0; word < layout.words; word++) {
        const [a, b] = [memory.successor, memory.target].map((at) => ir.load(c(at), 4 * word));
        differs = ir.bitOr(differs, ir.xor(a as ir.Expr, b as ir.Expr));
      }
      writer.if(ir.not(differs), () => writer.emit(ir.store(c(memory.reaches), c(1))));
      writer.emit(ir.ret(c(0)));
    });
    const pair = this.#rootPair(writer);
    writer.if(ir.eq(ir.load(mode), c(MODE.mark)), () => {
      const number = writer.local(ir.call(this.#interns.at(-1) as Func, ...pair));
      const mark = ir.load8(ir.add(ir.load(c(memory.marks)), get(number)));
      writer.if(mark, () => writer.emit(ir.store(c(memory.reaches), c(1))));
      writer.emit(ir.ret(c(0)));
    });
    writer.emit(ir.store(c(memory.transitions), ir.add(ir.load(c(memory.transitions)), c(1))));
    writer.if(ir.eq(ir.call(this.#later, ...pair), c(BATCH)), () => writer.emit(ir.run(ir.call(this.#batch))));
    return writer.fn;
  }

  /** Keeps the current state as the least in which an event was seen, if it is: cell by cell, as states are ordered. */
  #keep(): Func {
    const { layout, memory } = this.#frame;
    const writer = new FunctionWriter("keep", 1);
    const bytes = 4 * (layout.words + 1);
    const at = writer.local(ir.add(ir.mul(get(0), c(bytes)), c(memory.least)));
    writer.if(ir.load(get(at)), () => {
      const cell = writer.local(c(0));
      writer.loop((end) => {
        writer.if(ir.eq(get(cell), c(layout.fields.length)), () => writer.emit(ir.ret(c(0))));
        const field = writer.local(ir.load(ir.shl(get(cell), c(2)), memory.fields));
        const word = ir.shru(get(field), c(16));
        const bits = ir.bitAnd(ir.shru(get(field), c(8)), c(0xff));
        const code = (packed: ir.Expr): number =>
          writer.local(
            ir.bitAnd(
              ir.shru(ir.load(ir.add(packed, word)), ir.bitAnd(get(field), c(31))),
              ir.sub(ir.shl(c(1), bits), c(1)),
            ),
          );
        const now = code(c(memory.current));
        const least = code(ir.add(get(at), c(4)));
        writer.if(ir.lt(get(least), get(now)), () => writer.emit(ir.ret(c(0))));
        writer.if(ir.lt(get(now), get(least)), () => writer.emit(ir.br(end)));
        writer.emit(ir.set(cell, ir.add(get(cell), c(1))));
      });
    });
    writer.emit(ir.store(get(at), c(1)));
    for (let word = 0; word < layout.words; word++) {
      writer.emit(ir.store(get(at), ir.load(c(memory.current), 4 * word), 4 * word + 4));
    }
    return writer.fn;
  }

  /** Makes a state the current one. */
  #unpack(): Func {
    const { tree, memory } = this.#frame;
    const writer = new FunctionWriter("unpack", 1);
    const visit = (node: number, number: ir.Expr): void => {
      writer.emit(ir.store(c(memory.nodes), number, 4 * node));
      const pair = writer.local(pairAt(headerOf(node), number));
      const { left, right } = tree.nodes[node] as Tree["nodes"][number];
      for (const [i, child] of [left, right].entries()) {
        const value = ir.load(get(pair), 4 * i);
        if ("node" in child) visit(child.node, get(writer.local(value)));
        if (!("word" in child)) continue;
        const word = writer.local(value);
        for (const packed of [memory.current, memory.successor]) {
          writer.emit(ir.store(c(packed), get(word), 4 * child.word));
        }
      }
    };
    visit(tree.nodes.length - 1, get(0));
    return writer.fn;
  }

  /** All steps of all contexts from the current state; gives their bits together. */
  #takeSteps(): Func {
    const { system, layout, memory } = this.#frame;
    const writer = new FunctionWriter("takeSteps");
    const bits = writer.local(c(0));
    for (const context of system.contexts.keys()) {
      const { word, shift, bits: width } = layout.fields[layout.pcCell(context)] as Layout["fields"][number];
      const label = ir.bitAnd(ir.shru(ir.load(c(memory.current), 4 * word), c(shift)), c(maskOf(width)));
      const steps = ir.callTable(ir.add(width === 0 ? c(0) : label, c(context * system.labels.length)));
      writer.emit(ir.set(bits, ir.bitOr(steps, get(bits))));
    }
    writer.emit(ir.ret(get(bits)));
    return writer.fn;
  }

  /** Expands the states from one number up to another; gives the number of the first that it left. */
  #expand(unpack: Func, takeSteps: Func, states: Func, rest: Func, deadlock: Func): Func {
    const { system } = this.#frame;
    const writer = new FunctionWriter("expand", 2);
    writer.loop((end) => {
      writer.if(ir.bitOr(ir.eq(get(0), get(1)), ir.load(c(STOP))), () => writer.emit(ir.br(end)));
      writer.emit(ir.run(ir.call(unpack, get(0))), ir.run(ir.call(states)));
      const bits = writer.local(ir.call(takeSteps));
      writer.if(
        ir.bitAnd(get(bits), c(BIT.notAtRest)),
        () => {
          if (!system.deadlock) return;
          writer.if(ir.not(ir.bitAnd(get(bits), c(BIT.error | BIT.moves))), () =>
            writer.emit(ir.run(ir.call(deadlock))),
          );
        },
        () => writer.emit(ir.run(ir.call(rest))),
      );
      writer.emit(ir.set(0, ir.add(get(0), c(1))));
    });
    writer.emit(ir.run(ir.call(this.#batch)), ir.ret(get(0)));
    return writer.fn;
  }

  /** Keeps the least state of a run that has a step to the target, as the event 0. */
  #searchPredecessors(unpack: Func, takeSteps: Func, keep: Func): Func {
    const { memory } = this.#frame;
    const writer = new FunctionWriter("searchPredecessors", 2);
    writer.loop((end) => {
      writer.if(ir.eq(get(0), get(1)), () => writer.emit(ir.br(end)));
      writer.emit(ir.store(c(memory.reaches), c(0)), ir.run(ir.call(unpack, get(0))), ir.run(ir.call(takeSteps)));
      writer.if(ir.load(c(memory.reaches)), () => writer.emit(ir.run(ir.call(keep, c(0)))));
      writer.emit(ir.set(0, ir.add(get(0), c(1))));
    });
    return writer.fn;
  }

  /** Marks each state of a run that is a goal. */
  #mark(unpack: Func, goal: Func, number: number): Func {
    const { memory } = this.#frame;
    const writer = new FunctionWriter(`mark ${number}`, 2);
    writer.loop((end) => {
      writer.if(ir.eq(get(0), get(1)), () => writer.emit(ir.br(end)));
      writer.emit(ir.run(ir.call(unpack, get(0))));
      writer.emit(ir.store8(ir.add(ir.load(c(memory.marks)), get(0)), ir.call(goal)));
      writer.emit(ir.set(0, ir.add(get(0), c(1))));
    });
    return writer.fn;
  }

  /** Marks the states of a run, from its end, that have a step to a marked one; gives how many it marked. */
  #sweep(unpack: Func, takeSteps: Func): Func {
    const { memory } = this.#frame;
    const writer = new FunctionWriter("sweep", 2);
    const marked = writer.local(c(0));
    writer.loop((end) => {
      writer.if(ir.eq(get(0), get(1)), () => writer.emit(ir.br(end)));
      writer.emit(ir.set(1, ir.sub(get(1), c(1))));
      const mark = writer.local(ir.add(ir.load(c(memory.marks)), get(1)));
      writer.if(ir.not(ir.load8(get(mark))), () => {
        writer.emit(ir.store(c(memory.reaches), c(0)), ir.run(ir.call(unpack, get(1))), ir.run(ir.call(takeSteps)));
        writer.if(ir.load(c(memory.reaches)), () => {
          writer.emit(ir.store8(get(mark), c(1)), ir.set(marked, ir.add(get(marked), c(1))));
        });
      });
    });
    writer.emit(ir.ret(get(marked)));
    return writer.fn;
  }
}
