/** Reasons for rows that never fire: for one row, for a whole program, and such as explain nothing. */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { check } from "../../checker/answer/check.ts";
import { corpusOf } from "../../checker/ledger/corpus.ts";
import { recordOf } from "../../checker/ledger/record.ts";
import { loadSpec } from "../../checker/spec/load.ts";
import { lights, project } from "../cli/environment.ts";

const at = project({ none: lights(["wait", "toggle", "toggle"]) });
afterAll(at.remove);

describe("a reason", () => {
  it("is one for a row or for a program, or it is stale", async () => {
    const builtins = { lights: () => import("../spec/fixtures/lights.ts") };
    const loaded = await loadSpec({ source: "none", path: join(at.dir, "specs/none.json") }, builtins);
    const specs = [{ loaded, record: recordOf(check(loaded)) }];
    const corpus = (unfired: Readonly<Record<string, string>>) => corpusOf({ ...loaded.spec.model, unfired }, specs);
    expect(corpus({ toggle: "nobody gets there", gone: "?" })).toMatchObject({
      rows: 2,
      unfired: [
        { row: "wait: look", why: null },
        { row: "toggle: flip", why: "nobody gets there" },
      ],
      stale: ["gone"],
    });
    expect(corpus({ "wait: look": "small is never 1" }).unfired[0]?.why).toBe("small is never 1");
  });
});
