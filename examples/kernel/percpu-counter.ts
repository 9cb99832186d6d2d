/** A counter of each CPU under local_trylock(), and an atomic one for whoever finds the lock taken. */
import * as model from "../../checker/language/index.ts";
import * as kernel from "../../model/kernel/index.ts";

const { atRest, call, each, element, forAll, happens, id, otherwise, program, property, range, step, track } = model;
const { cpu, localLockOf, thisCpu } = kernel;

const some = range(0, 7);
const memory = model.state({ counter: each(cpu, some), spare: some });
const { counter, spare } = memory;
/** How many additions each counter has seen. */
const ghost = model.ghosts({ added: each(cpu, some) });
const which = element(kernel.localLock, 0);
const locals = { c: id(cpu), n: some };

const add = program("add", { exits: ["done"], locals }, (_, __, { c, n }) => ({
  lock: call("local_trylock(&lock)", kernel.localTrylock, { which, c }, { held: "load", busy: "spare" }),
  load: step("n = __this_cpu_read(counter);", otherwise.do(n.set(counter.at(c))).goto("store")),
  store: step("__this_cpu_write(counter, n + 1);", otherwise.do(counter.at(c).set(n.plus(1))).goto("unlock")),
  unlock: call("local_unlock(&lock);", kernel.localUnlock, { which: localLockOf(c, which) }, { done: "done" }),
  spare: step("atomic_inc(&spare);", otherwise.do(spare.set(spare.plus(1))).goto("done")),
}));

const addUnlocked = program("add_unlocked", { exits: ["done"], locals }, (self, __, { c, n }) => ({
  load: step(
    "n = __this_cpu_read(counter);",
    otherwise.do(c.set(thisCpu(self)), n.set(counter.at(thisCpu(self)))).goto("store"),
  ),
  store: step("__this_cpu_write(counter, n + 1);", otherwise.do(counter.at(c).set(n.plus(1))).goto("done")),
}));

const seen = ({ c }: { c: model.Expr<model.Id<"cpu">> }) => ghost.added.at(c).set(ghost.added.at(c).plus(1));
const noneLost = property(
  "noneLost",
  "in the end each counter is the number of additions that went there",
  track(add, "store", seen),
  track(addUnlocked, "store", seen),
  atRest(forAll(cpu, (c) => counter.at(c).eq(ghost.added.at(c)))),
);
const spareUsed = property("spareUsed", "somebody finds the lock taken", happens(add, "spare"));

export default kernel.kernelModel({
  name: "percpu-counter",
  title: "a counter of each CPU",
  roots: [memory, ghost],
  localLocks: ["counter_lock"],
  calls: {
    add: kernel.plainCall("add", "adds one, under local_trylock() where it can", add),
    add_unlocked: kernel.plainCall("add_unlocked", "adds one without the lock", addUnlocked),
  },
  properties: { noneLost, spareUsed },
});
