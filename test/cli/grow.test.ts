/** `grow`: does a larger bound show anything new? */
import { afterAll, describe, expect, it } from "vitest";
import { type Attendance, ofProcess } from "../../checker/cli/attend.ts";
import { lights, project } from "./environment.ts";

const at = project({
  few: lights(["toggle"], {
    configuration: { lights: 1 },
    properties: ["someDark"],
    expect: { verdict: "violated", violated: ["someDark"] },
  }),
  more: lights(["toggle"], { configuration: { lights: 3 } }),
});
afterAll(at.remove);

describe("grow", () => {
  it("tells places, ways and violations that only a larger bound has", async () => {
    const ran = await at.run("grow", "few");
    const [base, lightsMore, callMore, places, notPossible] = ran.printed.replaceAll("\n  ", " ").split("\n");
    expect(base).toBe("few: 2 states, violated: someDark");
    expect(lightsMore).toBe(
      "lights 1 -> 2: 3 states, nothing violated; NO LONGER VIOLATED someDark; 0 new places, 0 new ways",
    );
    expect(callMore).toMatch(
      /^calls of task0, wait: .*; NEWLY VIOLATED deadlock; 1 new places, 0 new ways places: task0 in wait: look$/,
    );
    expect([places, notPossible]).toEqual(["floor 99: not possible: floor 99 has no light", ""]);
    expect(ran.status).toBe(1);
  });

  it("says where a search did not end, and that it is no answer", async () => {
    const ran = await at.run("grow", "more", "--max-states", "1");
    expect(ran.printed).toContain("NOT all: the limit of 1 states was reached");
    expect(ran.status).toBe(3);
  });

  it("ends at a signal, and says which bounds were not asked", async () => {
    const ends: Attendance = {
      ...ofProcess,
      terminal: null,
      onSignal: (end) => {
        end();
        return () => {};
      },
    };
    const ran = await at.attended(ends, "grow", "few");
    expect(ran.printed).toBe(
      "few: 2 states (NOT all: it was interrupted), nothing violated\ninterrupted: 3 of 3 bounds were not asked\n",
    );
    expect(ran.status).toBe(3);
  });

  it("goes with one spec", async () => {
    expect((await at.run("grow", "few", "more")).complained).toContain("one spec at a time, not few, more");
  });
});
