/** The models that a spec can name: the only file of `checker/` that knows of `model/`. */
import { join } from "node:path";
import type { Builtins } from "../spec/models.ts";
import { PROJECT } from "./specs.ts";

export const builtins: Builtins = {
  slub: () => import("../../model/index.ts"),
  rqspinlock: () => import("../../model/rqspinlock.ts"),
};

/** Where the files of each are. */
export const modelFolders: Readonly<Record<string, string>> = {
  slub: join(PROJECT, "model"),
  rqspinlock: join(PROJECT, "model"),
};

/** Where it is kept from which C each version of a model was written: VERSION.json. */
export const recordedFolders: Readonly<Record<string, string>> = {
  slub: join(PROJECT, "model/versions"),
  rqspinlock: join(PROJECT, "model/rqspinlock/versions"),
};
