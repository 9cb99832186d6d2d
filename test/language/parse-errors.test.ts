/** Does a mistake in the text of an expression say where it is, what it is, and what was expected? */
import { describe, expect, it } from "vitest";
import { builtins } from "../../checker/cli/models.ts";
import { findSpec, folders } from "../../checker/cli/specs.ts";
import { parseExpression } from "../../checker/language/parse-expression.ts";
import { Cells } from "../../checker/language/parse-places.ts";
import { ExpressionError } from "../../checker/language/parse-scanner.ts";
import { asking } from "../../checker/reference/asked.ts";
import { loadSpec } from "../../checker/spec/load.ts";

const { system } = await loadSpec(findSpec("slabs/cpu-partial-spills", folders), builtins);
const cells = new Cells(system);

describe("an expression that says nothing", () => {
  it.each([
    ["", "at its end: the expression ends too soon"],
    ["slab", "at its end: slab has one for each slab; expected: [s0], [s1], [s2], [s3]"],
    ["slab[s0]", 'at "[s0]": slab is several cells; expected: .cache, .freelist'],
    ["slab[s0].frosen", 'at "frosen": this is not a field of slab; expected: cache, freelist'],
    ["slab[A].frozen", 'at "A].frozen": [..] wants an element of "slab", and this is an element of "bucket"'],
    ["slab[s0].frozen &&", "at its end: the expression ends too soon"],
    ["slab[s0].frozen && slab[s0].cache", '&& wants a condition, and this is null or an element of "bucket"'],
    ["slab[s0].inuse + true", 'at "true": + wants a number, and this is a condition'],
    ["slab[s0].cache == s1", 'compares null or an element of "bucket" with an element of "slab": never the same'],
    ["slab[s0].inuse < 1 < 2", "a comparison of a comparison; expected: parentheses, or && between"],
    ["1 & 2 | 3", "which of the two goes first?; expected: parentheses"],
    ["(slab[s0].frozen", 'at its end: ")" is missing'],
    ["slab[s0].frozen)", 'at ")": the expression is over here; expected: an operator, or the end'],
    ["slabs[s0].frozen", 'at "slabs[s0].frozen": no such name; expected: slab, slabMutex'],
    ["forAll s: slub . true", 'at "slub . true": this is not a set; expected:'],
    ["forAll s: slab true", '"." is missing'],
    ["count s: slab . slab[s].inuse", "count wants a condition, and this is a number"],
    ["standsIn(task0, __slab_free: reed)", 'at "reed)": this is not a row of __slab_free; expected: entry, redo'],
    ["standsIn(task0, __slab_fre)", "this is not a program that is reached here"],
    ["task0.nothing", 'at "nothing": task0 has no such local; expected:'],
    ["chain(s0, x -> slab[x].frozen).length()", '-> wants an element of "slab", and this is a condition'],
    [
      "chain(s0, x -> nil).lenght()",
      'at "lenght()": this is not a question; expected: has, length, last, acyclic, ends',
    ],
  ])("%s", (text, said) => {
    let message = "";
    try {
      parseExpression(text, cells);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      ({ message } = error);
    }
    expect(message).toContain(said);
    expect(message).toMatch(/^[^\n]+$/);
  });
});

describe("a value", () => {
  const here = (text: string): string => asking(system, text)(system.initials[0]);

  it("is read as a report writes it", () => {
    expect(here("slab[s0].cache")).toBe("A");
    expect(here("lock[list(A)].holder")).toBe("nil");
    expect(here("1 + 2 < 4 && !false")).toBe("true");
    expect(here("count c: cpu . true")).toBe("2");
    expect(here("ended(task0) ? 1 : 2")).toBe("2");
    expect(here("slab[nil].cache")).toBe("no value (null index)");
  });

  it("of a local is there where its context keeps it", () => {
    const names = system.labels.flatMap((label) => (label?.script === 0 ? label.slots.map(({ name }) => name) : []));
    expect(names.length).toBeGreaterThan(0);
    expect(here(`task0.${names[0]}`)).toBe("-");
  });
});
