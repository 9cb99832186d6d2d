/** Can every bound of a question be one larger? */
import { describe, expect, it } from "vitest";
import type { Question } from "../../checker/spec/model.ts";
import model from "../../model/index.ts";

const defaults = (parameters: typeof model.parameters) =>
  Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, p.default]));
const options = (kind: string) => defaults(model.contextKinds[kind]?.options ?? {});

const question: Question = {
  configuration: { ...defaults(model.parameters), cpuPartial: true },
  version: "6.18",
  variants: [],
  contexts: [
    { name: "task0", kind: "task", script: ["kmalloc A", "kfree #1"], options: options("task") },
    { name: "nmi0", kind: "nmi", script: ["kmalloc_nolock B"], options: options("nmi") },
  ],
};

describe("a question with one bound larger", () => {
  it("is one that can be asked, and differs in that bound only", () => {
    const grown = model.grow?.(question) ?? [];
    expect(grown.map(({ bound }) => bound)).toEqual([
      "cpus 1 -> 2, with a task that allocates from A",
      "buckets 2 -> 3",
      "objects 2 -> 3",
      "slabs 4 -> 5, A partial",
      "slabs 4 -> 5, B partial",
      "slabs 4 -> 5, a page",
      "cpuPartialSlabs 1 -> 2",
      "minPartial 1 -> 2",
      "calls of task0 2 -> 3, kmalloc A",
      "calls of nmi0 1 -> 2, kmalloc_nolock B",
    ]);
    for (const { bound, question: larger } of grown) expect([bound, model.problems(larger)]).toEqual([bound, []]);
  });
});
