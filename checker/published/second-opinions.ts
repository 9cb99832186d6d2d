/** Who agreed with which answer? What cross-checks kept, as a table. */
import { CROSSCHECK, CROSSCHECK_KEPT, entriesAsTable, readEntries } from "../crosscheck/agreement.ts";
import { filesAlone, type Publication } from "./publication.ts";

export const secondOpinions: Publication = {
  name: "crosscheck",
  about: "crosscheck.md, from what `crosscheck --write` kept",
  owns: () => [CROSSCHECK, CROSSCHECK_KEPT],
  make: async ({ env: { folders, complain } }) => {
    const entries = readEntries(folders.results, complain);
    return filesAlone(new Map(entries.length > 0 ? [[CROSSCHECK, entriesAsTable(entries)]] : []));
  },
};
