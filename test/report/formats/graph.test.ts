/** The whole graph for other tools: parsed back, it has the states and transitions that the search counts. */
import { instance } from "@viz-js/viz";
import { afterAll, describe, expect, it } from "vitest";
import { search } from "../../../checker/reference/search.ts";
import { lights, project } from "../../cli/environment.ts";
import { inFormat, toldOfSpec } from "./asked.ts";

const small = [
  "examples/philosophers.json",
  "examples/hanoi.json",
  "examples/peterson.json",
  "hooks/nolock-waits-for-list-lock@preemptRt",
  "gate/no-bucket-retry@preemptRt",
];
const at = project({
  errs: lights(["toggle", "overflow"], { properties: ["smallIsZero"] }),
  falls: lights(["toggle", "fail"], { properties: ["noFall"] }),
});
afterAll(at.remove);

const countsOf = (json: string): { states: number; transitions: number } => {
  const { states, transitions } = JSON.parse(json);
  return { states, transitions };
};

/** By the grammar of CADP's manual: a descriptor, then an edge a line, labels in quotes. */
function readAut(text: string) {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const descriptor = /^des \((\d+), ?(\d+), ?(\d+)\)$/.exec(head);
  expect(descriptor).not.toBeNull();
  const [first, transitions, states] = (descriptor ?? []).slice(1).map(Number);
  const edges = lines.map((line) => {
    const edge = /^\((\d+),"([^"]+)",(\d+)\)$/.exec(line);
    expect(edge, line).not.toBeNull();
    return { from: Number(edge?.[1]), label: edge?.[2] as string, to: Number(edge?.[3]) };
  });
  const reached = new Set([first, ...edges.map(({ to }) => to)]);
  return { first, transitions, states, edges, reached };
}

function expectGraph(text: string, counts: ReturnType<typeof countsOf>): void {
  const { first, transitions, states, edges, reached } = readAut(text);
  expect({ first, states, transitions }).toEqual({ first: 0, ...counts });
  expect(edges).toHaveLength(counts.transitions);
  expect(reached.size).toBe(counts.states);
  expect(Math.max(...edges.map(({ from, to }) => Math.max(from, to)))).toBe(counts.states - 1);
}

async function expectPicture(text: string, counts: ReturnType<typeof countsOf>, aut: string): Promise<void> {
  const viz = await instance();
  // "nop" draws nothing: it is the parse that is asked for.
  const graph = viz.renderJSON(text, { engine: "nop2" }) as {
    objects?: { name: string }[];
    edges?: { tail: number; head: number; label: string }[];
  };
  expect(graph.objects).toHaveLength(counts.states);
  expect(graph.edges).toHaveLength(counts.transitions);
  const name = (i: number) => Number(graph.objects?.[i]?.name);
  const edges = graph.edges?.map(({ tail, head, label }) => `${name(tail)} ${label} ${name(head)}`);
  const same = readAut(aut).edges.map(({ from, label, to }) => `${from} ${label} ${to}`);
  expect(edges?.sort()).toEqual(same.sort());
}

describe("the graph of a spec", () => {
  it.each(small)("as Aldebaran and as dot is that of the reference: %s", async (name) => {
    const { system } = (await toldOfSpec(name)).outcome;
    const { states, transitions } = search(system, { exploreAll: true });
    const counts = { states, transitions };
    const aut = await inFormat(name, "aut");
    expectGraph(aut, counts);
    await expectPicture(await inFormat(name, "dot"), counts, aut);
  });

  it.each(["errs", "falls"])("leaves out steps that lead nowhere, as the search does: %s", async (name) => {
    const run = async (format: string) =>
      (await at.run("check", name, "--format", format, "--explore-all", "--engine", "reference")).printed;
    const counts = countsOf(await run("json"));
    expectGraph(await run("aut"), counts);
    await expectPicture(await run("dot"), counts, await run("aut"));
  });

  it("draws the counterexample thick", async () => {
    const dot = await inFormat("examples/philosophers.json", "dot");
    const { trace } = JSON.parse(await inFormat("examples/philosophers.json", "json"));
    expect(dot.match(/penwidth=3/g)).toHaveLength(trace.length);
    expect(dot.match(/style=filled/g)).toHaveLength(1);
  });

  it("is refused where it is large", async () => {
    await expect(inFormat("hooks/hook-cuts-freelist", "dot")).rejects.toThrow(
      "--format dot: the graph has more than 1,000 states\n  make the question smaller",
    );
  });
});
