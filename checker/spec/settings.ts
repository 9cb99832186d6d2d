/** Settings of a configuration and options of a context against the parameters that a model declares. */
import type { Parameter, Problem, Setting } from "./model.ts";
import { mendName, nearest } from "./problems.ts";
import type { RawSetting } from "./structure.ts";
import { pointer } from "./text.ts";

type Parameters = Readonly<Record<string, Parameter>>;

/** Every parameter with its setting, defaults filled in; what is wrong goes to `problems`. */
export function settingsOf(
  given: Readonly<Record<string, RawSetting>>,
  parameters: Parameters,
  at: { readonly path: string; readonly kind: string },
  problems: Problem[],
): Readonly<Record<string, Setting>> {
  for (const [key, value] of Object.entries(given)) {
    const path = at.path + pointer(key);
    const parameter = parameterOf(parameters, key);
    if (!parameter) {
      problems.push({
        path,
        what: `"${key}" is not ${at.kind}`,
        mend: mendName(key, Object.keys(parameters), "setting"),
      });
      continue;
    }
    const what = misfit(value, parameter);
    if (what) problems.push({ path, what, mend: mendSetting(key, value, parameter) });
  }
  const entries = Object.entries(parameters).map(([key, parameter]) => [key, given[key] ?? parameter.default]);
  return Object.fromEntries(entries) as Readonly<Record<string, Setting>>;
}

/** Own keys only: "constructor" is nobody's parameter. */
export const parameterOf = (parameters: Parameters, key: string): Parameter | undefined =>
  Object.hasOwn(parameters, key) ? parameters[key] : undefined;

function misfit(value: RawSetting, { type, min, max, choices }: Parameter): string | null {
  const shown = JSON.stringify(value);
  const oneOfThem = (word: string): boolean => choices === undefined || choices.includes(word);
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? null : `${shown} is not true or false`;
    case "integer":
      if (typeof value !== "number") return `${shown} is not a whole number`;
      if (min !== undefined && value < min) return `${value} is less than ${min}`;
      return max !== undefined && value > max ? `${value} is more than ${max}` : null;
    case "choice":
      return typeof value === "string" && oneOfThem(value) ? null : `${shown} is not one of the choices`;
    case "text":
      return typeof value === "string" ? null : `${shown} is not a text`;
    case "texts": {
      if (!Array.isArray(value)) return `${shown} is not a list of words`;
      const strange = (value as readonly string[]).filter((word) => !oneOfThem(word));
      return strange.length === 0
        ? null
        : `${strange.map((word) => JSON.stringify(word)).join(", ")} may not stand in the list`;
    }
  }
}

/** What a setting may be; before that the nearest of its words, where one was misspelt. */
export function mendSetting(key: string, given: RawSetting, parameter: Parameter): string {
  const words = [given].flat().filter((word) => typeof word === "string" && !parameter.choices?.includes(word));
  const near = [...new Set(words.flatMap((word) => nearest(String(word), parameter.choices ?? [])))];
  const meant = near.length > 0 ? `did you mean ${near.map((word) => JSON.stringify(word)).join(" or ")}? ` : "";
  return `${meant}"${key}" is ${describe(parameter)}: ${parameter.about}`;
}

/** What may be given: "a whole number from 1 to 4". */
export function describe({ type, min, max, choices }: Parameter): string {
  const words = (choices ?? []).map((word) => JSON.stringify(word)).join(", ");
  switch (type) {
    case "boolean":
      return "true or false";
    case "integer": {
      if (min === undefined) return max === undefined ? "a whole number" : `a whole number, ${max} at most`;
      return max === undefined ? `a whole number, ${min} at least` : `a whole number from ${min} to ${max}`;
    }
    case "choice":
      return `one of ${words}`;
    case "text":
      return "a text";
    case "texts":
      return choices ? `a list of words out of ${words}` : "a list of words";
  }
}
