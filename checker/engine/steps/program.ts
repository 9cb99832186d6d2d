/**
 * The whole engine of a system as one program: expand a range of states, look for the predecessors of one, find out which
 * states can still reach a goal. The host turns the levels, makes room and reads what was seen.
 */
import { doorWriter, type ENGINE_DOORS } from "../code/doors.ts";
import * as ir from "../code/ir.ts";
import { c, type Func, FunctionWriter, get, type Program } from "../code/ir.ts";
import type { Layout } from "../state/layout.ts";
import type { Child, Tree } from "../state/tree.ts";
import { HEADER, intern, type PairSet, pairAt, rebuild, STOP } from "../store/pair-set.ts";
import { ROOTS, rootSet } from "../store/root-set.ts";
import { type Roots, rootsHere, rootsInShards } from "../store/roots.ts";
import { AmpleSearch, countUp, noteMatch, passing, stepsOf } from "./ample-search.ts";
import { Asker } from "./asker.ts";
import { identifying, listing, noteEdge, owedIn } from "./edges.ts";
import { BIT, Expander } from "./expand.ts";
import { keepLeast } from "./keep.ts";
import { MemoryMap, type MemoryMapOptions, MODE } from "./memory-map.ts";
import { overPacked, writeDifference } from "./packed.ts";
import { type Renamer, renamerOf } from "./rename.ts";
import { mostSuccessors } from "./successors.ts";

/** Where the headers of the sets begin: the host puts nothing below. */
const HEADERS = 128;

export interface Engine {
  readonly map: MemoryMap;
  readonly program: Program;
}

/** Generates the engine. Throws `Unsupported` for a system that only the reference takes. */
export function generate(layout: Layout, tree: Tree, options: MemoryMapOptions): Engine {
  const edges = layout.system.liveness.length > 0 ? { edges: mostSuccessors(layout.system) } : {};
  const map = new MemoryMap(layout, tree, endOfHeaders(tree), { ...options, ...edges });
  const program = new Generator(map).program();
  return { map, program };
}

/** The header of the set of a node. */
export const headerOf = (node: number): number => HEADERS + node * HEADER.bytes;

/** Those of the stash and of the set of the roots, where they are in this memory. */
export const stashOf = ({ nodes }: Tree): number => headerOf(nodes.length);
export const rootsOf = (tree: Tree): number => stashOf(tree) + HEADER.bytes;

const endOfHeaders = (tree: Tree): number => rootsOf(tree) + ROOTS.bytes;

class Generator {
  readonly #map: MemoryMap;
  readonly #interns: readonly Func[];
  readonly #rebuilds: readonly Func[];
  readonly #roots: Roots;
  readonly #renamer: Renamer | null;

  constructor(map: MemoryMap) {
    this.#map = map;
    const { memory, options, system, tree } = map;
    const set = (node: number): PairSet => ({
      header: headerOf(node),
      block: { offset: memory.blocks.offset + 8 * node },
      shared: options.shared,
    });
    this.#interns = tree.nodes.map((_, i) => intern(`${i}`, set(i)));
    this.#rebuilds = tree.nodes.map((_, i) => rebuild(`rebuild ${i}`, headerOf(i)));
    const [numbers, steps] = [tree.root.length, system.contexts.length * system.labels.length];
    this.#roots =
      options.shards === 0
        ? rootsHere(rootSet(rootsOf(tree), stashOf(tree), memory.roots, { numbers, shared: options.shared }))
        : rootsInShards(options.shards, numbers, steps, options.nearBits);
    this.#renamer = options.symmetry ? renamerOf(map, options.symmetry) : null;
  }

  program(): Program {
    const { system } = this.#map;
    const found = this.#found();
    const keep = keepLeast(this.#map);
    const { reduction } = this.#map.options;
    const put = reduction ? this.#put() : null;
    const pass = reduction ? passing(this.#map, this.#renamer) : null;
    const asker = new Asker(this.#map, keep);
    const expander = new Expander(this.#map, { found, ...(pass ? { pass } : {}) }, asker);
    const cutMarks = expander.cutMarks();
    const ample = reduction && put ? new AmpleSearch(this.#map, reduction.dependence, put, cutMarks) : null;
    const table = system.contexts.flatMap(({ script }, context) =>
      // A label of another script is never met; the entry of the end stands in for it.
      system.labels.map((label) => (label && label.script !== script ? null : expander.stepsOf(context, label))),
    );
    const ends = system.contexts.map((_, context) => table[context * system.labels.length] as Func);
    const filled = table.map((fn, i) => fn ?? (ends[Math.floor(i / system.labels.length)] as Func));
    const steps = table.filter((fn) => fn !== null);
    const states = asker.stateChecks();
    const rest = asker.restChecks();
    const deadlock = asker.deadlock();
    const goals = system.alwaysPossible.map((goal, i) => asker.isGoal(`goal ${i}`, goal));
    const owed = owedIn(system, asker);
    const unpack = this.#unpack();
    const takeSteps = ample?.takeAmple ?? this.#takeSteps();
    const doors: Readonly<Record<keyof typeof ENGINE_DOORS, Func>> = {
      enter: this.#enter(),
      unpack,
      expand: this.#expand(unpack, takeSteps, ample, { states, cutMarks, rest, deadlock }),
      searchPredecessors: this.#searchPredecessors(unpack, takeSteps, ample, keep),
      sweep: this.#sweep(unpack, takeSteps),
      isMarked: this.#isMarked(),
      ...this.#packed(unpack),
      edges: listing(this.#map, unpack, takeSteps, owed),
      identify: identifying(this.#roots),
    };
    const marks = goals.map((goal, i) => this.#mark(unpack, goal, i));
    const exports = [...Object.values(doors), ...marks, ...this.#rebuilds];
    return {
      imports: this.#roots.imports,
      functions: [
        ...this.#interns,
        ...this.#roots.functions,
        ...(this.#renamer?.functions ?? []),
        ...(put ? [put] : []),
        keep,
        found,
        ...(pass ? [pass] : []),
        cutMarks,
        ...(ample?.functions ?? []),
        ...steps,
        ...states,
        ...rest,
        deadlock,
        ...goals,
        ...owed,
        ...(ample ? [] : [takeSteps]),
        ...exports,
      ],
      table: [...filled, ...this.#roots.table],
      exports: [...exports, ...this.#roots.exports],
    };
  }

  #child(child: Child, packed: ir.Own, nodes: readonly ir.Expr[]): ir.Expr {
    return this.#childAt(child, (word) => ir.own(packed, 4 * word), nodes);
  }

  #childAt(child: Child, at: (word: number) => ir.Expr, nodes: readonly ir.Expr[]): ir.Expr {
    if ("word" in child) return ir.load(at(child.word));
    return "node" in child ? (nodes[child.node] as ir.Expr) : c(0);
  }

  /** Enters the state in `current`: the initial one. */
  #enter(): Func {
    const writer = doorWriter("enter");
    this.#addState(writer, (word) => ir.own(this.#map.memory.current, 4 * word));
    this.#roots.flush(writer);
    return writer.fn;
  }

  /** Notes a state whose words lie there, to be added. */
  #addState(writer: FunctionWriter, at: (word: number) => ir.Expr): void {
    const nodes: ir.Expr[] = [];
    for (const [i, { left, right }] of this.#map.tree.nodes.entries()) {
      const pair = [left, right].map((child) => this.#childAt(child, at, nodes));
      nodes.push(get(writer.local(ir.call(this.#interns[i] as Func, ...pair))));
    }
    this.#roots.add(writer, this.#rootOf(nodes));
  }

  /** The doors of states that come from a file, or go to one. */
  #packed(unpack: Func) {
    const enter = doorWriter("enter packed");
    overPacked(this.#map, enter, (at) => this.#addState(enter, at));
    this.#roots.flush(enter);
    enter.emit(ir.ret(get(1)));
    const pack = doorWriter("pack");
    this.#overRun(pack, unpack, c(0), () => writeDifference(this.#map, pack));
    pack.emit(ir.ret(get(4)));
    return { pack: pack.fn, "enter packed": enter.fn };
  }

  /** The root of the successor: only parts that changed are looked up. */
  #successorsRoot(writer: FunctionWriter): readonly ir.Expr[] {
    const { tree, memory } = this.#map;
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
    return this.#rootOf(nodes);
  }

  /** The numbers of the nodes that hang on the root. */
  #rootOf(nodes: readonly ir.Expr[]): readonly ir.Expr[] {
    return this.#map.tree.root.map((node) => nodes[node] as ir.Expr);
  }

  /** What is done with each successor, by mode. */
  #found(): Func {
    const { memory } = this.#map;
    const writer = new FunctionWriter("found");
    const mode = ir.own(memory.mode);
    if (this.#map.options.reduction) countUp(writer, memory.successors);
    writer.if(ir.eq(ir.load(mode), c(MODE.match)), () => {
      noteMatch(this.#map, writer, this.#renamer);
      writer.emit(ir.ret(c(0)));
    });
    if (this.#map.system.alwaysPossible.length > 0) {
      writer.if(ir.eq(ir.load(mode), c(MODE.mark)), () => {
        this.#asLeast(writer, () => {
          const isMarked = this.#roots.isMarked(writer, this.#successorsRoot(writer));
          writer.if(isMarked, () => writer.emit(ir.store(ir.own(memory.reaches), c(1))));
        });
        writer.emit(ir.ret(c(0)));
      });
    }
    const { identify } = this.#roots;
    if (this.#map.options.edges !== undefined && identify) {
      writer.if(ir.eq(ir.load(mode), c(MODE.edges)), () => {
        noteEdge(this.#map, writer, identify(writer, this.#successorsRoot(writer)));
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
    this.#asLeast(writer, () => this.#roots.add(writer, this.#successorsRoot(writer)));
  }

  /** Does something with the successor by the names that make it least. */
  #asLeast(writer: FunctionWriter, body: () => void): void {
    const renamer = this.#renamer;
    const changed = renamer && writer.local(ir.call(renamer.canonical));
    body();
    if (renamer && changed !== null) writer.if(get(changed), () => writer.emit(ir.run(ir.call(renamer.restore))));
  }

  /**
   * Makes a state of a log the current one: the log, its number. Parts that the one before had as well are there
   * already, unless states were passed through.
   */
  #unpack(): Func {
    const { tree, memory, options } = this.#map;
    const writer = doorWriter("unpack");
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
    const root = this.#roots.numbersAt(writer, get(0), get(1));
    for (const [i, number] of root.entries()) visit(tree.root[i] as number, number);
    return writer.fn;
  }

  /** All steps of all contexts from the current state; gives their bits together. */
  #takeSteps(): Func {
    const writer = new FunctionWriter("takeSteps");
    const bits = writer.local(c(0));
    for (const context of this.#map.system.contexts.keys()) {
      writer.emit(ir.set(bits, ir.bitOr(stepsOf(this.#map, context), get(bits))));
    }
    writer.emit(ir.ret(get(bits)));
    return writer.fn;
  }

  /** Makes each state of a range of a log the current one and does `body`, until `stop`. */
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
    ample: AmpleSearch | null,
    ask: {
      readonly states: readonly Func[];
      readonly cutMarks: Func;
      readonly rest: readonly Func[];
      readonly deadlock: Func;
    },
  ): Func {
    const { memory, system } = this.#map;
    const writer = doorWriter("expand");
    this.#overRun(writer, unpack, ir.load(c(STOP)), () => {
      const all = (questions: readonly Func[]) => questions.map((question) => ir.run(ir.call(question)));
      writer.emit(...all(ask.states), ir.run(ir.call(ask.cutMarks)));
      const bits = writer.local(ir.call(takeSteps));
      writer.if(
        ir.bitAnd(get(bits), c(BIT.notAtRest)),
        () => {
          if (!system.deadlock) return;
          writer.if(ir.not(ir.bitAnd(get(bits), c(BIT.error | BIT.moves))), () =>
            writer.emit(ir.run(ir.call(ask.deadlock))),
          );
        },
        () => writer.emit(ir.store(ir.own(memory.rested), c(1)), ...all(ask.rest)),
      );
      if (ample) writer.emit(ir.run(ir.call(ample.passOn)));
    });
    this.#roots.flush(writer);
    writer.emit(ir.ret(get(1)));
    return writer.fn;
  }

  /** Keeps the least state of a range that has a step to the target, as the event 0. */
  #searchPredecessors(unpack: Func, takeSteps: Func, ample: AmpleSearch | null, keep: Func): Func {
    const { layout, memory } = this.#map;
    const reaches = ir.own(memory.reaches);
    const writer = doorWriter("searchPredecessors");
    this.#overRun(writer, unpack, c(0), () => {
      writer.emit(ir.store(reaches, c(0)), ir.run(ir.call(takeSteps)));
      if (ample) writer.emit(ir.run(ir.call(ample.passOn)));
      writer.if(ir.load(reaches), () => {
        for (let word = 0; ample && word < layout.words; word++) {
          const back = ir.load(ir.own(memory.expanded, 4 * word));
          writer.emit(ir.store(ir.own(memory.current, 4 * word), back));
        }
        writer.emit(ir.run(ir.call(keep, c(0))));
      });
    });
    return writer.fn;
  }

  /** Marks each state of a range that is a goal. */
  #mark(unpack: Func, goal: Func, number: number): Func {
    const writer = doorWriter(`mark ${number}`);
    this.#overRun(writer, unpack, c(0), () => {
      const isGoal = get(writer.local(ir.call(goal)));
      this.#roots.mark(writer, this.#roots.numbersAt(writer, get(0), get(1)), isGoal);
    });
    return writer.fn;
  }

  /** Whether a state of a log is marked. */
  #isMarked(): Func {
    const writer = doorWriter("isMarked");
    const root = this.#roots.numbersAt(writer, get(0), get(1));
    writer.emit(ir.ret(this.#roots.isMarked(writer, root)));
    return writer.fn;
  }

  /** Marks the states of a range, from its end, that have a step to a marked one; gives how many it marked. */
  #sweep(unpack: Func, takeSteps: Func): Func {
    const reaches = ir.own(this.#map.memory.reaches);
    const writer = doorWriter("sweep");
    const marked = writer.local(c(0));
    writer.loop((end) => {
      writer.if(ir.eq(get(1), get(2)), () => writer.emit(ir.br(end)));
      writer.emit(ir.set(2, ir.sub(get(2), c(1))));
      const root = this.#roots.numbersAt(writer, get(0), get(2));
      writer.if(ir.not(this.#roots.isMarked(writer, root)), () => {
        writer.emit(ir.store(reaches, c(0)), ir.run(ir.call(unpack, get(0), get(2))), ir.run(ir.call(takeSteps)));
        writer.if(ir.load(reaches), () => {
          this.#roots.mark(writer, root, c(1));
          writer.emit(ir.set(marked, ir.add(get(marked), c(1))));
        });
      });
    });
    writer.emit(ir.ret(get(marked)));
    return writer.fn;
  }
}
