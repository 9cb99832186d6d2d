/** What may be answered by other processes: all there is. */
import type { Job } from "../cli/jobs.ts";
import { twinJob } from "../published/any-twins.ts";
import { reportJob } from "../published/reports.ts";
import { lineJob } from "./check-all.ts";

export const JOBS: readonly Job<never, unknown>[] = [reportJob, lineJob, twinJob];
