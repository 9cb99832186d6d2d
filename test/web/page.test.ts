/** Is what a page knows what was found? The relation it carries, the ways it replays, and what it draws of a state. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../checker/answer/outcome.ts";
import type { PageData } from "../../checker/html/data.ts";
import { gather } from "../../checker/html/gather.ts";
import { pack, packSystem, unpack, unpackSystem } from "../../checker/html/transfer.ts";
import { search } from "../../checker/reference/search.ts";
import { commandRows } from "../../web/commands.ts";
import { graphOf } from "../../web/graph.ts";
import { addressOf, journeyOf, type Position, positionOf, take } from "../../web/journey.ts";
import { lanesOfJourney } from "../../web/lanes.ts";
import { groupsOf } from "../../web/structures.ts";
import { lights, project } from "../cli/environment.ts";
import { loaded, outcomeOf } from "./pages.ts";

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

let hook: Outcome;
let data: PageData;
beforeAll(async () => {
  hook = await outcomeOf("specs/hooks/hook-cuts-freelist-memoryless-node.json");
  data = json(gather(hook, "not cross-checked"));
});

describe("a way that goes round for ever", () => {
  it("knows where it begins to, and comes back to there", async () => {
    const outcome = await outcomeOf("examples/starvation-xchg.json");
    const { routes } = json(gather(outcome, "not cross-checked"));
    const { property, loop, choices } = routes[0] as (typeof routes)[0];
    expect([property, loop]).toEqual([outcome.trace?.property, outcome.trace?.loop]);
    expect(choices.length).toBeGreaterThan(loop as number);
    const { states } = journeyOf(outcome.system, routes, { route: 0, left: null, start: 0, taken: [], step: 0 });
    expect(states.at(-1)).toEqual(states[loop as number]);
    expect(routes.filter(({ kind }) => kind === "witness").map((route) => route.loop)).not.toContain(0);
    expect(data.routes.map((route) => route.loop)).toEqual(data.routes.map(() => null));
  });
});

describe("the relation in a page", () => {
  it("tells two binders apart that look the same, and shares all else", () => {
    const set = { kind: "base", name: "cpu" };
    const [a, b] = [{ set }, { set }];
    const sent = json(pack({ outer: a, inner: b, again: a, numbers: [1, [2]] }));
    const { outer, inner, again, numbers } = unpack(sent) as Record<string, { set: object }>;
    expect(outer).toBe(again);
    expect(outer).not.toBe(inner);
    expect(outer?.set).toBe(inner?.set);
    expect(numbers).toEqual([1, [2]]);
  });

  it("refuses what is no plain data", () => {
    expect(() => pack({ of: new Map() })).toThrow("a Map cannot travel in a page");
    expect(() => pack([() => 1])).toThrow("a function cannot travel in a page");
  });

  for (const path of [
    "specs/hooks/hook-cuts-freelist-memoryless-node.json",
    "examples/ticket-lock-torn.json",
    "examples/two-phase-commit.json",
    "examples/philosophers.json",
  ]) {
    it(`is the one that was checked: ${path}`, async () => {
      const { system } = await loaded(path);
      const again = unpackSystem(json(packSystem(system)));
      const [one, other] = [system, again].map((of) => search(of, { exploreAll: true }));
      const found = (result: typeof one) => {
        const { states, transitions, depth, fired, violations } = result as NonNullable<typeof one>;
        return { states, transitions, depth, fired, violations: violations.map((v) => [v.property, v.length, v.why]) };
      };
      expect(found(other)).toEqual(found(one));
      expect(other?.met.map((place) => place !== null)).toEqual(one?.met.map((place) => place !== null));
    });
  }
});

it("leaves room for the rest of a page of 1 MB, in the widest of relations", async () => {
  const { system } = await loaded("specs/memcg/memcg-hook-on-stock.json@preemptRt");
  expect(JSON.stringify(packSystem(system)).length).toBeLessThan(800_000);
});

describe("ways", () => {
  it("begin with the one to be shown, and end where the property breaks", () => {
    expect(data.routes.map(({ kind, property, choices }) => [kind, property, choices.length])).toEqual([
      ["violated", "S3", 27],
      ["violated", "S4", 22],
    ]);
    const system = unpackSystem(data.system);
    for (const [route, { property }] of data.routes.entries()) {
      const { broken, refused } = journeyOf(system, data.routes, { route, left: null, start: 0, taken: [], step: 0 });
      expect(refused).toBe(0);
      expect(broken.at(-1)).toContain(property);
      expect(broken.slice(0, -1).flat()).not.toContain(property);
    }
  });

  it("end where something can never hold again, which no state tells by itself", async () => {
    const { system } = hook;
    const [first] = data.routes;
    const kind = "noProgress" as const;
    const lost = { ...(first as NonNullable<typeof first>), kind, property: "canBeDark" };
    const at = { route: 0, left: null, start: 0, taken: [], step: 0 };
    expect(journeyOf(system, [lost], at).broken.at(-1)).toContain("canBeDark");
    // Whoever leaves the way is told only what the reference finds.
    expect(journeyOf(system, [lost], { ...at, left: 20 }).broken.flat()).not.toContain("canBeDark");
    expect(journeyOf(system, [{ ...lost, kind: "witness" }], at).broken.flat()).not.toContain("canBeDark");
  });

  it("lead to witnesses where a spec holds", async () => {
    const { routes } = gather(await outcomeOf("specs/hooks/hook-outside-slab-alloc.json"), "");
    expect(routes.length).toBeGreaterThan(0);
    expect(routes.every(({ kind }) => kind === "witness")).toBe(true);
    expect(new Set(routes.map(({ property }) => property)).size).toBe(routes.length);
  });

  it("are left and taken up again by an address", () => {
    const { routes } = data;
    const start: Position = { route: 1, left: null, start: 0, taken: [], step: 4 };
    const off = take(take(start, 1, routes), 0, routes);
    expect(off).toEqual({ route: 1, left: 4, start: 0, taken: [1, 0], step: 6 });
    expect(addressOf(off, routes)).toBe("#step=6&way=S4&left=4&took=1.0");
    // Going back and taking another forgets what lay ahead.
    expect(take({ ...off, step: 5 }, 2, routes)).toEqual({ route: 1, left: 4, start: 0, taken: [1, 2], step: 6 });
    expect(take({ ...off, step: 2 }, 2, routes)).toEqual({ route: 1, left: 2, start: 0, taken: [2], step: 3 });
    for (const position of [start, off, { route: -1, left: 0, start: 0, taken: [3], step: 1 }, { ...start, route: 0 }])
      expect(positionOf(addressOf(position, routes), routes)).toEqual(position);
    expect(positionOf("#step=999&way=S4", routes)).toEqual({ route: 1, left: null, start: 0, taken: [], step: 22 });
    expect(positionOf("#nonsense", routes)).toEqual({ route: 0, left: null, start: 0, taken: [], step: 0 });
  });
});

describe("a picture of a state", () => {
  it("draws lists as chains, with how they end", () => {
    const { system } = hook;
    const items = (title: string, box: string, label: string) =>
      groupsOf(system, data.views, system.initials[0])
        .find((group) => group.title === title)
        ?.boxes.find(({ name }) => name === box)
        ?.items.find((item) => item.label === label);
    expect(items("struct kmem_cache_cpu", "cpuSlab[CPU0][A]", "freelist")?.parts).toEqual(["s0.o0", "s0.o1", "nil"]);
    expect(items("struct kmem_cache_node", "node[A]", "partial")?.parts).toEqual(["s1"]);
    const [first, second, ...others] = system.initials[0].object as readonly { link: unknown }[];
    const withLink = (link: unknown) =>
      ({ ...system.initials[0], object: [first, { ...second, link }, ...others] }) as (typeof system.initials)[0];
    const ends = [withLink("garbage"), withLink(0)].map(
      (state) =>
        groupsOf(system, data.views, state)
          .flatMap(({ boxes }) => boxes)
          .find(({ name }) => name === "cpuSlab[CPU0][A]")
          ?.items.find(({ label }) => label === "freelist")?.text,
    );
    expect(ends).toEqual(["s0.o0 → s0.o1 → garbage", "s0.o0 → s0.o1 → back to s0.o0"]);
  });

  it("shows what names the first element of a set, which is no empty cell", () => {
    const { system } = hook;
    const [lock, ...others] = system.initials[0].lock as readonly { holder: number | null }[];
    const held = { ...system.initials[0], lock: [{ ...lock, holder: 0 }, ...others] } as (typeof system.initials)[0];
    const box = groupsOf(system, data.views, held)
      .flatMap(({ boxes }) => boxes)
      .find(({ name }) => name === "lock[cpuSlab(A) on CPU0]");
    expect(box?.items.find(({ label }) => label === "holder")).toMatchObject({ text: "task0", isEmpty: false });
  });

  it("draws every field of every model, named by its views or not", async () => {
    for (const path of [
      "examples/freelist-untagged.json",
      "specs/pages/frozen-page.json",
      "specs/memcg/memcg-nmi-on-stock.json",
    ]) {
      const { system, spec } = await loaded(path);
      const drawn = groupsOf(system, spec.model.views ?? { structures: [] }, system.initials[0]);
      const fields = drawn.flatMap(({ boxes }) => boxes.map(({ name }) => name.replace(/\[.*/, "")));
      for (const field of Object.keys(system.fields)) expect(fields).toContain(field);
    }
  });

  it("names only fields that the model has", async () => {
    const { views, build } = hook.spec.model;
    const { roots } = build(hook.spec.asked);
    const fields = roots.flatMap((root) => Object.keys(root));
    for (const structure of views?.structures ?? []) {
      for (const field of structure.fields) expect(fields).toContain(field);
      for (const next of Object.values(structure.lists ?? {})) expect(fields).toContain(next.split(".")[0]);
    }
  });
});

describe("swimlanes", () => {
  it("nest frames, name functions as they are called, and tell who holds which lock", () => {
    const { system } = hook;
    const journey = journeyOf(system, data.routes, { route: 0, left: null, start: 0, taken: [], step: 0 });
    const { names, locks, rows } = lanesOfJourney(system, data.views, journey);
    expect(names).toEqual(["CPU0"]);
    expect(locks.map(({ name }) => name)).toEqual(["lock[cpuSlab(A) on CPU0]"]);
    expect(rows.map(({ chain }) => chain.length).join("")).toBe(`${"1".repeat(14)}${"2".repeat(12)}1`);
    expect(rows[1]?.enters.map(({ name }) => name)).toEqual(["kmalloc", "__slab_alloc_node"]);
    expect([rows[12]?.inner, rows[26]?.inner]).toEqual(["___slab_alloc", "___slab_alloc"]);
    expect(rows.map(({ holders }) => holders[0] !== null).indexOf(true)).toBe(10);
  });
});

describe("the state graph and the table of commands", () => {
  it("has the states and edges of the search", async () => {
    const { system, result } = await outcomeOf("examples/philosophers.json");
    const graph = graphOf(system);
    expect([graph?.nodes.length, graph?.edges.length, (graph?.height ?? 0) - 1]).toEqual([
      result.states,
      result.transitions,
      result.depth,
    ]);
    for (const { way, state } of graph?.nodes ?? []) {
      const { states } = journeyOf(system, [], { route: -1, left: 0, start: 0, taken: way, step: 0 });
      expect(states.at(-1)).toEqual(state);
    }
    expect(graphOf(hook.system)).toBeNull();
  });

  it("counts each step of the search once", () => {
    const rows = commandRows(hook.system, hook.result.fired);
    const total = (of: readonly { fired: number }[]): number => of.reduce((n, { fired }) => n + fired, 0);
    expect(total(rows)).toBe(hook.result.fired.reduce((n, fired) => n + fired, 0));
    const stores = rows.filter(({ program, label }) => program === "___slab_alloc" && label === "storeFreelist");
    expect(stores.flatMap(({ writes }) => writes)).toContain("cpuSlab.freelist");
  });
});

describe("nolock report", () => {
  it("writes the page of a spec, and ends as check does", async () => {
    const out = join(mkdtempSync(join(tmpdir(), "nolock-report-")), "page.html");
    const { run, remove } = project({ dark: lights(["toggle", "toggle"]) });
    const { status, printed, complained } = await run("report", "dark", "--out", out);
    remove();
    expect(complained).toBe("");
    expect(printed).toContain(out);
    const checked = project({ dark: lights(["toggle", "toggle"]) });
    expect(status).toBe((await checked.run("check", "dark")).status);
    checked.remove();
    expect(readFileSync(out, "utf8")).toContain("<!doctype html>");
  });

  it("is what check --html writes", async () => {
    const out = mkdtempSync(join(tmpdir(), "nolock-report-"));
    const { run, remove } = project({ dark: lights(["toggle"]) });
    const [checked, bad] = [
      await run("check", "dark", "--html", join(out, "a.html")),
      await run("check", "--all", "--html", "x"),
    ];
    await run("report", "dark", "--out", join(out, "b.html"));
    remove();
    expect(checked.printed).toContain("VERDICT");
    expect(bad.complained).toContain("it does not go with --html");
    expect(readFileSync(join(out, "a.html"), "utf8")).toBe(readFileSync(join(out, "b.html"), "utf8"));
  });

  it("says where a page cannot be written", async () => {
    const { run, remove } = project({ dark: lights(["toggle"]) });
    const { status, complained } = await run("report", "dark", "--out", "/dev/null/page.html");
    remove();
    expect(status).toBe(2);
    expect(complained).toContain("--out: /dev/null/page.html cannot be written");
  });

  it("writes a page for every spec, with an index that links to them", async () => {
    const out = mkdtempSync(join(tmpdir(), "nolock-report-"));
    const lit = { expect: { verdict: "violated", violated: ["someDark"] }, configuration: { lights: 2 } };
    const { run, remove } = project({ dark: lights([]), "broken/lit": lights(["toggle", "toggle"], lit) });
    const { status, complained } = await run("report", "--all", "--out", out);
    remove();
    expect([status, complained]).toEqual([0, ""]);
    const index = readFileSync(join(out, "index.html"), "utf8");
    for (const page of ["dark.html", "broken/lit.html"]) {
      expect(index).toContain(`href="${page}"`);
      expect(readFileSync(join(out, page), "utf8")).toContain("<!doctype html>");
    }
  });

  it("results index --check says where the index is not what the specs give", async () => {
    const { run, put, remove } = project({ dark: lights([]) });
    expect((await run("results", "index", "--check")).status).toBe(1);
    await run("results", "index");
    expect((await run("results", "index", "--check")).status).toBe(0);
    put("results/index.html", "by hand");
    const { status, complained } = await run("results", "index", "--check");
    expect([status, complained]).toEqual([
      1,
      "results/index.html: it is not what the specs give. Run `npm run results -- index`\n",
    ]);
    remove();
  });

  it("refuses options that do not go together", async () => {
    const { run, remove } = project({ dark: lights([]) });
    for (const args of [["dark", "--all"], ["--all", "--set", "lights=3"], ["--index"], []])
      expect([args, (await run("report", ...args)).status]).toEqual([args, 2]);
    remove();
  });
});
