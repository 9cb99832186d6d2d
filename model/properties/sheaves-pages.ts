/** L8: does a page that somebody parked come back? */
import { and, context, ended, forAll, invariant, not, or, property } from "../../checker/language/index.ts";
import { cfg } from "../machine/config.ts";
import { somePageParked } from "./pages.ts";

/** L2 asks wherever nobody is in a call; this one lets the spec's other calls come first. */
export const L8 = property(
  "L8",
  "a parked page goes back to the zone: when every call of the spec is over, none is parked",
  invariant(
    not(
      and(
        somePageParked,
        forAll(context, (f) => or(cfg.who.at(f).kind.eq("scheduler"), ended(f))),
      ),
    ),
  ),
);
