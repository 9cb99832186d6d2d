/** How does a test link an example model with settings of its own? */
import type { System } from "../../checker/language/index.ts";
import { link } from "../../checker/link/link.ts";
import type { Model, Setting } from "../../checker/spec/model.ts";

/** Links an example, with the defaults of its parameters where nothing else is said. */
export function linkExample(
  model: Model,
  configuration: Readonly<Record<string, Setting>> = {},
  variants: readonly string[] = [],
): System {
  const defaults = Object.fromEntries(Object.entries(model.parameters).map(([name, p]) => [name, p.default]));
  const asked = { configuration: { ...defaults, ...configuration }, version: null, variants, contexts: [] };
  return link({ name: model.name, properties: Object.values(model.properties), ...model.build(asked) });
}
