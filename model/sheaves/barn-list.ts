/**
 * list_del() of the first sheaf of a barn's list, and list_add() at its head: the grain at which a frame above sees them.
 *
 * Context: barn->lock held. Without SMP that keeps nobody away who comes on top.
 * Abstracts: singly linked: nobody goes backwards.
 *
 * @kernel v7.3.4 include/linux/list.h list_first_entry(), list_del(), list_add()
 */

import { id, optional, otherwise, place, program, result, step, value, when } from "../../checker/language/index.ts";
import { sheaf, sheafOf } from "./state.ts";

const head = place(optional(id(sheaf)));

export const takeFirstSheaf = program(
  "list_del (barn)",
  {
    exits: ["done"],
    params: { head, got: result(id(sheaf)) },
    locals: { first: id(sheaf) },
    kernel: "v7.3.4 include/linux/list.h list_del()",
    inlines: "include/linux/list.h __list_del()",
    tag: "S",
  },
  (_, { head, got }, { first }) => ({
    first: step(
      "__list_del_entry(entry); /* list_first_entry(head, struct slab_sheaf, barn_list) */",
      { ref: "11.2.C4c 11.3.C3c 11.3.C5d" },
      when(head.isNull()).fails("S24", "takes the first sheaf of a list of the barn that has none"),
      otherwise.do(first.set(head.known())).goto("del"),
    ),
    del: step(
      "WRITE_ONCE(prev->next, next); /* head->next = sheaf->barn_list.next */",
      { ref: "11.2.C4c 11.3.C3c 11.3.C5d" },
      when(sheafOf(first).next.eq("garbage")).fails("S24", "goes on from a sheaf that is on no list of the barn"),
      otherwise
        .do(head.set(sheafOf(first).next.except("garbage")), sheafOf(first).next.set("garbage"), got.set(first))
        .goto("done"),
    ),
  }),
);

export const addSheaf = program(
  "list_add (barn)",
  {
    exits: ["done"],
    params: { head, one: value(id(sheaf)) },
    kernel: "v7.3.4 include/linux/list.h __list_add()",
    tag: "S",
  },
  (_, { head, one }) => ({
    link: step(
      "new->next = next; /* head->next */",
      { ref: "11.2.C4c 11.3.C5d" },
      otherwise.do(sheafOf(one).next.set(head)).goto("publish"),
    ),
    publish: step(
      "WRITE_ONCE(prev->next, new); /* head->next */",
      { ref: "11.2.C4c 11.3.C5d" },
      otherwise.do(head.set(one)).goto("done"),
    ),
  }),
);
