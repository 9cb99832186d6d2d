/** How is the page of an outcome written? */
import type { Outcome } from "../answer/outcome.ts";
import { type Agreement, agreementText } from "../crosscheck/agreement.ts";
import { gather } from "../html/gather.ts";
import { pageOf } from "../html/write.ts";
import { textReport } from "../report/text.ts";
import { writePageOutput } from "./outputs.ts";

/** Writes the page of an outcome. Throws `SpecError` where it cannot. */
export async function writePage(path: string, option: string, outcome: Outcome, who: Agreement): Promise<void> {
  const agreement = agreementText(who);
  const text = textReport(outcome, { trace: "full", agreement });
  writePageOutput(path, option, await pageOf(gather(outcome, agreement), text));
}
