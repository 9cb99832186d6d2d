/**
 * Two-phase commit, after Lamport and Gray: resource managers prepare or abort, a transaction manager commits when all
 * have prepared, or aborts at any time. Messages are never lost and may be delivered again.
 */
import {
  and,
  bool,
  choose,
  constants,
  context,
  each,
  either,
  element,
  exists,
  forAll,
  id,
  indexSet,
  invariant,
  not,
  otherwise,
  program,
  property,
  rowsOf,
  sometimes,
  standsIn,
  state,
  step,
  when,
} from "../checker/language/index.ts";
import { defineModel } from "../checker/spec/model.ts";

const manager = indexSet("manager");

/** Which resource manager a context plays; the transaction manager's entry means nothing. */
const cast = constants({ role: each(context, id(manager)) });

/** Messages that were sent, and what the transaction manager has heard of them. */
const sent = state({ prepared: each(manager, bool), commit: bool, abort: bool });
const heard = state({ heardFrom: each(manager, bool) });

const resourceManager = program("resource_manager", { exits: [] }, (self) => {
  const commitArrives = when(sent.commit).goto("committed");
  const abortArrives = when(sent.abort).goto("aborted");
  const prepared = sent.prepared.at(cast.role.at(self));
  return {
    working: step(
      "prepare, or choose to abort, or obey",
      either(otherwise.do(prepared.set(true)).goto("prepared"), otherwise.goto("aborted"), commitArrives, abortArrives),
    ),
    prepared: step("obey", either(commitArrives, abortArrives)),
    committed: step("hear it again", { mayStop: true }, commitArrives),
    aborted: step("hear it again", { mayStop: true }, abortArrives),
  };
});

const transactionManager = program("transaction_manager", { exits: ["decided"] }, () => {
  const all = forAll(manager, (m) => heard.heardFrom.at(m));
  return {
    collect: step(
      "hear that one has prepared, or commit when all have, or abort",
      either(
        choose(manager, (m) => when(sent.prepared.at(m)).do(heard.heardFrom.at(m).set(true)).goto("collect")),
        when(all).do(sent.commit.set(true)).goto("decided"),
        otherwise.do(sent.abort.set(true)).goto("decided"),
      ),
    ),
  };
});

const somebody = (label: "committed" | "aborted") =>
  exists(context, (c) => standsIn(c, rowsOf(resourceManager, label)));

const consistent = property(
  "consistent",
  "no manager has committed while another has aborted",
  invariant(not(and(somebody("committed"), somebody("aborted")))),
);
const canCommit = property("canCommit", "at some time a manager has committed", sometimes(somebody("committed")));
const canAbort = property("canAbort", "at some time a manager has aborted", sometimes(somebody("aborted")));

export default defineModel({
  name: "two-phase-commit",
  title: "two-phase commit",
  notModelled: ["lost messages", "crashes"],
  parameters: {
    managers: { about: "how many resource managers there are", type: "integer", default: 3, min: 1, max: 5 },
  },
  properties: { consistent, canCommit, canAbort },
  build: ({ configuration }) => {
    const managers = Array.from({ length: configuration.managers as number }, (_, i) => i);
    return {
      sizes: { manager: managers.length },
      roots: [cast, sent, heard],
      constants: managers.map((i) => cast.role.at(element(context, i)).set(element(manager, i))),
      contexts: [
        ...managers.map((i) => ({ name: `manager${i}`, script: resourceManager })),
        { name: "coordinator", script: transactionManager },
      ],
    };
  },
});
