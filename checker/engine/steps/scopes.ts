/** What holds while a part of an expression is lowered: where errors go, and what binders stand for. */
import type { Binder } from "../../language/nodes.ts";
import type { Val } from "../state/values.ts";
import type { Exits, Lowering } from "./lower.ts";

export type Known = ReadonlyMap<Binder, Val>;

export function under<T>(lowering: Lowering, exits: Exits, body: () => T): T {
  const before = lowering.exits;
  lowering.exits = exits;
  try {
    return body();
  } finally {
    lowering.exits = before;
  }
}

export function within<T>(lowering: Lowering, known: Known, body: () => T): T {
  for (const [binder, val] of known) lowering.bound.set(binder, val);
  try {
    return body();
  } finally {
    for (const binder of known.keys()) lowering.bound.delete(binder);
  }
}
