/** What does a model of kernel code import? The machine, its locks, and what makes a model of them. */
export { localLockIrqsave, localUnlock, localUnlockIrqrestore } from "../locks/local-lock.ts";
export { localTrylock, localTrylockIrqsave } from "../locks/local-trylock.ts";
export {
  rawSpinLockIrqsave,
  rawSpinLockPreempt,
  rawSpinTrylockIrqsave,
  rawSpinUnlockIrqrestore,
  rawSpinUnlockPreempt,
} from "../locks/raw-spinlock.ts";
export { spinLockIrqsave, spinTrylockIrqsave, spinUnlockIrqrestore } from "../locks/spinlock.ts";
export { l } from "../locks/state.ts";
export { cfg } from "../machine/config.ts";
export { preemptDisable, preemptEnable } from "../machine/pin.ts";
export { cpu, localLock, localLockOf, lock, rawLock, spinlock, spinlockOf } from "../machine/sets.ts";
export { chainOf, inHardirq, inNmi, m, onCpu, type Self, sameCpu, thisCpu } from "../machine/state.ts";
export { plainCall } from "./calls.ts";
export { kernelModel } from "./model.ts";
