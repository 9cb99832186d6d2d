/**
 * The whole engine of a system as one program: expand a run of states, look for the predecessors of one, find out which
 * states can still reach a goal. The host turns the levels, makes room and reads what was seen.
 */
import type { System } from "../language/system.ts";
import { BIT, Expander } from "./expand.ts";
import { countUp, Few, noteMatch, passing, stepsOf } from "./few.ts";
import { Frame, type FrameOptions, MODE } from "./frame.ts";
import * as ir from "./ir.ts";
import { c, type Func, FunctionWriter, get, type Program } from "./ir.ts";
import { keepLeast } from "./keep.ts";
import type { Layout } from "./layout.ts";
import { HEADER, intern, type PairSet, pairAt, pairIn, rebuild, STOP } from "./pair-set.ts";
import { type Renamer, renamerOf } from "./rename.ts";
import {
  addBatch,
  addLater,
  identify,
  moveStash,
  moveTable,
  numbersOf,
  pairOf,
  ROOTS,
  type RootSet,
  rearrange,
  stashOf,
} from "./root-set.ts";
import type { Child, Tree } from "./tree.ts";

/** Where the headers of the sets begin: the host puts nothing below. */
const HEADERS = 128;

export interface Engine {
  readonly frame: Frame;
  readonly program: Program;
}

/** Generates the engine. Throws `Unsupported` for a system that only the reference takes. */
export function generate(layout: Layout, tree: Tree, options: FrameOptions): Engine {
  const frame = new Frame(layout, tree, endOfHeaders(tree), options);
  const program = new Generator(frame).program();
  return { frame, program };
}

/** The header of the set of a node; the one behind the last is that of the stash. */
export const headerOf = (node: number): number => HEADERS + node * HEADER.bytes;

/** How many sets of pairs there are: those of the nodes, and the stash. */
export const setsOf = ({ nodes }: Tree): number => nodes.length + 1;

/** The header of the set of the roots. */
export const rootsOf = (tree: Tree): number => headerOf(setsOf(tree));

const endOfHeaders = (tree: Tree): number => rootsOf(tree) + ROOTS.bytes;

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
  readonly #roots: RootSet;
  readonly #stash: ReturnType<typeof stashOf>;
  readonly #add: Func;
  readonly #addAgain: Func;
  readonly #identify: Func;
  readonly #renamer: Renamer | null;

  constructor(frame: Frame) {
    this.#frame = frame;
    const { memory, options, tree } = frame;
    const stash = tree.nodes.length;
    const set = (node: number): PairSet => ({
      header: headerOf(node),
      block: { offset: memory.blocks.offset + 8 * node },
      shared: options.shared,
    });
    this.#interns = tree.nodes.map((_, i) => intern(`${i}`, set(i)));
    this.#rebuilds = Array.from({ length: setsOf(tree) }, (_, i) => rebuild(`${i}`, headerOf(i)));
    const { log, batch } = memory;
    this.#roots = { header: rootsOf(tree), numbers: tree.root.length, stash: set(stash), log, batch };
    this.#stash = stashOf(this.#roots);
    this.#add = addBatch("roots", this.#roots, this.#stash.isNew, true);
    this.#addAgain = addBatch("roots again", this.#roots, this.#stash.isNew, false);
    this.#renamer = options.symmetry ? renamerOf(frame, options.symmetry) : null;
    this.#identify = identify(this.#roots, this.#stash.number);
  }

  program(): Program {
    const { system } = this.#frame;
    const found = this.#found();
    const keep = keepLeast(this.#frame);
    const { reduction } = this.#frame.options;
    const put = reduction ? this.#put() : null;
    const pass = reduction ? passing(this.#frame, this.#renamer) : null;
    const expander = new Expander(this.#frame, { found, keep, ...(pass ? { pass } : {}) });
    const cutMarks = expander.cutMarks();
    const few = reduction && put ? new Few(this.#frame, reduction.dependence, put, cutMarks) : null;
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
    const takeSteps = few?.takeFew ?? this.#takeSteps();
    const expand = this.#expand(unpack, takeSteps, few, { states, cutMarks, rest, deadlock });
    const search = this.#searchPredecessors(unpack, takeSteps, few, keep);
    const marks = goals.map((goal, i) => this.#mark(unpack, goal, i));
    const sweep = this.#sweep(unpack, takeSteps);
    const isMarked = this.#isMarked();
    const moves = [
      moveTable(this.#roots, this.#addAgain),
      moveStash(this.#roots, this.#addAgain),
      rearrange(this.#roots),
    ];
    const exports = [enter, unpack, expand, search, sweep, isMarked, ...marks, ...this.#rebuilds, ...moves, keep];
    return {
      functions: [
        ...this.#interns,
        ...Object.values(this.#stash),
        this.#add,
        this.#addAgain,
        this.#identify,
        ...(this.#renamer?.functions ?? []),
        ...(put ? [put] : []),
        found,
        ...(pass ? [pass] : []),
        cutMarks,
        ...(few?.functions ?? []),
        ...steps,
        states,
        rest,
        deadlock,
        ...goals,
        ...(few ? [] : [takeSteps]),
        ...exports,
      ],
      table: filled,
      exports,
    };
  }

  #child(child: Child, packed: ir.Own, nodes: readonly ir.Expr[]): ir.Expr {
    if ("word" in child) return ir.load(ir.own(packed, 4 * child.word));
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
    addLater(writer, this.#roots, this.#add, ...this.#pairOf(writer, nodes));
    writer.emit(ir.run(ir.call(this.#add)));
    return writer.fn;
  }

  /** The pair that stands for the successor: only parts that changed are looked up. */
  #rootPair(writer: FunctionWriter): readonly [ir.Expr, ir.Expr] {
    const { tree, memory } = this.#frame;
    const nodes: ir.Expr[] = [];
    for (const [i, { left, right }] of tree.nodes.entries()) {
      const before = tree.nodes.map((_, node) => ir.load(ir.own(memory.nodes, 4 * node)));
      const pair = [left, right].map((child) => this.#child(child, memory.successor, nodes)) as [ir.Expr, ir.Expr];
      const old = [left, right].map((child) => this.#child(child, memory.expanded, before)) as [ir.Expr, ir.Expr];
      const number = writer.local(before[i] as ir.Expr);
      const changed = ir.bitOr(ir.xor(pair[0], old[0]), ir.xor(pair[1], old[1]));
      writer.if(changed, () => writer.emit(ir.set(number, ir.call(this.#interns[i] as Func, ...pair))));
      nodes.push(get(number));
    }
    return this.#pairOf(writer, nodes);
  }

  #pairOf(writer: FunctionWriter, nodes: readonly ir.Expr[]): readonly [ir.Expr, ir.Expr] {
    return pairOf(
      writer,
      this.#roots,
      this.#frame.tree.root.map((node) => nodes[node] as ir.Expr),
    );
  }

  /** What is done with each successor, by mode. */
  #found(): Func {
    const { memory } = this.#frame;
    const writer = new FunctionWriter("found");
    const mode = ir.own(memory.mode);
    if (this.#frame.options.reduction) countUp(writer, memory.successors);
    writer.if(ir.eq(ir.load(mode), c(MODE.match)), () => {
      noteMatch(this.#frame, writer, this.#renamer);
      writer.emit(ir.ret(c(0)));
    });
    if (this.#frame.system.alwaysPossible.length > 0) {
      writer.if(ir.eq(ir.load(mode), c(MODE.mark)), () => {
        this.#asLeast(writer, () => {
          const mark = this.#markOf(this.#rootPair(writer));
          writer.if(ir.load8(mark), () => writer.emit(ir.store(ir.own(memory.reaches), c(1))));
        });
        writer.emit(ir.ret(c(0)));
      });
    }
    countUp(writer, memory.transitions);
    this.#keepSuccessor(writer);
    return writer.fn;
  }

  /** The same for a state that was passed through and is kept after all. */
  #put(): Func {
    const writer = new FunctionWriter("put");
    this.#keepSuccessor(writer);
    return writer.fn;
  }

  #keepSuccessor(writer: FunctionWriter): void {
    this.#asLeast(writer, () => addLater(writer, this.#roots, this.#add, ...this.#rootPair(writer)));
  }

  /** Does something with the successor by the names that make it least. */
  #asLeast(writer: FunctionWriter, body: () => void): void {
    const renamer = this.#renamer;
    const changed = renamer && writer.local(ir.call(renamer.canonical));
    body();
    if (renamer && changed !== null) writer.if(get(changed), () => writer.emit(ir.run(ir.call(renamer.restore))));
  }

  /** Where the mark of a root is. */
  #markOf(pair: readonly [ir.Expr, ir.Expr]): ir.Expr {
    return ir.add(ir.load(ir.own(this.#frame.memory.marks)), ir.call(this.#identify, ...pair));
  }

  /**
   * Makes a state of a log the current one: its directory, its number. Parts that the one before had as well are there
   * already, unless states were passed through.
   */
  #unpack(): Func {
    const { tree, memory, options } = this.#frame;
    const writer = new FunctionWriter("unpack", 2);
    const visit = (node: number, number: ir.Expr): void => {
      const at = ir.own(memory.nodes, 4 * node);
      const isOther = options.reduction ? c(1) : ir.ne(number, ir.load(at));
      writer.if(isOther, () => {
        writer.emit(ir.store(at, number));
        parts(node, number);
      });
    };
    const parts = (node: number, number: ir.Expr): void => {
      const pair = writer.local(pairAt(headerOf(node), number));
      const { left, right } = tree.nodes[node] as Tree["nodes"][number];
      for (const [i, child] of [left, right].entries()) {
        if ("nothing" in child) continue;
        const value = get(writer.local(ir.load(get(pair), 4 * i)));
        if ("node" in child) visit(child.node, value);
        else {
          for (const packed of new Set([memory.current, memory.successor, memory.expanded])) {
            writer.emit(ir.store(ir.own(packed, 4 * child.word), value));
          }
        }
      }
    };
    const pair = writer.local(pairIn(get(0), get(1)));
    const words = [get(writer.local(ir.load(get(pair)))), get(writer.local(ir.load(get(pair), 4)))] as const;
    for (const [i, number] of numbersOf(writer, this.#roots, words).entries()) visit(tree.root[i] as number, number);
    return writer.fn;
  }

  /** All steps of all contexts from the current state; gives their bits together. */
  #takeSteps(): Func {
    const writer = new FunctionWriter("takeSteps");
    const bits = writer.local(c(0));
    for (const context of this.#frame.system.contexts.keys()) {
      writer.emit(ir.set(bits, ir.bitOr(stepsOf(this.#frame, context), get(bits))));
    }
    writer.emit(ir.ret(get(bits)));
    return writer.fn;
  }

  /** Makes each state of a run of a log the current one and does `body`, until `stop`. */
  #overRun(writer: FunctionWriter, unpack: Func, stop: ir.Expr, body: () => void): void {
    writer.loop((end) => {
      writer.if(ir.bitOr(ir.eq(get(1), get(2)), stop), () => writer.emit(ir.br(end)));
      writer.emit(ir.run(ir.call(unpack, get(0), get(1))));
      body();
      writer.emit(ir.set(1, ir.add(get(1), c(1))));
    });
  }

  /** Expands the states of a log from one number up to another; gives the number of the first that it left. */
  #expand(
    unpack: Func,
    takeSteps: Func,
    few: Few | null,
    ask: Readonly<Record<"states" | "cutMarks" | "rest" | "deadlock", Func>>,
  ): Func {
    const { system } = this.#frame;
    const writer = new FunctionWriter("expand", 3);
    this.#overRun(writer, unpack, ir.load(c(STOP)), () => {
      writer.emit(ir.run(ir.call(ask.states)), ir.run(ir.call(ask.cutMarks)));
      const bits = writer.local(ir.call(takeSteps));
      writer.if(
        ir.bitAnd(get(bits), c(BIT.notAtRest)),
        () => {
          if (!system.deadlock) return;
          writer.if(ir.not(ir.bitAnd(get(bits), c(BIT.error | BIT.moves))), () =>
            writer.emit(ir.run(ir.call(ask.deadlock))),
          );
        },
        () => writer.emit(ir.run(ir.call(ask.rest))),
      );
      if (few) writer.emit(ir.run(ir.call(few.passOn)));
    });
    writer.emit(ir.run(ir.call(this.#add)), ir.ret(get(1)));
    return writer.fn;
  }

  /** Keeps the least state of a run that has a step to the target, as the event 0. */
  #searchPredecessors(unpack: Func, takeSteps: Func, few: Few | null, keep: Func): Func {
    const { layout, memory } = this.#frame;
    const reaches = ir.own(memory.reaches);
    const writer = new FunctionWriter("searchPredecessors", 3);
    this.#overRun(writer, unpack, c(0), () => {
      writer.emit(ir.store(reaches, c(0)), ir.run(ir.call(takeSteps)));
      if (few) writer.emit(ir.run(ir.call(few.passOn)));
      writer.if(ir.load(reaches), () => {
        for (let word = 0; few && word < layout.words; word++) {
          const back = ir.load(ir.own(memory.expanded, 4 * word));
          writer.emit(ir.store(ir.own(memory.current, 4 * word), back));
        }
        writer.emit(ir.run(ir.call(keep, c(0))));
      });
    });
    return writer.fn;
  }

  /** Where the mark of the state of a log with this number is. */
  #markOfState(writer: FunctionWriter, directory: ir.Expr, number: ir.Expr): number {
    const pair = writer.local(pairIn(directory, number));
    return writer.local(this.#markOf([ir.load(get(pair)), ir.load(get(pair), 4)]));
  }

  /** Marks each state of a run that is a goal. */
  #mark(unpack: Func, goal: Func, number: number): Func {
    const writer = new FunctionWriter(`mark ${number}`, 3);
    this.#overRun(writer, unpack, c(0), () => {
      const mark = this.#markOfState(writer, get(0), get(1));
      writer.emit(ir.store8(get(mark), ir.call(goal)));
    });
    return writer.fn;
  }

  /** Whether a state of a log is marked. */
  #isMarked(): Func {
    const writer = new FunctionWriter("isMarked", 2);
    const mark = this.#markOfState(writer, get(0), get(1));
    writer.emit(ir.ret(ir.load8(get(mark))));
    return writer.fn;
  }

  /** Marks the states of a run, from its end, that have a step to a marked one; gives how many it marked. */
  #sweep(unpack: Func, takeSteps: Func): Func {
    const reaches = ir.own(this.#frame.memory.reaches);
    const writer = new FunctionWriter("sweep", 3);
    const marked = writer.local(c(0));
    writer.loop((end) => {
      writer.if(ir.eq(get(1), get(2)), () => writer.emit(ir.br(end)));
      writer.emit(ir.set(2, ir.sub(get(2), c(1))));
      const mark = this.#markOfState(writer, get(0), get(2));
      writer.if(ir.not(ir.load8(get(mark))), () => {
        writer.emit(ir.store(reaches, c(0)), ir.run(ir.call(unpack, get(0), get(2))), ir.run(ir.call(takeSteps)));
        writer.if(ir.load(reaches), () => {
          writer.emit(ir.store8(get(mark), c(1)), ir.set(marked, ir.add(get(marked), c(1))));
        });
      });
    });
    writer.emit(ir.ret(get(marked)));
    return writer.fn;
  }
}
