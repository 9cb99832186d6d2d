/** Which source rows fire in no spec at all, and why? */
import type { Recorded } from "../cli/records.ts";
import { type Corpus, corpusOf } from "../ledger/corpus.ts";
import type { Model } from "../spec/model.ts";
import { markdownTable, plain } from "../text/table.ts";
import { wrap } from "../text/wrap.ts";
import type { Publication } from "./publication.ts";

const FILE = "coverage.md";

export const coverage: Publication = {
  name: "coverage",
  about: "coverage.md: which rows fire in no spec, and why; what no spec asks",
  owns: () => [FILE],
  make: async ({ searched: lookUp }) => {
    const { searched, missing, cutShort } = await lookUp();
    const models = new Map<Model, Recorded[]>();
    for (const one of searched) models.set(one.spec.model, [...(models.get(one.spec.model) ?? []), one]);
    const all = [...models].map(([model, specs]) => {
      const corpus = corpusOf(model, specs);
      return { corpus, summary: `${model.name}: ${summaryOf(corpus)}` };
    });
    return {
      files: new Map([[FILE, pageOf(all)]]),
      said: all.map(({ summary }) => summary),
      // What never fired in a part of the corpus may fire in the rest.
      problems: cutShort ? [] : all.flatMap(({ corpus }) => problemsOf(corpus)),
      isPart: missing.length > 0,
      cutShort,
    };
  },
};

const unexplained = ({ unfired }: Corpus): readonly string[] =>
  unfired.flatMap(({ row, why }) => (why === null ? [row] : []));

function summaryOf(corpus: Corpus): string {
  const { specs, rows, unfired } = corpus;
  const silent = unexplained(corpus).length;
  return `${rows - unfired.length} of ${rows} source rows fired in ${specs} specs; ${unfired.length - silent} explained, ${silent} not`;
}

function problemsOf(corpus: Corpus): readonly string[] {
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0
      ? []
      : [[title, ...items.flatMap((item) => wrap(item, { first: "  ", rest: "    " }))].join("\n")];
  return [
    ...list("Never fired, and nobody says why:", unexplained(corpus)),
    ...list("Reasons that explain nothing:", corpus.stale),
    ...list("Asked by no spec:", corpus.unasked),
  ];
}

const pageOf = (all: readonly { readonly corpus: Corpus; readonly summary: string }[]): string =>
  `${[
    "# Coverage",
    "Written by `npm run results -- coverage`, never by hand: source rows that fire\nin no spec, each with the reason that the model gives.",
    ...all.flatMap(({ corpus: { unfired }, summary }) => [
      `${summary}.`,
      markdownTable(
        ["row", "why it never fires"],
        unfired.map(({ row, why }) => [`\`${row}\``, why === null ? "**nobody says**" : plain(why)]),
      ),
    ]),
  ].join("\n\n")}\n`;
