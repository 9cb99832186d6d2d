/** Which spec says what, on one page? The index of all reports, of claims and of designs. */
import { CutShort } from "../cli/progress.ts";
import type { SearchedSpecs } from "../cli/records.ts";
import { indexPage, type LinkTo } from "../html/index-page.ts";
import { judge } from "../ledger/ledger.ts";
import { filesAlone, type Publication } from "./publication.ts";

const FILE = "index.html";

export const index: Publication = {
  name: "index",
  about: "index.html: every spec, claim and design, with links to the reports",
  owns: () => [FILE],
  make: async ({ searched }) => {
    const all = await searched();
    // A page of a part would look like a page of all.
    if (all.cutShort) throw new CutShort(all.cutShort.done, all.cutShort.of);
    return filesAlone(new Map([[FILE, await indexOf(all, (spec) => `${spec}.txt`)]]));
  },
};

/** Of all specs, or of those named. */
export function indexOf(all: SearchedSpecs, linkTo: LinkTo, names?: ReadonlySet<string>): Promise<string> {
  const searched = all.searched.filter(({ spec }) => names?.has(spec.name) ?? true);
  const model = searched.find(({ spec }) => spec.model.ledger !== undefined)?.spec.model;
  const ofModel = searched.filter(({ spec }) => spec.model === model);
  return indexPage(searched, model?.ledger ? judge(model.ledger, ofModel) : null, { linkTo, missing: all.missing });
}
