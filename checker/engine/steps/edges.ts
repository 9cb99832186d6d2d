/** How does generated code list the steps of a state, and what liveness asks of it, for the graph of a search? */
import { FALSE } from "../../language/nodes.ts";
import type { System } from "../../language/system.ts";
import { doorWriter } from "../code/doors.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, type FunctionWriter, get } from "../code/ir.ts";
import type { Roots } from "../store/roots.ts";
import type { Asker } from "./asker.ts";
import type { MemoryMap } from "./memory-map.ts";

/** Lists the step that is taken, with the number of where it leads. */
export function noteEdge({ memory }: MemoryMap, writer: FunctionWriter, to: Expr): void {
  const count = writer.local(ir.load(ir.own(memory.edgeCount)));
  const at = writer.local(ir.add(ir.own(memory.edges), ir.shl(get(count), c(3))));
  writer.emit(
    ir.store(get(at), ir.load(ir.own(memory.step))),
    ir.store(get(at), to, 4),
    ir.store(ir.own(memory.edgeCount), ir.add(get(count), c(1))),
  );
}

/** Two questions for each of liveness: whether it is owed from a state, and whether it is there. */
export const owedIn = ({ liveness }: System, asker: Asker): readonly Func[] =>
  liveness.flatMap((check, i) => [
    asker.isGoal(`owed from ${i}`, { ...check, condition: check.from ?? FALSE }, false),
    asker.isGoal(`owed ${i}`, check),
  ]);

/** Lists the steps of a state of a log; in the mode that is for it. */
export function listing(map: MemoryMap, unpack: Func, takeSteps: Func, owed: readonly Func[]): Func {
  const { memory, system, options } = map;
  const writer = doorWriter("edges");
  if (options.edges === undefined) {
    writer.emit(ir.ret(c(0)));
    return writer.fn;
  }
  writer.emit(ir.run(ir.call(unpack, get(0), get(1))), ir.store(ir.own(memory.edgeCount), c(0)));
  for (const context of system.contexts.keys()) writer.emit(ir.store8(ir.own(memory.waiting, context), c(0)));
  writer.emit(ir.run(ir.call(takeSteps)));
  for (const [i, ask] of owed.entries()) writer.emit(ir.store8(ir.own(memory.owed, i), ir.call(ask)));
  writer.emit(ir.ret(ir.load(ir.own(memory.edgeCount))));
  return writer.fn;
}

/** A number for a state of a log; 0 where roots are in shards, and nobody asks. */
export function identifying({ numbersAt, identify }: Roots): Func {
  const writer = doorWriter("identify");
  const root = numbersAt(writer, get(0), get(1));
  writer.emit(ir.ret(identify ? identify(writer, root) : c(0)));
  return writer.fn;
}
