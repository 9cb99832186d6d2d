/** Remainders and operations on bits as generated code, and between which bounds what they give lies. */
import type { BitOp } from "../../language/nodes.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr } from "../code/ir.ts";
import { integer, type Val } from "../state/values.ts";

/** An operand of arithmetic, and what it can be. */
export interface Summand {
  readonly number: Expr;
  readonly lo: number;
  readonly hi: number;
}

const BIT_OPS = { bitAnd: ir.bitAnd, bitOr: ir.bitOr, bitXor: ir.xor } as const;

/** The remainder of a number, from 0 to `by` - 1, also where the number is negative. */
export function remainder({ number, lo, hi }: Summand, by: number): Val {
  if (lo >= 0 && hi < by) return integer(number, lo, hi);
  // Lifted by a multiple of the divisor, so that it is no negative number that is divided.
  const lift = lo < 0 ? by * Math.ceil(-lo / by) : 0;
  integer(number, lo + lift, hi + lift);
  return integer(ir.remu(ir.add(number, c(lift)), c(by)), 0, by - 1);
}

/** `left & right`, `left | right` or `left ^ right`, of two's complement numbers. */
export function bits(op: BitOp, left: Summand, right: Summand): Val {
  const most = Math.max(left.hi, right.hi, -1 - left.lo, -1 - right.lo, 0);
  // All bits that one of the two may have.
  const all = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
  const mayBeNegative = op === "bitAnd" ? left.lo < 0 && right.lo < 0 : left.lo < 0 || right.lo < 0;
  return integer(BIT_OPS[op](left.number, right.number), mayBeNegative ? -1 - all : 0, all);
}
