/** The models that a spec can name: the only file of `checker/` that knows of `model/`. */
import type { Builtins } from "../spec/models.ts";

export const builtins: Builtins = {
  slub: () => import("../../model/index.ts"),
};
