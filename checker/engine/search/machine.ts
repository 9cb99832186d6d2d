/** A generated engine that runs: in WebAssembly or in JavaScript, with the memories that its code and its host share. */
import type { System } from "../../language/system.ts";
import type { Dependence } from "../../reduction/dependence.ts";
import type { Symmetry } from "../../reduction/symmetry.ts";
import { type ArgumentsOf, behind, type EngineDoor, type Functions, functionNamed, type Job } from "../code/doors.ts";
import type { Program } from "../code/ir.ts";
import { compileToJs } from "../code/ir-js.ts";
import { encodeWasm } from "../code/ir-wasm.ts";
import type { Layout } from "../state/layout.ts";
import type { Tree } from "../state/tree.ts";
import { type Engine, generate, headerOf, rootsOf, stashOf } from "../steps/program.ts";
import { mostSuccessors } from "../steps/successors.ts";
import { MAXIMUM_PAGES, type Pages } from "../store/memories.ts";
import { BLOCK, PAGE } from "../store/pair-set.ts";
import { BATCH } from "../store/root-set.ts";
import { importsOf, shardProgram } from "../store/roots.ts";
import { Store, type StoreOptions } from "../store/store.ts";
import { type CodeToRun, jobOf, type RangeJob } from "./code-to-run.ts";

export type Backend = "wasm" | "js";

export interface MachineOptions {
  readonly backend: Backend;
  readonly unroll: number;
  /** Threads that may add to the sets. */
  readonly threads: number;
  /** Bytes of memory that may be used. */
  readonly memory: number;
  /** In how many shards the set of the roots is; with 0 it is in the memory of the rest. */
  readonly shards: number;
  readonly nearBits?: number;
  readonly tables?: Pick<StoreOptions, "firstTable" | "largestRoots" | "rootBits" | "addresses">;
  /** A store whose search has ended: its memory is used again. */
  readonly ended?: Store;
  /** Where only what must be followed is. */
  readonly dependence: Dependence | null;
  /** Where of states that differ by names only one is. */
  readonly symmetry: Symmetry | null;
}

/** Where a thread has what is its own: in the memory of the engine, and in that of each shard. */
export interface Thread {
  readonly base: number;
  readonly bases: readonly number[];
}

export interface Machine {
  readonly engine: Engine;
  readonly store: Store;
  /** Calls a function of the search's own thread. */
  readonly call: <D extends EngineDoor>(door: D, ...args: ArgumentsOf<D>) => number;
  /** The function of that thread that does a job to a range of states, or of a shard's table or stash. */
  readonly job: (job: Job) => RangeJob;
  /** Has room for what one more thread needs for itself. Throws `OutOfMemory`. */
  readonly newThread: () => Thread;
  /** What a thread is given to run the same code, in WebAssembly. */
  readonly toRun: (thread: Thread) => CodeToRun;
}

/** Makes an engine with empty sets. Throws `Unsupported`, `OutOfMemory` and `TooWide`. */
export function machineOf(system: System, layout: Layout, tree: Tree, options: MachineOptions): Machine {
  const { memory: limit, backend, unroll, threads, shards, tables, ended, dependence, symmetry } = options;
  const shared = threads > 1;
  const most = mostSuccessors(system);
  // One that was laid by is replaced by its successor before the next is looked at.
  const reduction = dependence ? { reduction: { dependence, most: most + 1 } } : {};
  const near = options.nearBits === undefined ? {} : { nearBits: options.nearBits };
  const names = symmetry ? { symmetry } : {};
  const engine = generate(layout, tree, { unroll, shared, shards, ...near, ...reduction, ...names });
  const { map } = engine;
  const slack = most + BATCH + 2 * BLOCK;
  // The search's own thread adds to the sets as well: the first levels.
  const adding = shared ? threads + 1 : 1;
  const store = new Store({ limit, slack, threads: adding, shared, shards, ...tables, ...(ended ? { ended } : {}) });
  const numbers = tree.root.length;
  const shard = shards > 0 ? shardProgram(numbers, shared) : null;
  const code = codeOf(engine.program, backend, shared);
  const codeOfShards = shard && codeOf(shard.program, backend, shared);
  const imported = importsOf(shards, numbers);
  store.main.take(Math.ceil(map.end / PAGE));
  const apart = store.apart.map((pages) => {
    if (!shard || !codeOfShards) throw new Error("there are memories of shards, and no shards");
    pages.take(Math.ceil((shard.map.base + shard.map.bytes) / PAGE));
    return codeOfShards.start(pages, shard.map.base);
  });
  const imports = imported.map(({ name, door, shard }) => [name, functionNamed(apart[shard], door)] as const);
  const functions = code.start(store.main, map.base, Object.fromEntries(imports));
  const ofShards = shard ? apart : [functions];
  const call: Machine["call"] = (door, ...args) => behind(functions, door)(...args);
  const add = (thread: Thread): void => {
    map.begin(store.main.words, thread.base);
    store.addThread(thread.base + map.memory.blocks.offset, thread.bases, shard?.map.own ?? map.memory.roots);
  };
  map.initialise(store.main.bytes);
  for (const set of tree.nodes.keys()) store.addSet(headerOf(set), (from, to) => call(`rebuild ${set}`, from, to));
  const { header, stash } = shard?.map ?? { header: rootsOf(tree), stash: stashOf(tree) };
  store.addRoots(
    tree.root,
    ofShards.map((own) => ({
      header,
      stash,
      rebuildStash: behind(own, "rebuild stash"),
      rearrange: behind(own, "rearrange"),
    })),
  );
  add({ base: map.base, bases: ofShards.map(() => shard?.map.base ?? map.base) });
  store.makeRoom();
  return {
    engine,
    store,
    call,
    job: (job) => jobOf(job, functions, ofShards),
    newThread: () => {
      const base = emptied(store.main, map.own);
      const thread = { base, bases: shard ? store.apart.map((pages) => emptied(pages, shard.map.bytes)) : [base] };
      add(thread);
      return thread;
    },
    toRun: ({ base, bases }) => ({
      main: toRunOver(store.main, code, base),
      shards: store.apart.map((pages, i) => toRunOver(pages, codeOfShards, bases[i] as number)),
      imports: imported,
    }),
  };
}

/** Room for so many bytes, all 0: the pages may have been a table before. */
function emptied(pages: Pages, bytes: number): number {
  const count = Math.ceil(bytes / PAGE);
  const { at } = pages.take(count);
  pages.bytes.fill(0, at, at + count * PAGE);
  return at;
}

/** A program that can be run over any memory, by a thread that has what is its own at a base in it. */
interface Code {
  /** Null in JavaScript, which has one thread. */
  readonly module: WebAssembly.Module | null;
  readonly start: (pages: Pages, base: number, imports?: Functions) => Functions;
}

function toRunOver({ memory }: Pages, code: Code | null, base: number): CodeToRun["main"] {
  if (!code?.module) throw new Error("only WebAssembly has threads");
  return { module: code.module, memory, base };
}

function codeOf(program: Program, backend: Backend, shared: boolean): Code {
  if (backend === "js") {
    const start: Code["start"] = (pages, base, imports) => {
      const { functions, attach } = compileToJs(program, base, imports);
      attach(pages.memory.buffer);
      pages.onMove = () => attach(pages.memory.buffer);
      return functions;
    };
    return { module: null, start };
  }
  const module = new WebAssembly.Module(encodeWasm(program, { maximum: MAXIMUM_PAGES, shared }));
  const start: Code["start"] = ({ memory }, base, imports) =>
    new WebAssembly.Instance(module, { host: { memory, base, ...imports } }).exports;
  return { module, start };
}
