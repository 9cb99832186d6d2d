/** Does the name of a spec say what it asks, and not what its settings say? Twins are `NAME@VERSION` or `NAME@setting`. */
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";

import { folders, specNames } from "../../checker/cli/specs.ts";

/** What a key of the spec says: PREEMPT_RT, a version, a verdict. */
const SAID_BY_A_KEY = /^(rt|v\d+|broken|holds|preemptrt)-|-(rt|v\d+|broken|holds|preemptrt)(-|$)/i;

it.each(["slabs/rt-nmi", "gate/nmi-rt", "gate/nmi-rt-hook", "slabs/v1-nmi", "pages/broken-drain"])(
  "%s would say what a key says",
  (name) => {
    expect(SAID_BY_A_KEY.test(name.split("/")[1] as string)).toBe(true);
  },
);

it("no name says what a key of the spec says", () => {
  const names = [...new Set(specNames(folders).map((name) => name.split("@")[0] as string))];
  expect(names.length).toBeGreaterThan(400);
  expect(names.filter((name) => SAID_BY_A_KEY.test(name.split("/")[1] as string))).toEqual([]);
});

it("specs stand in folders by subject, one deep", () => {
  const loose = readdirSync(folders.specs, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  expect(loose.map(({ name }) => name).filter((name) => name.endsWith(".json"))).toEqual([]);
});
