/** Which ghosts belong to the trace of one property, where others keep accounts, too? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { folders, specNamed } from "../../checker/cli/specs.ts";
import { accountsOf } from "../../checker/report/accounts.ts";
import { loadSpec } from "../../checker/spec/load.ts";

describe("accounts", () => {
  it("of a property are the ghosts that it reads, directly or through others", async () => {
    const { system } = await loadSpec(specNamed("hooks/hook-cuts-freelist", folders), builtins);
    const { own, all } = accountsOf(system, "S3");
    expect([...all]).toEqual(expect.arrayContaining(["allocated", "held", "window", "nolock", "asked"]));
    expect(own.has("allocated")).toBe(true);
    expect(["window", "nolock", "asked"].filter((ghost) => own.has(ghost))).toEqual([]);
    expect([...accountsOf(system, "S19").own]).toEqual(expect.arrayContaining(["nolock", "asked"]));
    expect([...accountsOf(system, "deadlock").own]).toEqual([]);
  });
});
