/** The ledger of the lock: what comments and commits say, decided by the specs that name the claim. */
import type { Ledger } from "../../../checker/spec/model.ts";
import { COMMIT_CLAIMS } from "./commits.ts";
import { SLOWPATH_CLAIMS } from "./slowpath.ts";
import { TABLE_CLAIMS } from "./table.ts";

export const LEDGER: Ledger = {
  columns: { queued: {} },
  claims: { ...SLOWPATH_CLAIMS, ...TABLE_CLAIMS, ...COMMIT_CLAIMS },
  designs: {},
  notYet: [],
  outOfScope: {},
};
