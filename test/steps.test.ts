/** docs/steps.md and the rows of the kernel model name the same steps. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Program } from "../checker/language/programs.ts";
import type { Question } from "../checker/spec/model.ts";
import { cpuSlabModel } from "../model/cpu-slabs.ts";
import model from "../model/index.ts";
import { sheafModel } from "../model/sheaves.ts";
import { versionsOf } from "../model/versions/versions.ts";

const listed = [
  ...readFileSync(new URL("../docs/steps.md", import.meta.url), "utf8").matchAll(/^\| (\d+\.[^ ]+) +\|/gm),
].map((m) => m[1] as string);

const familyOf = (version: string) => (versionsOf("sheaves").includes(version) ? sheafModel : cpuSlabModel);

/** Every program that the model can call, before and after the patches of every version and variant. */
function references(): Set<string> {
  const found = new Set<string>();
  const add = (ref: string | undefined) => {
    for (const one of ref?.split(" ") ?? []) found.add(one);
  };
  const visit = (program: Program, seen: Set<string>): void => {
    if (seen.has(program.name)) return;
    seen.add(program.name);
    for (const row of Object.values(program.rows)) {
      add(row.meta.ref);
      if (row.kind === "call") visit(row.callee, seen);
    }
  };
  for (const version of Object.keys(model.versions)) {
    const { parameters, operations, variants } = familyOf(version);
    const configuration = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, p.default]));
    for (const preemptRt of [false, true]) {
      const script = [
        "kmalloc A",
        "kfree #1",
        "kmalloc_nolock A",
        "flush A",
        "flush A",
        "scan",
        "reparent",
        "alloc_page",
        "free_page #8",
        "alloc_pages_nolock",
        "free_pages_nolock #10",
        "drain cpu0",
        "kfree_nolock #3",
        "destroy B",
        "flush_stats",
        "kvfree_rcu_barrier A",
        "kfree_rcu_nolock #3",
        "kfree_rcu #1",
        "rcu_read",
        "shrink_barn A",
      ].filter((line) => Object.hasOwn(operations, line.split(" ")[0] as string));
      const question: Question = {
        configuration: { ...configuration, preemptRt, pages: true },
        version,
        variants: Object.keys(variants),
        contexts: [
          { name: "task0", kind: "task", script, options: { cpu: 0, objcg: 0 } },
          ...["nmi", "hardirq", "softirq"].map((kind) => ({
            name: `${kind}0`,
            kind,
            script: ["kmalloc_nolock A"],
            options: { cpu: 0, objcg: 0 },
          })),
          {
            name: "hook0",
            kind: "hook",
            script: ["kmalloc_nolock A"],
            options: { cpu: 0, objcg: 0, at: "kprobe", setsNmi: false },
          },
          { name: "task1", kind: "task", script, options: { cpu: 0, objcg: 0 } },
        ],
      };
      const built = model.build(question);
      const seen = new Set<string>();
      for (const { script: program } of built.contexts) visit(program as unknown as Program, seen);
      for (const patch of (built.variants ?? []).flatMap((v) => v.patches)) {
        for (const row of Object.values(patch.rows)) {
          add(row.meta.ref);
          if (row.kind === "call") visit(row.callee, seen);
        }
      }
    }
  }
  return found;
}

const numbered = (section: string, last: number): string[] =>
  Array.from({ length: last }, (_, i) => `${section}.${i + 1}`);

/** The same where a letter names the function. */
const lettered = (section: string, last: number): string[] =>
  Array.from({ length: last }, (_, i) => `${section}${i + 1}`);

/** The steps that the behavioural reference numbers, of all that is in scope: v1, 6.18, 7.3 and what was discussed beside them. */
const REFERENCE: readonly string[] = [
  ...numbered("3.1", 6),
  ...numbered("3.2", 3),
  "3.2.3'",
  ...numbered("3.3", 30),
  ...numbered("3.4", 6),
  "3.5",
  ...numbered("3.6", 8),
  ...numbered("3.6b", 6),
  ...numbered("3.7", 5),
  ...numbered("3.8", 5),
  ...numbered("3.9", 9),
  ...numbered("3.9a", 4),
  ...numbered("3.9b", 3),
  ...numbered("3.10", 8),
  ...numbered("3.10.S", 4).map((step) => step.replace("S.", "S")),
  ...numbered("3.11", 6),
  ...numbered("3.12", 5),
  ...numbered("3.13", 17),
  ...lettered("11.2.A", 11).filter((step) => step !== "11.2.A4"),
  ...lettered("11.2.B", 7),
  ...lettered("11.2.C", 6),
  ...lettered("11.2.D", 8).filter((step) => step !== "11.2.D1"),
  ...lettered("11.2.F", 4),
  "11.2.F6",
  ...lettered("11.2.H", 4),
  ...lettered("11.3.A", 7),
  ...lettered("11.3.B", 4),
  ...lettered("11.3.C", 6),
  ...lettered("11.3.D", 5),
  ...lettered("11.3.E", 3),
  ...lettered("11.3.F", 8),
  ...lettered("11.4.A", 4),
  ...lettered("11.4.B", 10),
  ...lettered("11.4.C", 6),
  ...lettered("11.4.D", 2),
  "11.4.E",
  "11.4.F",
];

describe("docs/steps.md", () => {
  it("lists every step of the reference", () => {
    expect(REFERENCE.filter((step) => !listed.includes(step))).toEqual([]);
  });

  it("lists every step that a row names", () => {
    expect([...references()].filter((ref) => !listed.includes(ref))).toEqual([]);
  });

  it("lists no step without a row", () => {
    const named = references();
    expect(listed.length).toBeGreaterThan(90);
    expect(listed.filter((step) => !named.has(step))).toEqual([]);
  });
});
