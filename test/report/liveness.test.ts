/** Is a counterexample to liveness told as one: steps into a cycle, the cycle, and that it is for ever? */
import { describe, expect, it } from "vitest";
import { inFormat } from "./formats/asked.ts";

describe("a report of liveness", () => {
  it("draws the cycle apart, in the scenario and in the table of steps", async () => {
    const text = await inFormat("examples/starvation-xchg.json", "text");
    expect(text).toContain("VERDICT: no progress  p0Enters p0EntersIfStrong");
    expect(text).toContain("Scenario for p0Enters, 1 step, then 5 again and again:");
    expect(text.match(/^ {2}and then for ever:$/gm)).toHaveLength(2);
    expect(text).toMatch(/shortest way into\s+a cycle 1 step, and 5 round/);
    expect(text).toContain("NO PROGRESS: p0Enters: it may never come, though all go on who");
  });

  it("says where nothing more happens", async () => {
    const text = await inFormat("examples/hungry.json", "text");
    expect(text).toContain("Scenario for firstEatsIfStrong, 3 steps, then nothing more:");
    expect(text).toContain("  and nothing more, for ever\n");
    expect(text).toMatch(/shortest way\s+to where it stays 3 steps/);
  });

  it("says to whom runs are fair, where that is not the usual", async () => {
    const text = await inFormat("examples/starvation-waits.json", "text");
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "fair: p0Enters someEnters: weak; nothing owed at process_waits: away. p0EntersIfStrong: weak; nothing owed at process_waits: away; strong at wait_lock: wait",
    );
    const unfair = await inFormat("examples/starvation-dekker-unfair.json", "text");
    expect(unfair.replaceAll(/\s+/g, " ")).toContain("p0EntersByLuck: nobody is owed a step");
  });

  it("tells machines where the cycle begins", async () => {
    expect(JSON.parse(await inFormat("examples/starvation-xchg.json", "json")).loop).toBe(1);
    expect(JSON.parse(await inFormat("examples/hungry.json", "json")).loop).toBe(3);
    expect(JSON.parse(await inFormat("hooks/hook-cuts-freelist", "json")).loop).toBeNull();
  });
});
