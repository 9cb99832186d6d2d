/** Is what Spin and Rumur print read right, and a search that did not finish never taken for an answer? */
import { expect, it } from "vitest";
import { readRumur, readSpin, usedHandles } from "../../checker/crosscheck/tools.ts";

const spin = (errors: number, more = ""): string => `${more}
Full statespace search for:
	never claim         	- (none specified)

State-vector 60 byte, depth reached 32, errors: ${errors}
     4502 states, stored
    12007 states, matched
    16509 transitions (= stored+matched)
        0 atomic steps

pan: elapsed time 0 seconds
found 2
found 0
rounds 4502
`;

it("Spin's transitions are counted without the initial state and without rounds", () => {
  expect(readSpin(spin(0))).toEqual({ states: 4502, transitions: 12006, found: new Set([0, 2]), lost: null });
});

it.each([
  ["too little depth", spin(0, "error: max search depth too small\n"), "Spin's search was not deep enough"],
  [
    "an assertion of Spin's own",
    spin(1, "pan:1: assertion violated - invalid array index (at depth 3)\n"),
    /array index/,
  ],
  ["an error that is not told", spin(1), "Spin's search did not finish"],
  ["a search cut short", spin(0, "Warning: Search not completed\n"), "Spin's search did not finish"],
  ["nothing", "", "Spin's search did not finish"],
  ["counts that are rounded", spin(0).replace("4502 states, stored", "1.2345678e+08 states, stored"), /cannot be read/],
])("%s is no answer", (_, output, why) => {
  expect(readSpin(output)).toEqual({ why: typeof why === "string" ? why : expect.stringMatching(why) });
});

const rumur = (more = ""): string => `<?xml version="1.0" encoding="utf-8"?>
<rumur_run>
<information state_size_bits="57" state_size_bytes="8" hash_table_slots="65536"/>
${more}<cover_result message="finding 0" count="0"/>
<cover_result message="finding 2" count="1350"/>
<summary states="4502" rules_fired="12006" errors="19" duration_seconds="0"/>
</rumur_run>
`;
const error = (message: string): string => `<error includes_trace="false">\n<message>${message}</message>\n</error>\n`;

it("Rumur's covers are findings, and its liveness errors are properties lost", () => {
  const answer = { states: 4502, transitions: 12006, found: new Set([2]) };
  expect(readRumur(rumur(), "")).toEqual({ ...answer, lost: new Set() });
  const live = error("liveness property &quot;free&quot; violated");
  expect(readRumur(rumur(live), "")).toEqual({ ...answer, lost: new Set(["free"]) });
});

it("an error of Rumur's own, or no summary, is no answer", () => {
  expect(readRumur(rumur(error("array index out of range")), "")).toEqual({
    why: "Rumur stopped: array index out of range",
  });
  expect(readRumur("", "out of memory\n")).toEqual({ why: "Rumur's search did not finish: out of memory" });
});

it("only handles that a function of Rumur's verifier never names are left out", () => {
  const handle = (name: string): string =>
    `  const struct handle ru_${name} __attribute__((unused)) = state_handle(s, 0ull, 2ull);\n`;
  const rule = (body: string): string => `static void rule${body.length}(struct state *s) {\n${body}}\n`;
  const [one, other] = [
    rule(`${handle("a")}${handle("b")}  put(ru_b);\n`),
    rule(`${handle("a")}  {\n}\n  put(ru_a);\n`),
  ];
  expect(usedHandles(one + other)).toBe(one.replace(handle("a"), "") + other);
});
