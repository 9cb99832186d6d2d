/** How is a small system with a spoilt row told to a test? */
import type { Patch } from "../../checker/language/index.ts";
import { nmi, type Small, task } from "./setup.ts";

export const A = { buckets: 1 };
export const one = (call: string, slabs: readonly string[], more: object = {}): Small => ({
  configuration: { ...A, slabs, ...more },
  contexts: [task("task0", [call])],
});
export const cut = (first: string, second: string, slabs: readonly string[], more: object = {}): Small => ({
  configuration: { ...A, slabs, ...more },
  contexts: [task("task0", [first]), nmi("nmi0", [second])],
});

export interface Spoilt {
  readonly property: string;
  readonly how: string;
  readonly system: Small;
  readonly patches: readonly Patch[];
}
