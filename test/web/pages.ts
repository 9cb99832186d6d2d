/** Pages for tests: of a spec that is violated, of a deadlock, and of one that holds. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { check } from "../../checker/answer/check.ts";
import type { Outcome } from "../../checker/answer/outcome.ts";
import { builtins } from "../../checker/cli/models.ts";
import { gather } from "../../checker/html/gather.ts";
import { pageOf } from "../../checker/html/write.ts";
import { textReport } from "../../checker/report/text.ts";
import { type Loaded, loadSpec } from "../../checker/spec/load.ts";
import { splitTwin } from "../../checker/spec/twins.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** A spec of the project, or a twin of one, by its path there: "specs/gate/nmi-gate.json@preemptRt". */
export function loaded(path: string): Promise<Loaded> {
  const { file, twin } = splitTwin(path);
  return loadSpec({ source: path, path: resolve(PROJECT, file), twin }, builtins);
}

export const outcomeOf = async (path: string): Promise<Outcome> => check(await loaded(path), { workers: 1 });

export interface WrittenPage {
  readonly outcome: Outcome;
  readonly html: string;
  readonly url: string;
}

export async function writtenPage(path: string): Promise<WrittenPage> {
  const outcome = await outcomeOf(path);
  const html = await pageOf(gather(outcome, "not cross-checked"), textReport(outcome, { trace: "short" }));
  const file = join(mkdtempSync(join(tmpdir(), "nolock-page-")), "page.html");
  writeFileSync(file, html);
  return { outcome, html, url: `file://${file}` };
}
