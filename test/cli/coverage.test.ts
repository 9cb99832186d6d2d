/** `results coverage`: rows that fired in no spec, and what no spec asks. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { lights, project } from "./environment.ts";

const at = project({ one: lights(["toggle"]) });
afterAll(at.remove);

describe("coverage", () => {
  it("names the rows that never fired, of versions and variants too, and what is never asked", async () => {
    const few = await at.run("results", "coverage");
    expect(few.status).toBe(1);
    expect(few.printed).toMatch(/^lights: 1 of 1 source rows fired in 1 specs; 0 explained, 0 not\n/);
    expect(few.complained).toContain("Asked by no spec:\n  version again\n  variant dead\n  kind of context hook\n");

    at.put("specs/more.json", JSON.stringify(lights(["toggle"], { variants: ["dead"] })));
    at.put("specs/none.json", JSON.stringify(lights(["wait"])));
    const more = await at.run("results", "coverage");
    expect(more.printed).toMatch(/^lights: 2 of 3 source rows fired in 3 specs; 0 explained, 1 not\n/);
    expect(more.complained).toContain("Never fired, and nobody says why:\n  wait: ");
    expect(more.complained).not.toContain("variant dead");
    const page = readFileSync(at.path("results/coverage.md"), "utf8");
    expect(page).toContain("| row | why it never fires |\n| --- | --- |\n| `wait: look` | **nobody says** |\n");
  });
});
