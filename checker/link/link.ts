/**
 * Linking: from programs, properties and a configuration to a frozen transition system. A line of passes, each with a
 * type for what it gives; `npm run print -- SPEC --after PASS` shows that.
 */
import type { LinkOptions } from "../language/link-options.ts";
import type { System } from "../language/system.ts";
import { allocate } from "./allocate.ts";
import { attach } from "./attach.ts";
import { collect } from "./collect.ts";
import { order } from "./order.ts";
import { splice } from "./splice.ts";
import { tableOf } from "./table.ts";

/** Links a system. Throws `LinkError`, with every mistake that was found, where the table has no meaning. */
export const link = (options: LinkOptions): System => tableOf(allocate(attach(order(splice(collect(options))))));
