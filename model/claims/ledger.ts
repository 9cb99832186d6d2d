/** The ledger of the model: claims, designs, and what is not decided yet. */
import type { Claim, Ledger } from "../../checker/spec/model.ts";
import { DESIGNS } from "./designs.ts";
import { DIALOGUE } from "./dialogue.ts";
import { DISCUSSION, OUT_OF_SCOPE } from "./discussion.ts";
import { IN_73 } from "./in-73.ts";
import { NOT_YET } from "./not-yet.ts";
import { SEED_TEXT } from "./seed-text.ts";
import { SHEAF_CLAIMS } from "./sheaves.ts";
import { SINCE_SHEAVES } from "./since-sheaves.ts";
import { SOURCE_73 } from "./source-73.ts";
import { SOURCE_73_CALLS } from "./source-73-calls.ts";
import { SOURCE_73_PAGES } from "./source-73-pages.ts";
import { SOURCE_73_RCU } from "./source-73-rcu.ts";
import { SOURCE_73_SLABS } from "./source-73-slabs.ts";

/** Of 7.3 and since, by letter and number: the files have them by what they are about. */
const since73 = (tables: readonly Readonly<Record<string, Claim>>[]): Readonly<Record<string, Claim>> =>
  Object.fromEntries(
    tables
      .flatMap((table) => Object.entries(table))
      .sort(([a], [b]) => (a[0] === b[0] ? Number(a.slice(1)) - Number(b.slice(1)) : a < b ? -1 : 1)),
  );

/** Sentences about earlier versions, with what became of them. */
const untilSheaves = (table: Readonly<Record<string, Claim>>): Readonly<Record<string, Claim>> =>
  Object.fromEntries(
    Object.entries(table).map(([id, claim]) => [id, IN_73[id] ? { ...claim, later: IN_73[id] } : claim]),
  );

export const LEDGER: Ledger = {
  columns: { "!RT": { preemptRt: false, smp: true }, RT: { preemptRt: true }, UP: { smp: false } },
  claims: {
    ...untilSheaves({ ...SEED_TEXT, ...DIALOGUE, ...DISCUSSION }),
    ...since73([
      SHEAF_CLAIMS,
      SINCE_SHEAVES,
      SOURCE_73,
      SOURCE_73_SLABS,
      SOURCE_73_CALLS,
      SOURCE_73_RCU,
      SOURCE_73_PAGES,
    ]),
  },
  designs: DESIGNS,
  notYet: NOT_YET,
  outOfScope: OUT_OF_SCOPE,
};
