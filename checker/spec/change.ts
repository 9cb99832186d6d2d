/**
 * Settings changed on the command line: `--set KEY=VALUE` asks a spec with another configuration, version or variant, or
 * for other properties.
 */
import type { Model } from "./model.ts";
import { type LocatedProblem, mendName } from "./problems.ts";
import { mendSetting, parameterOf } from "./settings.ts";
import type { RawSetting, RawSpec } from "./structure.ts";
import { pointer } from "./text.ts";

/** One `--set`. */
export interface Change {
  /** As it was typed: "cpus=3". */
  readonly text: string;
  readonly key: string;
  readonly value: string;
  /** What it changes, as a JSON pointer into the spec. */
  readonly path: string;
  /** Of properties: they are asked where they say something, and left out elsewhere. */
  readonly wherever?: true;
}

/** What may be changed beside the configuration. */
const OF_SPEC: readonly string[] = ["version", "variants", "properties"];

/** Null where the text has no `=`. */
export function parseChange(text: string): Change | null {
  const equals = text.indexOf("=");
  if (equals < 1) return null;
  const key = text.slice(0, equals);
  const path = OF_SPEC.includes(key) ? pointer(key) : pointer("configuration", key);
  return { text, key, value: text.slice(equals + 1), path };
}

const words = (value: string): readonly string[] => value.split(",").filter((word) => word !== "");

/** The spec with the changes made; what cannot be understood is a problem, what does not fit is found later. */
export function changeSpec(
  raw: RawSpec,
  model: Model,
  changes: readonly Change[],
): { readonly raw: RawSpec; readonly problems: readonly LocatedProblem[] } {
  const problems: LocatedProblem[] = [];
  let changed = raw;
  for (const { text, key, value } of changes) {
    if (key === "version") changed = { ...changed, version: value };
    else if (key === "variants") changed = { ...changed, variants: words(value) };
    else if (key === "properties") changed = asking(changed, value);
    else {
      const parameter = parameterOf(model.parameters, key);
      const parsed = parameter ? parseSetting(value, parameter.type) : undefined;
      if (!parameter) {
        const known = [...Object.keys(model.parameters), ...OF_SPEC];
        problems.push({
          where: `--set ${text}`,
          what: `"${key}" is not a setting of the model "${model.name}"`,
          mend: mendName(key, known, "setting"),
        });
      } else if (parsed === undefined) {
        problems.push({
          where: `--set ${text}`,
          what: `"${value}" does not fit`,
          mend: mendSetting(key, value, parameter),
        });
      } else changed = { ...changed, configuration: { ...changed.configuration, [key]: parsed } };
    }
  }
  return { raw: changed, problems };
}

/** The spec as if it asked for these properties, or for every rule; what it says of those that it asked is left out. */
function asking(raw: RawSpec, value: string): RawSpec {
  const { expect: _, show, ...rest } = raw;
  if (value === "all") return { ...rest, properties: "all", without: [], ...(show === undefined ? {} : { show }) };
  const properties = words(value);
  const shown = show !== undefined && properties.includes(show) ? { show } : {};
  return { ...rest, properties, also: [], without: [], ...shown };
}

function parseSetting(value: string, type: Model["parameters"][string]["type"]): RawSetting | undefined {
  switch (type) {
    case "boolean":
      return value === "true" ? true : value === "false" ? false : undefined;
    case "integer":
      return /^-?\d+$/.test(value) ? Number(value) : undefined;
    case "choice":
    case "text":
      return value;
    case "texts":
      return words(value);
  }
}
