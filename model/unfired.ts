/** Why a source row fires in no spec: `npm run coverage` lists the rows, and fails where one has no reason here. */

export const UNFIRED: Readonly<Record<string, string>> = {
  "local_lock_irqsave_check (stock): tryUndo":
    "The trylock of the check fails only where the mark is set after check found it clear, or in an NMI. An NMI of v1 has just asked " +
    "local_lock_is_locked() of the same stock (3.13b.1, 3.13b.6), and went around it if it was set; who is in no NMI has only " +
    "frames that end before it goes on. A task that moves in between comes to a CPU where no task is in a section, for sections " +
    "have interrupts off. The row of c->lock, where a variant leaves the question out, fires in broken/lock-check-warns.",
};
