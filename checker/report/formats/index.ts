/** In which forms can an outcome be told? The only list of them. */
import { agreementText } from "../../crosscheck/agreement.ts";
import { textReport, treeText } from "../text.ts";
import { aut } from "./aut.ts";
import { dot } from "./dot.ts";
import { alone, type Collector, type Format } from "./format.ts";
import { itf } from "./itf.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { mail } from "./mail.ts";
import { sarif } from "./sarif.ts";

export type FormatName = "text" | "mail" | "json" | "itf" | "junit" | "sarif" | "dot" | "aut";

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  text: {
    about: "the report",
    one: ({ outcome, detail, agreement, tree }) =>
      textReport(outcome, {
        trace: detail,
        agreement: agreementText(agreement),
        ...(tree ? { tree: treeText(tree) } : {}),
      }),
  },
  mail: { about: "for a list: 72 columns, links to what was said", one: mail },
  json: { about: "everything, for tools (schema/outcome.schema.json)", one: json },
  itf: { about: "the counterexample, for Apalache and Quint", one: ({ outcome }) => itf(outcome) },
  junit: {
    about: "a test case for each spec, for CI",
    one: alone(junit),
    all: junit,
  },
  sarif: {
    about: "each violation at its row, for CI and editors",
    one: alone(sarif),
    all: sarif,
  },
  dot: { about: "the graph of states, for Graphviz, where small", one: ({ outcome }) => dot(outcome) },
  aut: {
    about: "the same for CADP, mCRL2 and LTSmin (Aldebaran)",
    one: ({ outcome }) => aut(outcome.system),
  },
};

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** What collects the outcomes of many specs in one document; null for a format that holds one. */
export const collectorOf = (name: FormatName, began: Date): Collector | null => FORMATS[name].all?.(began) ?? null;

/** Those that can. */
export const FORMATS_OF_ALL = FORMAT_NAMES.filter((name) => FORMATS[name].all !== undefined);
