/** Do threads do their part where the built program runs? Elsewhere in the tests the sources themselves do. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What the built program says of a search whose largest levels are worth threads. */
function searched(workers: string): object {
  const asked = ["check", "examples/freelist-8m.json", "--set", "lastTag=5", "--por", "on", "--workers", workers];
  const ran = spawnSync(process.execPath, ["bin/nolock.js", ...asked, "--json", "-"], { cwd: root, encoding: "utf8" });
  expect(ran.stderr).toBe("");
  const { verdict, states, transitions, depth, violated } = JSON.parse(ran.stdout);
  return { verdict, states, transitions, depth, violated };
}

it("two threads of the built program find what one finds", () => {
  const found = searched("2");
  expect(found).toEqual(searched("1"));
  expect(found).toMatchObject({ verdict: "holds", depth: 27 });
});
