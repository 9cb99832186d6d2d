/** How does one go through a call, instruction by instruction, and what is known of each? */
import type { Guest } from "../guest/start.ts";
import type { Registers } from "../machine/registers.ts";

/** Functions of the random generator: never cut, and run through at once. */
const RANDOM = /^_*(get_random|prandom|crng|extract_entropy)/;
/** What the model does in one step, or leaves out: interrupts are not looked at there. */
const OUTSIDE = /^(allocate_slab|discard_slab|free_slab|__free_slab)/;
/** More instructions than this, and a call does not end. */
const MOST_STEPS = 200_000;

/** A function that has been entered and not left: where it returns, and the stack there. */
interface Entered {
  readonly until: bigint;
  readonly stack: bigint;
}

/** An instruction that is about to be executed. */
export interface Place {
  /** Instructions so far. */
  readonly index: number;
  /** The function. */
  readonly where: string;
  readonly registers: Registers;
  /** In code that the model leaves out. */
  readonly outside: boolean;
  /** The function because of which it is outside. */
  readonly entered: Entered | null;
  /** At the entry of the random generator. */
  readonly random: boolean;
}

/**
 * Goes on from an instruction to the sentinel. `entered`: of a walk that has been at that instruction. `atOnce`: what is
 * outside is run through.
 */
export async function* through(
  { machine, kernel }: Guest,
  first: Registers,
  { entered: known = null, atOnce = false }: Partial<Pick<Place, "entered">> & { readonly atOnce?: boolean } = {},
): AsyncGenerator<Place, Registers> {
  let registers = first;
  let entered = known;
  for (let index = 0; registers.get("rip") !== machine.kernel.sentinel; index++) {
    if (index === MOST_STEPS) throw new Error(`the call does not end in ${MOST_STEPS} instructions`);
    const [pc, stack] = [registers.get("rip"), registers.get("rsp")];
    const { name: where, address } = kernel.symbols.near(pc) ?? { name: "?", address: 0n };
    if (entered && pc === entered.until && stack > entered.stack) entered = null;
    if (!entered && address === pc && OUTSIDE.test(where)) entered = { until: machine.memory.u64(stack), stack };
    const random = address === pc && RANDOM.test(where);
    yield { index, where, registers, outside: entered !== null, entered, random };
    const skip = atOnce && entered !== null ? entered.until : random ? machine.memory.u64(stack) : null;
    registers = skip === null ? await machine.step() : await machine.runTo(skip);
  }
  return registers;
}
