/** What runs the irq_work of deferred frees. */
import { irqWorks } from "../machine/irq-work.ts";
import { freeDeferredObjects } from "./defer-free.ts";

export const { irqWorkSingle, irqWorkInterrupt, irqWorkThread } = irqWorks([freeDeferredObjects]);
