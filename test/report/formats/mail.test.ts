/** Every mail may be pasted: a linter for mails, and mails of every verdict held to it. */
import { afterAll, describe, expect, it } from "vitest";
import { linkLine, loreAddress } from "../../../checker/text/lore.ts";
import model from "../../../model/index.ts";
import { lights, project } from "../../cli/environment.ts";
import { inFormat, SAMPLE } from "./asked.ts";

const at = project({
  errs: lights(["overflow"], { properties: ["smallIsZero"] }),
  falls: lights(["fail"], { properties: ["noFall"] }),
  special: lights(["toggle"], {
    question: `From a patch:\n\n--\n> quoted ${"and long ".repeat(12)} --- diff --git a b`,
  }),
});
afterAll(at.remove);

/** What is wrong with a mail, a sentence each. */
function problemsOf(mail: string): string[] {
  const lines = mail.split("\n");
  if (lines.pop() !== "") return ["it does not end with a newline"];
  return [
    ...lines.flatMap((line, i) => {
      const said = (what: string): string[] => [`line ${i + 1} ${what}: ${line}`];
      // An address is of no use in two lines.
      if (line.length > 72 && !/^ {2}Link: \S+$/.test(line)) return said(`has ${line.length} columns`);
      if (/[^\x20-\x7e]/.test(line)) return said("is not plain ASCII");
      if (line !== line.trimEnd()) return said("ends in a blank");
      if (/^(From |>|--|diff |Index: )/.test(line)) return said("is special in a mail or a patch");
      return [];
    }),
    ...(mail.includes("\n\n\n") ? ["it has empty lines one after another"] : []),
  ];
}

const mailOf = (name: string): Promise<string> => inFormat(name, "mail");

describe("a mail", () => {
  it.each(Object.entries(SAMPLE))("of a spec is fit for a list: %s", async (_, name) => {
    const mail = await mailOf(name);
    expect(problemsOf(mail)).toEqual([]);
    expect(mail).toContain(`npm run check -- ${name}\n`);
    expect(mail).toMatch(/^bounds: /m);
    expect(mail).toMatch(/^In this model: (violated|holds|deadlock|no progress)/m);
  });

  it.each(["errs", "falls", "special"])("of a spec about lights is fit for a list: %s", async (name) => {
    const { printed: mail } = await at.run("check", name, "--format", "mail");
    expect(problemsOf(mail)).toEqual([]);
  });

  it("of a model error says so", async () => {
    const { printed: mail } = await at.run("check", "errs", "--format", "mail");
    expect(mail).toContain("In this model: model error.\n");
    expect(mail).toContain("*** MODEL ERROR: ");
  });

  it("keeps under 80 columns in two levels of quotation", async () => {
    for (const name of ["hooks/hook-cuts-freelist", "hooks/contention-tracepoint", "gate/nmi-asks-again@preemptRt"]) {
      const quoted = (await mailOf(name)).replace(/^/gm, "> > ");
      expect(quoted.split("\n").filter((line) => line.length >= 80 && !line.includes("Link: "))).toEqual([]);
    }
  });

  it("shows the scenario in the kernel's names, and each claim with a link to its mail", async () => {
    const mail = await mailOf("hooks/hook-cuts-freelist");
    expect(mail).toContain("\n     ___slab_alloc()\n");
    expect(mail).toContain("*** S3 violated: an object is handed out only when nobody has it ***");
    expect(mail).toContain(
      [
        'C11: "It assumes that the same cpu will not __update_cpu_freelist_fast()',
        '  into the same (freelist,tid) pair"',
        "  Alexei Starovoitov, v1 6/6, 30 Apr 2025",
        "  Link: https://lore.kernel.org/all/20250501032718.65476-7-alexei.starovoitov@gmail.com/",
        "",
      ].join("\n"),
    );
  });

  it("says which rows of the scenario nobody read in a source", async () => {
    expect(await mailOf("gate/no-is-locked-test")).toMatch(/^Derived, not read in a source: /m);
  });
});

describe("a link", () => {
  it("stands in one line, whole, for every claim that has one", () => {
    const known = Object.values(model.ledger?.claims ?? {}).flatMap(({ messageId }) => messageId ?? []);
    expect(known.length).toBeGreaterThan(30);
    for (const messageId of known)
      expect(linkLine(messageId, "  ")).toBe(`  Link: https://lore.kernel.org/all/${messageId}/`);
    expect(loreAddress("a/b?c#d+e=f@x")).toBe("https://lore.kernel.org/all/a%2Fb%3Fc%23d+e=f@x/");
  });

  it("goes to the mail that the claim names", () => {
    for (const { where, messageId } of Object.values(model.ledger?.claims ?? {})) {
      const named = /[\w.+=-]+@[\w.-]+$|\d{14}\.\d+-\d+$/.exec(where)?.[0];
      if (named && !where.includes("reply to")) expect(messageId?.startsWith(named), where).toBe(true);
    }
  });
});
