/**
 * Does a page do in a browser what it is for? Chromium opens pages from disk; no other browser is downloaded. Over 400
 * lines: a browser is started once for all of it.
 */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axeCore from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, expand } from "../../checker/reference/step.ts";
import { lights, project } from "../cli/environment.ts";
import { needing } from "../needing.ts";
import { launched } from "./chromium.ts";
import { type WrittenPage, writtenPage } from "./pages.ts";

const { suite } = await needing("in a browser");
let browser: Browser;
let violated: WrittenPage;
let deadlock: WrittenPage;
let holds: WrittenPage;
let four: WrittenPage;

/** A question about four CPUs, in each of which somebody allocates. */
function fourCpus(): string {
  const path = join(mkdtempSync(join(tmpdir(), "nolock-page-")), "four.json");
  const contexts = [0, 1, 2, 3].map((cpu) => ({ name: `task${cpu}`, kind: "task", cpu, script: ["kmalloc_nolock A"] }));
  const configuration = { cpus: 4, slabs: ["A cpu0 free=1", "A partial free=1"] };
  writeFileSync(
    path,
    JSON.stringify({ question: "Four?", model: "slub", configuration, contexts, properties: ["S3"] }),
  );
  return path;
}

beforeAll(async () => {
  [violated, deadlock, holds, four] = await Promise.all([
    writtenPage("specs/hooks/hook-cuts-freelist-memoryless-node.json"),
    writtenPage("examples/philosophers.json"),
    writtenPage("examples/peterson.json"),
    writtenPage(fourCpus()),
  ]);
  browser = await launched();
}, 60_000);
afterAll(async () => browser?.close());

const WIDE = { width: 1300, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Opens a page; what it complains of, and what it asks a network for, makes the test fail. */
async function opened(
  { url }: Pick<WrittenPage, "url">,
  act: (page: Page) => Promise<void>,
  { hash = "", viewport = WIDE, dark = false }: { hash?: string; viewport?: typeof WIDE; dark?: boolean } = {},
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme: dark ? "dark" : "light" });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) wrong.push(`asks for ${request.url()}`);
  });
  await page.goto(url + hash);
  await page.waitForSelector("h1");
  await act(page);
  expect(wrong).toEqual([]);
  await page.close();
}

const where = (page: Page) => page.textContent(".where");
const rows = (page: Page) => page.locator(".lanes tbody tr");

/** What axe-core finds. It is given to the page past its policy, which lets no other script in. */
async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

suite("a page of a run without end", () => {
  it("marks the steps that go round", async () => {
    await opened(await writtenPage("examples/starvation-xchg.json"), async (page) => {
      expect(await page.textContent("#trace-title")).toBe("The way to p0Enters: 1 step, then 5 again and again");
      const texts = await rows(page).allTextContents();
      expect(texts.indexOf("and then for ever:")).toBe(2);
      expect(await accessibility(page)).toEqual([]);
      await page.getByRole("button", { name: "Last step" }).click();
      expect(await where(page)).toContain("Step 6 of 6");
    });
  });
});

suite("a page of a violated spec", () => {
  it("opens from disk, is one file below 1 MB, and says what was found and how to ask again", async () => {
    expect(violated.html.length).toBeLessThan(1_000_000);
    await opened(violated, async (page) => {
      const header = (await page.textContent("header")) ?? "";
      for (const text of ["handed out", "violated", "S3 S4", "v5 as posted", "1,927", "C11", "nodeMismatch=true"])
        expect(header).toContain(text);
      expect(header).toContain("npm run check -- specs/hooks/hook-cuts-freelist-memoryless-node.json");
      expect(header).toContain("KASAN");
      expect(await page.title()).toContain("violated");
    });
  });

  it("evaluates an expression where the reader stands, along the run, and says what is wrong with one", async () => {
    await opened(violated, async (page) => {
      const input = page.getByRole("textbox", { name: "expression" });
      await input.fill("count o: object . allocated[o]");
      expect(await page.textContent(".asked output")).toBe("0");
      const changes = page.locator(".asked ol button");
      expect(await changes.first().textContent()).toBe("at first: 0");
      expect(await changes.count()).toBeGreaterThan(1);
      await changes.nth(1).click();
      expect(await where(page)).toMatch(/^Step [1-9]/);
      expect(await page.textContent(".asked output")).toBe("1");
      await input.fill("slab[s0].frozn");
      expect(await page.textContent(".asked .breaks")).toContain('at "frozn": this is not a field of slab; expected:');
      // What is typed moves nobody along the run.
      await input.press("ArrowRight");
      expect(await where(page)).toMatch(/^Step [1-9]/);
      expect(await accessibility(page)).toEqual([]);
    });
  });

  it("steps by arrow keys, by its buttons and by a click, and keeps the step in the address", async () => {
    await opened(violated, async (page) => {
      expect(await where(page)).toContain("initial state");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      expect(await where(page)).toContain("Step 2 of 27");
      await page.keyboard.press("ArrowLeft");
      expect(await where(page)).toContain("Step 1 of 27");
      await page.keyboard.press("End");
      expect(await where(page)).toContain("Step 27 of 27: task0, ___slab_alloc: storeFreelist; S3 breaks here");
      await page.getByLabel("Step back").click();
      expect(new URL(page.url()).hash).toBe("#step=26");
      await rows(page).nth(11).click();
      expect(await where(page)).toContain("Step 11 of 27");
      expect(await page.getAttribute(".lanes tr.current a", "aria-current")).toBe("step");
    });
  });

  it("takes each key of a reader who is faster than the page is drawn", async () => {
    await opened(violated, async (page) => {
      await page.evaluate(`for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))`);
      await page.locator(".where", { hasText: "Step 2 of 27" }).waitFor({ timeout: 5_000 });
      expect(new URL(page.url()).hash).toBe("#step=2");
    });
  });

  it("opens at the step of a link, with what the step changed marked", async () => {
    await opened(
      violated,
      async (page) => {
        expect(await where(page)).toContain("Step 23 of 27: hook0, __slab_alloc_node: cmpxchg; S4 breaks here");
        const box = page.locator(".box.changed", { hasText: "cpuSlab[CPU0][A]" });
        expect(await box.textContent()).toContain("was s0.o0 → s0.o1 → nil");
        expect(await box.locator(".list .element").allTextContents()).toEqual(["s0.o1"]);
        await page.evaluate("location.hash = '#step=1'");
        await page.locator(".where", { hasText: "Step 1 of 27" }).waitFor();
      },
      { hash: "#step=23" },
    );
  });

  it("draws frames in their lane, who holds a lock, and what breaks where", async () => {
    await opened(violated, async (page) => {
      expect(await page.locator(".frame").allTextContents()).toEqual(["task0 task", "hook0 hook", "task0 task"]);
      expect(await rows(page).nth(20).locator(".bar").count()).toBe(2);
      expect(await rows(page).nth(10).locator("td.lock.held").count()).toBe(0);
      expect(await rows(page).nth(11).locator("td.lock.held").textContent()).toContain("is held by task0");
      expect(await rows(page).nth(27).textContent()).toContain("S3 breaks here: an object is handed out only when");
      expect(await page.locator(".lanes tr.broken").count()).toBe(2);
    });
  });

  it("filters by structure, by lock and by lane", async () => {
    await opened(violated, async (page) => {
      await page.getByLabel("Structure").selectOption("struct kmem_cache_cpu");
      const numbers = await page.locator(".lanes tbody th a").allTextContents();
      expect(numbers).toEqual(["0", "3", "5", "19", "23"]);
      expect(await page.locator(".state h3").allTextContents()).toEqual(["struct kmem_cache_cpu"]);
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByLabel("Lock", { exact: true }).selectOption("lock[cpuSlab(A) on CPU0]");
      expect(await page.locator(".lanes tbody th a").allTextContents()).toEqual(["0", "11"]);
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByLabel("Lane").selectOption("CPU0");
      expect(await rows(page).count()).toBe(28);
    });
  });

  it("goes on from any step as the reference does, and a link leads there", async () => {
    const { system, result, outcome } = { ...violated.outcome, outcome: violated.outcome };
    const [first] = outcome.violations.filter(({ property }) => property === "S3");
    const { steps: way } = result.trace((first as NonNullable<typeof first>).at);
    let state = way.slice(0, 4).reduce((at, transition) => apply(system, at, transition).state, system.initials[0]);
    await opened(
      violated,
      async (page) => {
        const buttons = page.locator(".what-if li button");
        const taken: number[] = [];
        for (let n = 0; n < 40; n++) {
          const open = expand(system, state).transitions;
          const texts = await buttons.allTextContents();
          expect(texts.length).toBe(open.length);
          for (const [i, { context, label }] of open.entries()) {
            expect(texts[i]).toContain(system.contexts[context]?.name);
            expect(texts[i]).toContain(`${label.program}: ${label.rowLabel}`);
          }
          // The last that is open, off the way at once: the hook comes, or a choice goes otherwise.
          const pick = open.length - 1;
          if (pick < 0) break;
          state = apply(system, state, open[pick] as (typeof open)[number]).state;
          await buttons.nth(pick).click();
          taken.push(pick);
        }
        expect(taken.length).toBeGreaterThan(20);
        expect(await page.textContent("#trace-title")).toContain("Off the way to S3 after step");
        const stands = async () => page.locator(".state details").last().textContent();
        const before = await stands();
        await page.reload();
        await page.waitForSelector("h1");
        expect(await stands()).toBe(before);
        expect(before).toContain(system.labels[state.pc[0] as number]?.rowLabel ?? "(end)");
        await page.getByRole("button", { name: "Back to the way found" }).click();
        expect(await where(page)).toContain("of 27");
      },
      { hash: "#step=4" },
    );
  });

  it("leaves out what is not possible in an address, and says so", async () => {
    await opened(
      violated,
      async (page) => {
        expect(await page.getByRole("alert").textContent()).toContain("2 steps of the address are not possible");
        expect(await where(page)).toContain("Step 1 of 1");
      },
      { hash: "#step=3&left=0&took=0.77.1" },
    );
  });

  it("lists commands with what they read and write; those that never fired stand out", async () => {
    await opened(violated, async (page) => {
      await page.locator(".commands > summary").click();
      const row = page.locator(".commands tbody tr", { hasText: "___slab_alloc: storeFreelist" }).nth(1);
      expect(await row.textContent()).toContain("cpuSlab.freelist");
      const unfired = await page.locator(".commands tr.unfired").count();
      expect(unfired).toBeGreaterThan(0);
      await page.getByLabel("only those that never fired").check();
      expect(await page.locator(".commands tbody tr").count()).toBe(unfired);
    });
  });

  it("is played by keyboard alone", async () => {
    await opened(violated, async (page) => {
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toBe("Skip to the steps");
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowRight");
      expect(await where(page)).toContain("Step 1 of 27");
      for (let n = 0; n < 200; n++) {
        await page.keyboard.press("Tab");
        if ((await page.locator(".what-if :focus").count()) > 0) break;
      }
      await page.keyboard.press("Enter");
      expect(await where(page)).toContain("Step 2 of");
    });
  });

  it("fits a phone: nothing but lanes and tables scrolls sideways", async () => {
    await opened(
      violated,
      async (page) => {
        expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        await page.getByLabel("Step on").click();
        expect(await where(page)).toContain("Step 24");
      },
      { hash: "#step=23", viewport: PHONE },
    );
  });

  it("keeps the lane of the marked step in sight on a phone, and cuts none of four lanes on a desktop", async () => {
    const boxOf = async (page: Page, selector: string) => {
      const box = await page.locator(selector).boundingBox();
      if (!box) throw new Error(`${selector} is nowhere`);
      return { ...box, right: box.x + box.width, bottom: box.y + box.height };
    };
    /** Whether the cell of the step can be seen: not beside the lanes, nor below what stays in place. */
    const inSight = async (page: Page, height: number) => {
      const lanes = await boxOf(page, ".lanes");
      const cell = await boxOf(page, ".lanes tr.current .runs");
      const number = await boxOf(page, ".lanes tr.current th");
      const steps = await boxOf(page, ".steps");
      const bottom = Math.min(lanes.bottom, steps.bottom >= height - 1 ? steps.y : height) + 1;
      const isTall = cell.height > bottom - lanes.y - 110;
      return {
        sideways: cell.x >= number.right - 12 && cell.right <= lanes.right + 2,
        upright: cell.y >= lanes.y && cell.y < bottom && (isTall || cell.bottom <= bottom),
      };
    };
    for (const viewport of [PHONE, { width: 1280, height: 900 }]) {
      await opened(
        four,
        async (page) => {
          expect(await page.locator(".lanes thead th.lane").allTextContents()).toEqual([
            "CPU0",
            "CPU1",
            "CPU2",
            "CPU3",
          ]);
          for (let i = 0; i < 16; i++)
            await page
              .locator(".what-if ol button")
              .nth(i % 4)
              .click();
          await page.keyboard.press("Home");
          for (let step = 1; step <= 16; step++) {
            await page.keyboard.press("ArrowRight");
            await page.locator(".where", { hasText: `Step ${step} of` }).waitFor();
            await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
            expect({ step, ...(await inSight(page, viewport.height)) }).toEqual({
              step,
              sideways: true,
              upright: true,
            });
          }
          const hidden = await page.evaluate<number>(
            "document.querySelector('.lanes').scrollWidth - document.querySelector('.lanes').clientWidth",
          );
          if (viewport !== PHONE) expect(hidden).toBe(0);
        },
        { viewport },
      );
    }
  });

  it("prints all steps, and what is folded away on the screen", async () => {
    await opened(violated, async (page) => {
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".what-if").isVisible()).toBe(false);
      expect(await page.locator(".filters").isVisible()).toBe(false);
      expect(await rows(page).nth(27).isVisible()).toBe(true);
      const folded = await page.locator("header details ul").boundingBox();
      expect(folded?.height).toBeGreaterThan(20);
      expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
    });
  });

  it("tells its report as text where no script runs", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(violated.url);
    expect(await page.locator("noscript").textContent()).toContain("*** S3 violated");
    await context.close();
  });
});

suite("a page of a deadlock", () => {
  it("shows who waits, and the state graph, in which a state can be gone to", async () => {
    await opened(deadlock, async (page) => {
      await page.keyboard.press("End");
      expect(await page.locator(".end .waiting").count()).toBe(3);
      expect(await page.textContent(".what-if")).toContain("Nothing can happen: a deadlock.");
      expect(await page.textContent(".graph h2")).toContain("14 states");
      expect(await page.locator(".graph .node").count()).toBe(14);
      expect(await page.locator(".graph .cross").count()).toBe(1);
      await page.locator(".graph a").nth(5).click();
      expect(await page.textContent("#trace-title")).toContain("by hand");
    });
  });
});

suite("a page of a spec that holds", () => {
  it("begins with a witness or in the initial state, and can be explored by hand", async () => {
    await opened(holds, async (page) => {
      expect(await page.textContent(".verdict")).toContain("holds");
      const ways = page.getByLabel("Way to");
      if ((await ways.count()) > 0) await ways.selectOption("-1");
      for (let n = 1; n <= 5; n++) {
        await page.locator(".what-if li button").first().click();
        expect(await where(page)).toContain(`Step ${n} of ${n}`);
      }
      expect(await page.textContent("#trace-title")).toContain("5 steps by hand");
      await page.getByRole("button", { name: "Begin again" }).click();
      expect(await where(page)).toContain("initial state");
    });
  });
});

suite("the index of all specs", () => {
  const one = { configuration: { lights: 1 }, claims: ["C1"], designs: ["D1"] };
  const at = project({
    dark: lights([], one),
    "broken/lit": lights(["toggle", "toggle"], { ...one, configuration: { lights: 2 } }),
  });
  afterAll(at.remove);

  it("lists specs, claims and designs, filters them, and is readable for everybody", async () => {
    expect((await at.run("results", "index")).status).toBe(0);
    await opened({ url: `file://${join(at.dir, "results/index.html")}` }, async (page) => {
      const specs = page.locator("#specs tbody tr:visible");
      expect(await specs.count()).toBe(0);
      for (const group of await page.locator("#specs [data-group] > summary").all()) await group.click();
      expect(await specs.count()).toBe(2);
      await page.getByLabel("Verdict of a spec").selectOption("violated");
      expect(await specs.locator("th").allTextContents()).toEqual(["broken/lit"]);
      expect(await page.textContent("#specs .count")).toBe("1 of 2");
      expect(await specs.locator("a").getAttribute("href")).toBe("broken/lit.txt");
      await page.getByRole("button", { name: "Show all" }).click();
      await page.locator("#specs-title .count", { hasText: /^2$/ }).waitFor();
      expect(await specs.count()).toBe(0);
      await page.getByLabel("Words").fill("does nothing");
      expect(await specs.locator("th").allTextContents()).toEqual(["dark"]);
      await page.getByLabel("Words").fill("");
      const claims = page.locator("#claims article:visible");
      for (const group of await page.locator("#claims [data-group] > summary").all()) await group.click();
      const all = await claims.count();
      await page.getByLabel("Found of a claim").selectOption("not expressible");
      expect(await claims.count()).toBeLessThan(all);
      expect(await claims.first().textContent()).toContain("it is a matter of taste");
      await page.getByLabel("Found of a claim").selectOption("");
      await page.getByLabel("Words").fill("zzz");
      expect(await claims.count()).toBe(0);
      expect(await page.locator("details[data-group]:visible").count()).toBe(0);
      // A link to a claim opens it, whatever is filtered.
      await page.evaluate("location.assign('#C3')");
      await page.getByText("it is a matter of taste").waitFor();
      expect(await page.locator("#claims article:visible").count()).toBe(2);
      expect(await page.locator("#designs tbody tr").count()).toBeGreaterThan(0);
      expect(await accessibility(page)).toEqual([]);
    });
  });
});

suite("for everybody", () => {
  for (const [name, get] of [
    ["violated", () => violated],
    ["deadlock", () => deadlock],
    ["holds", () => holds],
  ] as const) {
    for (const [look, options] of [
      ["light", {}],
      ["dark", { dark: true }],
      ["phone", { viewport: PHONE }],
    ] as const) {
      it(`axe-core finds nothing on the page of ${name}, ${look}`, async () => {
        await opened(
          get(),
          async (page) => {
            await page.keyboard.press("End");
            await page.locator(".commands > summary").click();
            expect(await accessibility(page)).toEqual([]);
          },
          options,
        );
      });
    }
  }
});
