/** The ledger of the model: claims, designs, and what is not decided yet. */
import type { Ledger } from "../../checker/spec/model.ts";
import { DESIGNS } from "./designs.ts";
import { DIALOGUE } from "./dialogue.ts";
import { DISCUSSION, OUT_OF_SCOPE } from "./discussion.ts";
import { NOT_YET } from "./not-yet.ts";
import { SEED_TEXT } from "./seed-text.ts";

export const LEDGER: Ledger = {
  columns: { "!RT": { preemptRt: false, smp: true }, RT: { preemptRt: true }, UP: { smp: false } },
  claims: { ...SEED_TEXT, ...DIALOGUE, ...DISCUSSION },
  designs: DESIGNS,
  notYet: NOT_YET,
  outOfScope: OUT_OF_SCOPE,
};
