/** What may stand in a spec, for an editor: the schema with the names of all built-in models. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { specSchema } from "../explain/schema.ts";
import { filesAlone, type Publication } from "./publication.ts";

/** The form of every spec, and what is written from it, as paths from `results/`. */
const ANY_SPEC = "../schema/any-spec.schema.json";
const SCHEMA = "../schema/spec.schema.json";

export const schema: Publication = {
  name: "schema",
  about: "schema/spec.schema.json: all names that a spec may say, for editors",
  owns: () => [],
  make: async ({ env: { folders, builtins } }) => {
    const path = join(folders.results, ANY_SPEC);
    if (!existsSync(path)) return filesAlone(new Map());
    const models = await Promise.all(Object.values(builtins).map((load) => load()));
    const text = specSchema(
      JSON.parse(readFileSync(path, "utf8")),
      models.map((one) => one.default),
    );
    return filesAlone(new Map([[SCHEMA, text]]));
  },
};
