/** What is published? The only list. Later ones read what earlier ones have written. */

import { anyTwins } from "./any-twins.ts";
import { bugs } from "./bugs.ts";
import { claims } from "./claims.ts";
import { contexts } from "./contexts.ts";
import { coverage } from "./coverage.ts";
import { index } from "./index-page.ts";
import type { Publication } from "./publication.ts";
import { questions } from "./questions.ts";
import { reports } from "./reports.ts";
import { schema } from "./schema.ts";
import { secondOpinions } from "./second-opinions.ts";

export const PUBLICATIONS: readonly Publication[] = [
  reports,
  secondOpinions,
  claims,
  bugs,
  index,
  contexts,
  coverage,
  questions,
  schema,
  anyTwins,
];

/** Written by `mutants`. */
export const MUTANTS = "mutants.md";

/** Written by commands that ask what specs alone do not say: `mutants`, `conform -- check --write`, `drift`. */
export const EVIDENCE: readonly string[] = [MUTANTS, "conform.md", "drift.md"];
