/** Sheaves and slabs since 7.0, with a safeguard taken away or a proposal put in: H of the variants. */
import { lit, otherwise, patch, step, type Variant, variant } from "../../checker/language/index.ts";
import { barnReplaceFullSheaf } from "../sheaves/barn-replace-full-sheaf.ts";
import { SHEAF_MEMCG } from "./sheaves-memcg.ts";

export const SHEAVES: Readonly<Record<string, Variant>> = {
  ...SHEAF_MEMCG,
  "busy-barn-gives-nil": variant(
    "busy-barn-gives-nil",
    "barn_replace_full_sheaf() returns NULL, which is no error, where its trylock fails (RFC of Oct 2025)",
    patch(barnReplaceFullSheaf, ({ got }) => ({
      refused: step("return NULL;", { ref: "11.3.C5c" }, otherwise.do(got.set(lit(null))).goto("replaced")),
    })),
  ),
};
