/** A generated engine that runs: in WebAssembly or in JavaScript, with the memory that its code and its host share. */
import type { System } from "../language/system.ts";
import type { Dependence } from "../reduction/dependence.ts";
import type { Symmetry } from "../reduction/symmetry.ts";
import { compileToJs } from "./ir-js.ts";
import { encodeWasm } from "./ir-wasm.ts";
import type { Layout } from "./layout.ts";
import { BLOCK, PAGE } from "./pair-set.ts";
import { type Engine, generate, headerOf, mostSuccessors, rootsOf, setsOf } from "./program.ts";
import { BATCH } from "./root-set.ts";
import { MAXIMUM_PAGES, Store, type StoreOptions } from "./store.ts";
import type { Tree } from "./tree.ts";

export type Backend = "wasm" | "js";

export interface MachineOptions {
  readonly backend: Backend;
  readonly unroll: number;
  /** Threads that may add to the sets. */
  readonly threads: number;
  /** Bytes of memory that may be used. */
  readonly memory: number;
  readonly tables?: Pick<StoreOptions, "firstTable" | "largestRoots" | "rootBits">;
  /** A store whose search has ended: its memory is used again. */
  readonly ended?: Store;
  /** Where only what must be followed is. */
  readonly dependence: Dependence | null;
  /** Where of states that differ by names only one is. */
  readonly symmetry: Symmetry | null;
}

export interface Machine {
  readonly engine: Engine;
  readonly store: Store;
  readonly functions: Readonly<Record<string, (...args: number[]) => number>>;
  /** What all threads run; null in JavaScript, which has one. */
  readonly module: WebAssembly.Module | null;
}

/** Makes an engine with empty sets. Throws `Unsupported`, `OutOfMemory` and `TooWide`. */
export function machineOf(system: System, layout: Layout, tree: Tree, options: MachineOptions): Machine {
  const { memory: limit, backend, unroll, threads, tables, ended, dependence, symmetry } = options;
  const shared = threads > 1;
  const most = mostSuccessors(system);
  // One that was laid by is replaced by its successor before the next is looked at.
  const reduction = dependence ? { reduction: { dependence, most: most + 1 } } : {};
  const engine = generate(layout, tree, { unroll, shared, ...reduction, ...(symmetry ? { symmetry } : {}) });
  const slack = most + BATCH + 2 * BLOCK;
  // The search's own thread adds to the sets as well: the first levels.
  const adding = shared ? threads + 1 : 1;
  const store = new Store({ limit, slack, threads: adding, shared, ...tables, ...(ended ? { ended } : {}) });
  store.pages(Math.ceil(engine.frame.end / PAGE));
  const code = () => encodeWasm(engine.program, { maximum: MAXIMUM_PAGES, shared });
  const module = backend === "js" ? null : new WebAssembly.Module(code());
  const functions = module ? wasmFunctions(module, engine, store) : jsFunctions(engine, store);
  engine.frame.initialise(store.bytes);
  engine.frame.begin(store.words, engine.frame.base);
  const call = (name: string, ...args: number[]): number => (functions[name] as (...all: number[]) => number)(...args);
  for (let set = 0; set < setsOf(tree); set++) {
    store.addSet(headerOf(set), (from, to) => call(`rebuild ${set}`, from, to));
  }
  store.addRoots(rootsOf(tree), tree.root, (directory, from, to) => call("rearrange", directory, from, to));
  store.addThread(engine.frame.base, engine.frame.memory);
  store.makeRoom();
  return { engine, store, functions, module };
}

function jsFunctions({ program, frame }: Engine, store: Store): Machine["functions"] {
  const { functions, attach } = compileToJs(program, frame.base);
  attach(store.memory.buffer);
  store.onMove = () => attach(store.memory.buffer);
  return functions;
}

function wasmFunctions(module: WebAssembly.Module, { frame }: Engine, store: Store): Machine["functions"] {
  return new WebAssembly.Instance(module, { host: { memory: store.memory, base: frame.base } }).exports;
}
