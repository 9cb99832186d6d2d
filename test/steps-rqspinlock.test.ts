/** docs/steps-rqspinlock.md and the rows of the model `rqspinlock` name the same steps. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Program } from "../checker/language/programs.ts";
import type { Question } from "../checker/spec/model.ts";
import model from "../model/rqspinlock.ts";

const listed = [
  ...readFileSync(new URL("../docs/steps-rqspinlock.md", import.meta.url), "utf8").matchAll(/^\| (R\d\.\d+) +\|/gm),
].map((m) => m[1] as string);

/** Steps that rows of this model name, before and after the patches of every version. */
function references(): Set<string> {
  const configuration = Object.fromEntries(Object.entries(model.parameters).map(([name, p]) => [name, p.default]));
  const found = new Set<string>();
  const add = (ref: string | undefined) => {
    for (const one of ref?.split(" ") ?? []) if (one.startsWith("R")) found.add(one);
  };
  const visit = (program: Program, seen: Set<string>): void => {
    if (seen.has(program.name)) return;
    seen.add(program.name);
    for (const row of Object.values(program.rows)) {
      add(row.meta.ref);
      if (row.kind === "call") visit(row.callee, seen);
    }
  };
  const script = ["bpf_res_spin_lock A B", "bpf_res_spin_lock_irqsave A", "stuck B"];
  for (const version of Object.keys(model.versions)) {
    const question: Question = {
      configuration,
      version,
      variants: [],
      contexts: [{ name: "task0", kind: "task", script, options: { cpu: 0 } }],
    };
    const built = model.build(question);
    const seen = new Set<string>();
    for (const { script: program } of built.contexts) visit(program as unknown as Program, seen);
    for (const row of (built.variants ?? []).flatMap((v) => v.patches.flatMap(({ rows }) => Object.values(rows)))) {
      add(row.meta.ref);
      if (row.kind === "call") visit(row.callee, seen);
    }
  }
  return found;
}

describe("docs/steps-rqspinlock.md", () => {
  it("lists every step that a row names", () => {
    expect([...references()].filter((ref) => !listed.includes(ref))).toEqual([]);
  });

  it("lists no step without a row", () => {
    const named = references();
    expect(listed.length).toBeGreaterThan(50);
    expect(listed.filter((step) => !named.has(step))).toEqual([]);
  });
});
