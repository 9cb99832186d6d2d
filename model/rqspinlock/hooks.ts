/** Where a BPF program may be hooked in: the tracepoints of the slow path, and a kprobe inside it. */
import { marked } from "../../checker/language/index.ts";
import type { HookPlaces } from "../kernel/hooks.ts";
import { reachedBy } from "../kernel/model.ts";
import { CALLS } from "./calls.ts";

export const HOOK_PLACES: HookPlaces = {
  contention_begin: {
    about: "the tracepoint contention_begin",
    runs: "tracepoint",
    region: () => marked("contention_begin"),
  },
  contention_end: {
    about: "the tracepoint contention_end",
    runs: "tracepoint",
    region: () => marked("contention_end"),
  },
  kprobe: { about: "a kprobe at any instruction of the code", runs: "kprobe", region: () => reachedBy(CALLS) },
};
