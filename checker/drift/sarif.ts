/** What drift found as SARIF 2.1.0: each result at the line of the C, by a path from the top of the tree. */
import { type Result, sarifLog } from "../report/formats/sarif.ts";
import { type CLine, type Drift, hasDrifted, isLost } from "./drift.ts";

const RULES = {
  "function-gone": "a function that rows stand for is not in the tree",
  "function-elsewhere": "a function that rows stand for is in another file",
  "tokens-changed": "a function is not made of the tokens that its rows were written from",
  "quotation-lost": "what a row quotes is not in its function",
  unquoted: "no row quotes this statement",
} as const;

const TREE = { TREE: { description: { text: "the top of the kernel tree" } } };

export function driftSarif(drifts: readonly Drift[]): string {
  return sarifLog(drifts.flatMap(resultsOf), [], TREE);
}

function resultsOf({ model, version, programs, functions, kernel }: Drift): readonly Result[] {
  const of = `${model}${version === null ? "" : ` ${version}`}`;
  const home = new Map(functions.map((one) => [one.key, one.at[0] ?? { file: one.file, line: 1 }]));
  return [
    ...functions.filter(hasDrifted).map(({ key, is, at, file, tokens, added, gone }) => {
      const first = at[0] ?? { file, line: 1 };
      if (is === "gone") return result("function-gone", first, "error", `${of}: ${key} is not in ${kernel}`, key);
      if (is === "elsewhere")
        return result("function-elsewhere", first, "error", `${of}: ${key} is in ${first.file}`, key);
      if (tokens === "not recorded")
        return result("tokens-changed", first, "error", `${of}: of ${key} no tokens are recorded`, key);
      const news = added.map(({ line, text }) => `${line}: ${text}`);
      const text = `${of}: ${key} has changed: ${gone} statements are gone, ${news.length} are new${news.length > 0 ? `: ${news.join("; ")}` : ""}`;
      return result("tokens-changed", first, "error", text, key);
    }),
    ...programs.flatMap(({ program, rows, functions: [first = ""] }) =>
      rows.filter(isLost).map(({ label, quote, missing, at }) => {
        const where = at ?? home.get(first) ?? { file: "", line: 1 };
        const text = `${of}: ${program}: ${label} quotes "${quote}"; not there: ${missing.join(" / ")}`;
        return result("quotation-lost", where, "error", text, `${program}: ${label}`);
      }),
    ),
    ...functions.flatMap(({ key, unquoted }) =>
      unquoted
        .filter(({ kind }) => kind !== "local")
        .map((one) => result("unquoted", one, "note", `${key}: ${one.text}`, `${key} ${one.text}`)),
    ),
  ];
}

const result = (
  id: keyof typeof RULES,
  { file, line }: CLine,
  level: "error" | "note",
  text: string,
  what: string,
): Result => ({
  rule: { id, text: RULES[id] },
  value: {
    kind: "fail",
    level,
    message: { text },
    locations: [
      { physicalLocation: { artifactLocation: { uri: file, uriBaseId: "TREE" }, region: { startLine: line } } },
    ],
    partialFingerprints: { "driftRule/v1": `${id} ${what}` },
  },
});
