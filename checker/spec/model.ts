/**
 * What a model offers to specs: its parameters, versions, variants, kinds of context, operations and properties, and
 * how a question becomes a system. A model file exports one as `default`; `nolock` finds built-in ones by name and
 * anybody's own by path.
 */
import type { LinkOptions } from "../language/link-options.ts";
import type { Property } from "../language/properties.ts";
import type { Bug } from "./bug.ts";
import type { Ledger } from "./claim.ts";
import type { Parameter, Setting } from "./parameter.ts";
import type { Views } from "./views.ts";

export type { Bug } from "./bug.ts";
export type { Claim, ClaimPart, Design, Later, Ledger, Reading, Within } from "./claim.ts";
export type { Parameter, Setting } from "./parameter.ts";
export type { Views } from "./views.ts";

/** Who runs, as a spec says it. Options beyond name, kind and script are those of the kind, defaults filled in. */
export interface ContextSpec {
  readonly name: string;
  readonly kind: string;
  /** Its calls, in order; or, with `any`, the set that it chooses from. */
  readonly script: readonly string[];
  /** It makes any of these calls, any number of times, in any order, and stops when it likes: a most general client. */
  readonly any?: AnyScript;
  readonly options: Readonly<Record<string, Setting>>;
  /** Names of the contexts that must have ended before it begins, or arrives; the linker sees to it. */
  readonly after?: readonly string[];
}

/** What is said of a script "any" beside its calls. */
export interface AnyScript {
  /** It frees only what it got itself; otherwise whatever those have that say no such thing. */
  readonly own: boolean;
}

/** What a spec asks a model to link: every setting present, names checked. */
export interface Question {
  readonly configuration: Readonly<Record<string, Setting>>;
  readonly version: string | null;
  readonly variants: readonly string[];
  readonly contexts: readonly ContextSpec[];
}

/** What is wrong with a spec, at a JSON pointer ("/contexts/1/cpu"). */
export interface Problem {
  readonly path: string;
  readonly what: string;
  /** What was expected, and how to mend it. */
  readonly mend: string;
}

/** The parts that contexts play, and who has been together with whom. */
export interface Company {
  readonly parts: readonly string[];
  /** The parts that are played in a question. */
  readonly of: (question: Question) => readonly string[];
  /** By column of the ledger: frames with what they do, "NMI: kfree_nolock". */
  readonly frames: Readonly<Record<string, readonly string[]>>;
  /** What they may come on top of. */
  readonly below: readonly string[];
  /** Which frames of a question may come on top of what. */
  readonly cuts: (question: Question) => readonly (readonly [frame: string, below: string])[];
  /** A part that everything comes on top of, so that a pair of others is a triple with it. */
  readonly ground: string;
  /** A part that the system plays by itself, where a script gives it something to do: it costs a spec no context. */
  readonly byItself: string;
  /** Why triples without either of these are not asked for. */
  readonly crowded: string;
  /** Why two are never together, or one is never there: "RT: softirq", "!RT: scanner + flush". */
  readonly apart: Readonly<Record<string, string>>;
}

export interface Model {
  readonly name: string;
  readonly title: string;
  /** Source that the model was written from: "mm/slub.c of 6.18.35". */
  readonly source: string;
  /** What is left out, a sentence each; programs in use add their own. */
  readonly notModelled: readonly string[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Name to one line of text; the first is the default. Empty: the model has no versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly variants: Readonly<Record<string, string>>;
  /** Kinds of context with their options. Empty: the model makes its own contexts from the configuration. */
  readonly contextKinds: Readonly<
    Record<string, { readonly about: string; readonly options: Readonly<Record<string, Parameter>> }>
  >;
  /** First word of a script entry to what it does. */
  readonly operations: Readonly<Record<string, string>>;
  /** The same to an entry as it may be written: "kmalloc A". */
  readonly forms?: Readonly<Record<string, string>>;
  /** By name, in the order in which reports list them. */
  readonly properties: Readonly<Record<string, Property>>;
  /**
   * Where versions differ in more than rows: the settings of some, and what the properties ask of them. Of one name all
   * properties say the same, of other cells. Default: what the model says of all.
   */
  readonly inVersion?: Readonly<Record<string, OfVersion>>;
  /** Names of the properties that "all" stands for: those of any right code. Default: each that can be violated. */
  readonly rules?: readonly string[];
  /** Properties that mean nothing for a question, each with how to mend that: they may not be asked of it. */
  readonly unfit?: (question: Question) => Readonly<Record<string, string>>;
  /** Claims that specs decide, and designs that they look at. */
  readonly ledger?: Ledger;
  /** Bugs by their names, in the order in which they are listed. */
  readonly bugs?: Readonly<Record<string, Bug>>;
  /** Who may be there together, where the corpus of specs should have them all. */
  readonly company?: Company;
  /** What the specs of a folder are about, a sentence a folder. */
  readonly subjects?: Readonly<Record<string, string>>;
  /** How a page draws a state; without, every field is drawn as it is declared. */
  readonly views?: Views;
  /** Why a source row fires in no spec, by row ("program: label", "program: label (variant)") or by program. */
  readonly unfired?: Readonly<Record<string, string>>;
  /** Why a mutant of a row is noticed by no spec, by its name, though a spec could be written that does. */
  readonly survivors?: Readonly<Record<string, string>>;
  /** Why a mutant of a row is another way to write the same, by its name. Every spec then goes the same way with it. */
  readonly equivalents?: Readonly<Record<string, string>>;
  /**
   * Cells that are plain memory, by field ("cpuSlab") or part of one ("page.nextPage"): a compiler may exchange two stores
   * into them. Everything else is a lock, an atomic operation or the machine. Default: every cell is plain.
   */
  readonly plainStores?: readonly string[];
  /** A question with each of its bounds one larger, one at a time, and which that is: "cpus 1 -> 2". */
  readonly grow?: (question: Question) => readonly { readonly bound: string; readonly question: Question }[];
  /** A question asked of the most general client of its contexts, on small heaps first and on its own last. */
  readonly anyTwins?: (question: Question) => readonly AnyTwin[];
  /** What a context of this kind and with these options may call: what the script "any" stands for. */
  readonly mayCall?: (context: ContextSpec, question: Question) => readonly string[];
  /** What the model finds wrong with a question, beyond names and types: CPU 7 of 2, a script nobody can follow. */
  readonly problems: (question: Question) => readonly Problem[];
  /** Called only for a question without problems. The caller adds name and properties. */
  readonly build: (question: Question) => Built;
}

/** `restated`: properties that say more of this question than of others, of cells that only such questions have. */
export interface Built extends Omit<LinkOptions, "name" | "properties"> {
  readonly restated?: Readonly<Record<string, Property>>;
}

/** A question asked of the most general client of its contexts, on some heap. */
export interface AnyTwin {
  /** Which heap: "one slab of one object". */
  readonly heap: string;
  readonly question: Question;
  /** Properties that are not asked there: they say nothing, or only the whole graph tells. */
  readonly idle: readonly string[];
}

type OfVersion = Pick<Model, "parameters" | "properties" | "source">;

/** The settings of a version, its properties, and the sources that it was read in. */
export const asOf = (model: Model, version: string | null): OfVersion =>
  (version === null ? undefined : model.inVersion?.[version]) ?? model;

/** A model without kinds of contexts, versions or variants: what a small file of one's own needs to say. */
export const defineModel = (model: Pick<Model, "name" | "title" | "properties" | "build"> & Partial<Model>): Model => ({
  source: "",
  notModelled: [],
  parameters: {},
  versions: {},
  variants: {},
  contextKinds: {},
  operations: {},
  problems: () => [],
  ...model,
});
