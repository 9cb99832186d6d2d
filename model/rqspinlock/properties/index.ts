/** The properties of the lock, in the order in which reports list them. */
import type { Property } from "../../../checker/language/index.ts";
import { DETECTION } from "./detection.ts";
import { ORDER } from "./order.ts";
import { WITNESSES } from "./witnesses.ts";

const named = (...all: readonly Property[]): Readonly<Record<string, Property>> =>
  Object.fromEntries(all.map((one) => [one.name, one]));

export const PROPERTIES = named(...ORDER, ...DETECTION, ...WITNESSES);

/** What any right lock of this kind has: "all" stands for these. */
export const RULES = ["RL1", "RL2", "RL3", "RS1", "RS2", "RS3", "RS4", "RS5", "S9"];
