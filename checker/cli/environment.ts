/** What a command needs from outside: where specs are, which models are built in, and where its text goes. */

import type { Builtins } from "../spec/models.ts";
import type { Attendance } from "./attend.ts";
import type { Folders } from "./specs.ts";

export interface Environment {
  readonly folders: Folders;
  readonly builtins: Builtins;
  readonly print: (text: string) => void;
  /** For what is wrong. */
  readonly complain: (text: string) => void;
  /** What the user types, line by line; asked for only where a command talks with one. */
  readonly lines?: () => AsyncIterable<string>;
  /** Where what linking told may be kept: a folder of the program as it is built. */
  readonly kept?: string;
  /** For searches that take long; without it they are silent, and end when they end. */
  readonly attendance?: Attendance;
}
