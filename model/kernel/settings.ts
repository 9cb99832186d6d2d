/**
 * Settings: what a spec may say in its `configuration`, told once. From one table come the parameters that a spec
 * knows, the type of their values, and the constants that they fix.
 */
import type { Assign, LeafPlace } from "../../checker/language/index.ts";
import type { Parameter, Setting as Value } from "../../checker/spec/model.ts";
import { cfg } from "../machine/config.ts";

/** One setting: a parameter of a spec, and what its value fixes. */
export interface Setting<V extends Value> extends Parameter {
  readonly fixes: (value: V) => readonly Assign[];
}

export type Settings = Readonly<Record<string, Setting<never>>>;

/** The values of a table of settings, as a question has them. */
export type ValuesOf<T extends Settings> = { readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never };

const fixing =
  <V extends boolean | number>(cell: LeafPlace<V> | undefined) =>
  (value: V): readonly Assign[] =>
    cell ? [cell.set(value as never)] : [];

export const flag = (about: string, cell?: LeafPlace<boolean>, byDefault = false): Setting<boolean> => ({
  about,
  type: "boolean",
  default: byDefault,
  fixes: fixing(cell),
});

/** Both bounds are included. */
export const integer = (
  about: string,
  { byDefault, min, max }: { byDefault: number; min: number; max: number },
  cell?: LeafPlace<number>,
): Setting<number> => ({ about, type: "integer", default: byDefault, min, max, fixes: fixing(cell) });

/** A list of words, or of lines. `choices`: the words that may stand there. */
export const texts = (
  about: string,
  {
    byDefault = [],
    choices,
    fixes = () => [],
  }: {
    byDefault?: readonly string[];
    choices?: readonly string[];
    fixes?: (value: readonly string[]) => readonly Assign[];
  } = {},
): Setting<readonly string[]> => ({
  about,
  type: "texts",
  default: byDefault,
  ...(choices ? { choices } : {}),
  fixes,
});

/** What every model on the machine may be asked with. */
export const MACHINE_SETTINGS = {
  preemptRt: flag("CONFIG_PREEMPT_RT", cfg.preemptRt),
  smp: flag("CONFIG_SMP; without it spin_trylock() always succeeds", cfg.smp, true),
  cpus: integer("CPUs", { byDefault: 1, min: 1, max: 4 }),
  migration: flag("tasks may move between CPUs", cfg.migration),
  debugLockAlloc: flag("CONFIG_DEBUG_LOCK_ALLOC", cfg.debugLockAlloc),
};

export type MachineValues = ValuesOf<typeof MACHINE_SETTINGS>;

/** The constants that the values of a question fix. */
export const fixedBy = (settings: Settings, values: Readonly<Record<string, Value>>): readonly Assign[] =>
  Object.entries(settings).flatMap(([name, one]) => one.fixes(values[name] as never));
