/** What a context does, in the words of reports. */
import type { ContextSpec } from "./model.ts";

/** "kmalloc_nolock A; kfree #1"; of a script "any": "any of kmalloc A, kfree any, again and again". */
export function scriptText({ script, any }: Pick<ContextSpec, "script" | "any">, between = "; "): string {
  if (!any) return script.join(between);
  return `any of ${script.join(", ")}, again and again${any.own ? ", of its own only" : ""}`;
}
