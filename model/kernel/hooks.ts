/** Where a BPF program may be hooked in, and how it then runs. */
import type { Region } from "../../checker/language/index.ts";
import type { ContextSpec, Parameter, Question } from "../../checker/spec/model.ts";
import type { FrameKind } from "../machine/contexts.ts";

/**
 * How the program of a hook runs. A kprobe that is an int3 counts as an NMI, by an option of the hook; other kprobes
 * and tracepoints turn preemption off, fentry turns migration off, a function that is called changes nothing.
 */
export type Runs = "kprobe" | "tracepoint" | "fentry" | "function";

export interface HookPlace {
  readonly about: string;
  readonly runs: Runs;
  /** Only with PREEMPT_RT, or only without. */
  readonly rt?: boolean;
  /** The rows before which it fires. */
  readonly region: (question: Question) => Region;
}

export type HookPlaces = Readonly<Record<string, HookPlace>>;

/** The options of a hook. The first place is the default. */
export const hookOptions = (places: HookPlaces): Readonly<Record<string, Parameter>> => {
  const names = Object.keys(places);
  return {
    at: {
      about: `where it fires: ${Object.entries(places)
        .map(([name, { about }]) => `"${name}", ${about}`)
        .join("; ")}`,
      type: "choice",
      default: names[0] as string,
      choices: names,
      means: Object.fromEntries(Object.entries(places).map(([name, { about }]) => [name, about])),
    },
    setsNmi: {
      about: "in_nmi() is true while it runs, as for an int3 kprobe of x86",
      type: "boolean",
      default: false,
    },
  };
};

const RUNS: Readonly<Record<Runs, Partial<FrameKind>>> = {
  kprobe: { preemptOff: true },
  tracepoint: { preemptOff: true },
  fentry: { migrateOff: true },
  function: {},
};

/** What a hook changes on its CPU while its program runs. */
export function hookKind({ options }: ContextSpec, places: HookPlaces): FrameKind {
  const at = options.at as string;
  const base = { quote: `(model) hook: ${at}`, kernel: "hook", comes: "2.4.1", goes: "2.4.2" };
  if (options.setsNmi) return { ...base, nmi: true, hardirq: true, irqsOff: true };
  return { ...base, ...RUNS[places[at]?.runs ?? "kprobe"] };
}
