/** Walks along linked lists as generated code: what does a chain answer, and where is it broken? */
import type { Binder, ChainNode, Node } from "../../language/nodes.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type FunctionWriter, get, type Target } from "../code/ir.ts";
import { LIMIT, NULL } from "../state/codes.ts";
import { boolean, integer, type Val } from "../state/values.ts";
import type { MemoryMap } from "./memory-map.ts";

/** What a walk needs of the lowering that it is part of. */
interface Walk {
  readonly map: MemoryMap;
  readonly writer: FunctionWriter;
  readonly bound: Map<Binder, Val>;
  readonly exits: { readonly broken: Target };
  value(node: Node): Val;
  leaveIf(test: Expr, target: Target): void;
}

export function chainValue(lowering: Walk, node: ChainNode): Val {
  const { writer, bound, exits } = lowering;
  const size = lowering.map.system.universe.size(node.set);
  const item = node.item ? writer.shared(lowering.value(node.item).number) : c(NULL);
  const start = lowering.value(node.start);
  const at = writer.local(start.number);
  const length = writer.local(c(0));
  const initially = { has: c(0), length: c(0), last: c(NULL), acyclic: c(1), ends: c(1) }[node.query];
  const result = writer.local(initially);
  const before = bound.get(node.binder);
  bound.set(node.binder, integer(get(at), 0, size - 1));
  writer.loop((end) => {
    const answer = (n: number): void => writer.emit(ir.set(result, c(n)), ir.br(end));
    lowering.leaveIf(ir.eq(get(at), c(NULL)), end);
    writer.if(ir.lt(get(at), c(-LIMIT)), () => {
      if (node.query === "ends") answer(0);
      else writer.emit(ir.br(exits.broken));
    });
    writer.if(ir.eq(get(length), c(size)), () => {
      if (node.query === "length" || node.query === "last") writer.emit(ir.br(exits.broken));
      else answer(0);
    });
    if (node.query === "has") writer.if(ir.eq(get(at), item), () => answer(1));
    if (node.query === "last") writer.emit(ir.set(result, get(at)));
    writer.emit(ir.set(length, ir.add(get(length), c(1))));
    writer.emit(ir.set(at, lowering.value(node.next).number));
  });
  if (before) bound.set(node.binder, before);
  else bound.delete(node.binder);
  if (node.query === "length") return integer(get(length), 0, size);
  if (node.query === "last") return { ...integer(get(result), 0, size - 1), canBeNull: true };
  return boolean(get(result));
}
