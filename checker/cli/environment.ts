/** What a command needs from outside: where specs are, which models are built in, and where its text goes. */

import type { ChildProcess } from "node:child_process";

import type { Builtins } from "../spec/models.ts";
import type { Attendance } from "./attend.ts";
import type { Folders } from "./specs.ts";

export interface Environment {
  readonly folders: Folders;
  readonly builtins: Builtins;
  readonly print: (text: string) => void;
  /** Whether nobody takes what is printed any more, a pipe closed or a full disk. Not asked where nobody can tell. */
  readonly isUnread?: () => boolean;
  /** For what is wrong. */
  readonly complain: (text: string) => void;
  /** What the user types, line by line; asked for only where a command talks with one. */
  readonly lines?: () => AsyncIterable<string>;
  /** Where what linking told may be kept: a folder of the program as it is built. */
  readonly kept?: string;
  /** For searches that take long; without it they are silent, and end when they end. */
  readonly attendance?: Attendance;
  /** Starts another process of the program, for questions that may be answered side by side; without it all are here. */
  readonly start?: () => ChildProcess;
}

/** What a command that only prints ends with, where nobody takes what it prints. */
export class Unread extends Error {}

/** To be asked by such a command before each of many things that take long. */
export function goOn(env: Environment): void {
  if (env.isUnread?.()) throw new Unread();
}
