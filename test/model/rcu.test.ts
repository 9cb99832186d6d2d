/** What waits for a grace period in 7.3: what a question may ask of it, and that each row of it matters. */
import { describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { changesOf } from "../../checker/cli/changes.ts";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { programsOf } from "../../checker/drift/asked.ts";
import { otherwise, type Patch, patch, setEach, step, variant, when } from "../../checker/language/index.ts";
import { search } from "../../checker/reference/search.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { linkSpec } from "../../checker/spec/question.ts";
import model from "../../model/index.ts";
import { deferKfreeRcu } from "../../model/sheaves/defer-kfree-rcu.ts";
import { kfreeRcuSheaf } from "../../model/sheaves/kfree-rcu-sheaf.ts";
import { rcuBarrier } from "../../model/sheaves/rcu-barrier.ts";
import { r, rcuFreeOf } from "../../model/sheaves/rcu-state.ts";
import { capacityOf, sheaf, sheafOf } from "../../model/sheaves/state.ts";

const load = (name: string, ...changes: string[]) =>
  loadSpec(specNamed(`7.3/${name}`, folders), builtins, changesOf(changes));

const problemsOf = async (name: string, ...changes: string[]): Promise<string> => {
  try {
    await load(name, ...changes);
    return "";
  } catch (error) {
    return String((error as Error).message);
  }
};

describe("a question with RCU", () => {
  it("is none of 7.2, which has no kfree_rcu_nolock()", async () => {
    expect(await problemsOf("rcu-reader", "version=7.2")).toMatch(/kfree_rcu_nolock\(\) is modelled since 7\.3/);
  });

  it("has no cgroups: what RCU frees is not uncharged", async () => {
    expect(await problemsOf("rcu-reader", "memcg=true")).toMatch(/set "memcg" to false/);
  });

  it("may say when the interrupt of an irq_work comes, and others may not", async () => {
    expect(await problemsOf("nmi-on-barn", "irqWorkAtOnce=true")).toMatch(/no script has to do with RCU/);
    expect(await problemsOf("rcu-from-hardirq", "irqWorkAtOnce=true")).toMatch(/a thread runs irq_works/);
  });

  it("alone has cells of RCU, and contexts that call its callbacks", async () => {
    const [with_, without] = [await load("rcu-reader"), await load("nmi-on-barn")];
    const cells = ({ system }: typeof with_) => Object.keys(system.fields).filter((name) => /rcu/i.test(name));
    expect(cells(with_)).toContain("rcuFree");
    expect(cells(without)).toEqual([]);
    expect(with_.system.contexts.map(({ name }) => name)).toContain("gracePeriods");
    expect(without.system.contexts.map(({ name }) => name)).not.toContain("gracePeriods");
  });

  it("is not looked at for the rows of 7.2", async () => {
    const { spec } = await load("rcu-reader");
    expect(programsOf(model, "7.2", [spec])).toEqual([]);
    expect(programsOf(model, "7.3", [spec]).map(({ name }) => name)).toContain("__kfree_rcu_sheaf");
  });
});

describe("the interrupt of an irq_work", () => {
  it("decides what kvfree_rcu_barrier() misses", async () => {
    const verdicts = await Promise.all(
      ["irqWorkAtOnce=false", "irqWorkAtOnce=true"].map(async (change) =>
        check(await load("rcu-barrier-misses-sheaf", change), { workers: 1, exploreAll: true }),
      ),
    );
    expect(verdicts.map(({ violated }) => violated)).toEqual([["L7"], []]);
  });
});

/** A row spoilt, and what must notice. */
const SPOILT: readonly (readonly [property: string, spec: string, how: string, change: Patch])[] = [
  [
    "L2",
    "rcu-debug",
    "an object is put off, and no work is queued",
    patch(deferKfreeRcu, () => ({ queue: step("(spoilt)", otherwise.goto("unpin")) })),
  ],
  [
    "L5",
    "rcu-debug",
    "the same: nobody is about to call the callback",
    patch(deferKfreeRcu, () => ({ queue: step("(spoilt)", otherwise.goto("unpin")) })),
  ],
  [
    "S23",
    "rcu-nmi-in-call-rcu",
    "a full sheaf is put off, and forgotten",
    patch(kfreeRcuSheaf, () => ({ push: step("(spoilt)", otherwise.goto("unlock")) }), { removed: ["queue"] }),
  ],
  [
    "L7",
    "rcu-barrier-waits",
    "rcu_barrier() waits for nothing",
    patch(rcuBarrier, ({ self }) => ({
      entrain: step(
        "(spoilt)",
        otherwise.do(setEach(sheaf, (s) => r.awaited.at(self).sheaves.at(s).set(false))).goto("wait"),
      ),
    })),
  ],
  [
    "S22",
    "rcu-object-waits-for-more",
    "the size is written, and no object",
    patch(kfreeRcuSheaf, ({ b, c }) => {
      const { size } = sheafOf(rcuFreeOf(c, b));
      return {
        store: step("(spoilt)", when(size.ge(capacityOf(b))).fails("S22", "past the end"), otherwise.goto("size")),
      };
    }),
  ],
];

describe("a row spoilt", () => {
  it.each(SPOILT)("%s notices in %s: %s", async (property, name, _, change) => {
    const { spec } = await load(name);
    const linked = linkSpec({ ...spec, happens: [] }, [variant("spoilt", "a row spoilt", change)]);
    if (!("system" in linked)) throw new Error(JSON.stringify(linked.problems));
    const { violations } = search(linked.system, { exploreAll: true });
    expect(violations.map((one) => one.property)).toContain(property);
  });
});
