/** What is a part of what is published? Files that follow from the specs, and what keeps them from being believed. */
import type { Environment } from "../cli/environment.ts";
import { type SearchedSpecs, searchedSpecs } from "../cli/records.ts";
import type { SpecSize } from "../spec/spec.ts";

export interface Published {
  /** Text by path from `results/`; "../README.md" is beside it. */
  readonly files: ReadonlyMap<string, string>;
  /** What is printed, a text each. */
  readonly said: readonly string[];
  /** What keeps it from being believed, a text each: exit status 1. */
  readonly problems: readonly string[];
  /** Whether it leaves out specs that nobody has searched as they are today; that is told where they are looked up. */
  readonly isPart: boolean;
  /** Where a signal ended it before all specs were looked at: how many were. Then nothing of it is written. */
  readonly cutShort: { readonly done: number; readonly of: number } | null;
}

/** What the parts are made from. */
export interface Making {
  readonly env: Environment;
  /** Of the specs whose reports are made. */
  readonly size: SpecSize;
  /** What the searches of all specs found: looked up once, after the reports. */
  readonly searched: () => Promise<SearchedSpecs>;
}

export interface Publication {
  readonly name: string;
  /** For help: what it writes. */
  readonly about: string;
  /** That it is made only where it is named: it takes hours. */
  readonly isByName?: boolean;
  /** All files that it may write, as paths from `results/`. */
  readonly owns: (env: Environment) => readonly string[];
  readonly make: (making: Making) => Promise<Published>;
}

export function makingOf(env: Environment, size: SpecSize): Making {
  let found: Promise<SearchedSpecs> | null = null;
  const searched = (): Promise<SearchedSpecs> => {
    found ??= searchedSpecs(env);
    return found;
  };
  return { env, size, searched };
}

/** Of nothing but files. */
export const filesAlone = (files: ReadonlyMap<string, string>): Published => ({
  files,
  said: [],
  problems: [],
  isPart: false,
  cutShort: null,
});
