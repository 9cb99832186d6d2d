/** What is published? The only list. Later ones read what earlier ones have written. */

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
  index,
  contexts,
  coverage,
  questions,
  schema,
];

/** Written by `mutants`. */
export const MUTANTS = "mutants.md";

/** Written by commands that ask for hours what specs alone do not say. */
export const EVIDENCE: readonly string[] = [MUTANTS];
